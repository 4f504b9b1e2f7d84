import { entry, now, numbered, publishAll, range, readAll, readEntries, start } from '../entries.ts';
import { equal } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';

const MANY = 5_000;
const ofNumbers = (from: number, to: number): string[] => range(from, to).map((seq) => `${seq}:${seq}`);

export const reading: readonly Rule[] = [
  rule('a read gives what follows a position, in order', async (world) => {
    const log = await world.create();
    const { epoch } = await start(log);
    await publishAll(log, range(1, 10));
    for (const seq of [0, 1, 5, 9]) {
      equal(`what follows ${seq}`, numbered(await readEntries(log, { epoch, seq }, 100)), ofNumbers(seq + 1, 10));
    }
  }),
  rule('a page has at most as many entries as were asked for, the oldest ones', async (world) => {
    const log = await world.create();
    const { epoch } = await start(log);
    await publishAll(log, range(1, 10));
    for (const limit of [1, 3, 10, 11]) {
      equal(
        `a page of ${limit}`,
        numbered(await readEntries(log, { epoch, seq: 0 }, limit)),
        ofNumbers(1, Math.min(limit, 10)),
      );
    }
  }),
  rule('a page names its epoch', async (world) => {
    const log = await world.create();
    const { epoch, seq } = await start(log);
    await log.publish(entry('a'));
    const page = await log.read({ epoch, seq }, 1);
    equal('the epoch', page.kind === 'entries' ? page.epoch : page, epoch);
  }),
  rule('pages join without a seam', async (world) => {
    const log = await world.create();
    await publishAll(log, range(1, 50));
    equal('all pages of 7', numbered(await readAll(log, await start(log), 7)), ofNumbers(1, 50));
  }),
  rule('behind the newest entry there is nothing, and no gap', async (world) => {
    const log = await world.create();
    equal('behind 0 of an empty log', await readEntries(log, await start(log), 10), []);
    await publishAll(log, range(1, 3));
    equal('behind the newest', await readEntries(log, await now(log), 10), []);
  }),
  rule('thousands of entries that were published at once are read in order', async (world) => {
    const log = await world.create();
    await publishAll(log, range(1, MANY));
    equal('what is stored', numbered(await readAll(log, await start(log))), ofNumbers(1, MANY));
  }),
];
