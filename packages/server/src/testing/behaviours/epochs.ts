import type { Log, LogPage, Position } from '../../log/log.ts';
import { entry, now, numbered, publishAll, range, readAll, start } from '../entries.ts';
import { equal, fail } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';
import { expectGap } from './gaps.ts';

/** The first page of a tail; `undefined` where it ends or fails instead. */
async function nextPage(log: Log, after: Position): Promise<LogPage | undefined> {
  const controller = new AbortController();
  try {
    for await (const page of log.tail(after, controller.signal)) return page;
  } catch {
    // It may be asked for again, and says then what became of its position.
  } finally {
    controller.abort();
  }
  return undefined;
}

export const epochs: readonly Rule[] = [
  rule('the epoch stays as long as the log does', async (world) => {
    const log = await world.create();
    const { epoch } = await log.head();
    for (const number of range(1, 5)) {
      equal('the epoch of a position', (await log.publish(entry(number))).epoch, epoch);
      equal('the epoch of the head', (await log.head()).epoch, epoch);
    }
  }),
  rule('two logs have two epochs, and know no position of each other', async (world) => {
    const [one, other] = [await world.create(), await world.create()];
    await publishAll(one, range(1, 3));
    await publishAll(other, range(1, 3));
    await expectGap(other, await now(one), 'epoch');
    await expectGap(one, await now(other), 'epoch');
  }),
  rule(
    'a log whose store was lost begins anew, with another epoch',
    async (world) => {
      const log = await world.create();
      await publishAll(log, range(1, 3));
      const before = await now(log);
      const after = await world.wipe(log);
      const { epoch, first, last } = await after.head();
      equal('the head', { first, last }, { first: 1, last: 0 });
      if (epoch === before.epoch) fail('the epoch', 'another one', 'the same');
      await expectGap(after, before, 'epoch');
      equal('the first entry', await after.publish(entry('a')), { epoch, seq: 1, duplicate: false });
      equal('what is stored', numbered(await readAll(after, await start(after))), ['1:a']);
    },
    'wipe',
  ),
  rule(
    'a position of before is a gap, also when its number is reached again',
    async (world) => {
      const log = await world.create();
      await publishAll(log, range(1, 3));
      const before = await now(log);
      const after = await world.wipe(log);
      await publishAll(after, range(1, 5));
      await expectGap(after, before, 'epoch');
    },
    'wipe',
  ),
  rule(
    'a key of before is not known: its entry was lost',
    async (world) => {
      const log = await world.create();
      await log.publish(entry('a', { key: 'a' }));
      const after = await world.wipe(log);
      const { epoch } = await after.head();
      equal('the entry', await after.publish(entry('a', { key: 'a' })), { epoch, seq: 1, duplicate: false });
    },
    'wipe',
  ),
  rule(
    'a tail over a lost store says so or ends: what comes is never taken for what follows',
    async (world) => {
      const log = await world.create();
      await publishAll(log, range(1, 3));
      const waiting = nextPage(log, await now(log));
      await world.moment();
      const after = await world.wipe(log);
      await publishAll(after, range(1, 5));
      const page = await waiting;
      if (page?.kind === 'gap') equal('the gap', page.reason, 'epoch');
      else equal('its next page', page, undefined);
    },
    'wipe',
  ),
];
