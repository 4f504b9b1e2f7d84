import type { Log, LogHead } from '../../log/log.ts';
import { entry, numbered, publishAll, range, readEntries, start } from '../entries.ts';
import { equal } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';
import type { World } from '../world.ts';
import { expectGap } from './gaps.ts';

/** Ten entries were stored, the newest ones still are. */
async function trimmed(world: World, keep: number): Promise<{ log: Log; epoch: string; head: LogHead }> {
  const log = await world.create();
  await publishAll(log, range(1, 10));
  await world.trim(log, keep);
  const head = await log.head();
  return { log, epoch: head.epoch, head };
}

const trimRule = (name: string, prove: (world: World) => Promise<void>): Rule => rule(name, prove, 'trim');

export const trimming: readonly Rule[] = [
  trimRule('the head tells the oldest entry that is left', async (world) => {
    const { head, epoch } = await trimmed(world, 3);
    equal('the head', head, { epoch, first: 8, last: 10 });
  }),
  trimRule('a position whose next entry is gone is a gap, never taken for the newest', async (world) => {
    const { log, epoch } = await trimmed(world, 3);
    for (const seq of [0, 1, 6]) await expectGap(log, { epoch, seq }, 'trimmed');
  }),
  trimRule('a position whose next entry is the oldest that is left is none', async (world) => {
    const { log, epoch } = await trimmed(world, 3);
    equal('behind 7', numbered(await readEntries(log, { epoch, seq: 7 }, 10)), ['8:8', '9:9', '10:10']);
    equal('behind 8', numbered(await readEntries(log, { epoch, seq: 8 }, 10)), ['9:9', '10:10']);
  }),
  trimRule('where nothing is left, the first number would be the next one', async (world) => {
    const { log, head, epoch } = await trimmed(world, 0);
    equal('the head', head, { epoch, first: 11, last: 10 });
    await expectGap(log, { epoch, seq: 9 }, 'trimmed');
    await expectGap(log, { epoch, seq: 11 }, 'ahead');
  }),
  trimRule('the newest position is no gap, also where nothing is left', async (world) => {
    const { log, epoch } = await trimmed(world, 0);
    equal('behind 10', await readEntries(log, { epoch, seq: 10 }, 10), []);
    await log.publish(entry('a'));
    equal('behind 10', numbered(await readEntries(log, { epoch, seq: 10 }, 10)), ['11:a']);
  }),
  trimRule('numbers go on and the epoch stays where nothing is left', async (world) => {
    const { log, epoch } = await trimmed(world, 0);
    equal('the next one', await log.publish(entry('a')), { epoch, seq: 11, duplicate: false });
    equal('the head', await log.head(), { epoch, first: 11, last: 11 });
  }),
  trimRule('a reader that is overtaken between two pages is told, and skips nothing in silence', async (world) => {
    const log = await world.create();
    const { epoch } = await start(log);
    await publishAll(log, range(1, 10));
    equal('the first page', numbered(await readEntries(log, { epoch, seq: 0 }, 3)), ['1:1', '2:2', '3:3']);
    await world.trim(log, 4);
    await expectGap(log, { epoch, seq: 3 }, 'trimmed');
  }),
  trimRule(
    'a tail from a position that is trimmed says so first, and goes on from the head that it told',
    async (world) => {
      const { log, epoch, head } = await trimmed(world, 3);
      const tail = world.follow(log, { epoch, seq: 2 });
      equal('the gap', await tail.gap(), { kind: 'gap', reason: 'trimmed', head });
      await publishAll(log, range(11, 13));
      equal('what follows the gap', numbered(await tail.take(3)), ['11:11', '12:12', '13:13']);
    },
  ),
  trimRule('a tail from the newest position has no gap where nothing is left', async (world) => {
    const { log, epoch } = await trimmed(world, 0);
    const taking = world.follow(log, { epoch, seq: 10 }).take(1);
    await world.moment();
    await log.publish(entry('a'));
    equal('what it sees', numbered(await taking), ['11:a']);
  }),
  trimRule('a tail that waits has no gap where everything it has seen is trimmed', async (world) => {
    const log = await world.create();
    const tail = world.follow(log, await start(log));
    await publishAll(log, range(1, 10));
    await tail.take(10);
    const next = tail.take(1);
    await world.moment();
    await world.trim(log, 0);
    await log.publish(entry('a'));
    equal('what follows', numbered(await next), ['11:a']);
  }),
  trimRule(
    'a tail that trimming overtakes skips nothing in silence, and comes back to what is published',
    async (world) => {
      const log = await world.create();
      const tail = world.follow(log, await start(log));
      await publishAll(log, range(1, 3));
      await tail.take(3);
      await publishAll(log, range(4, 20));
      await world.trim(log, 2);
      // What it had read ahead it may give; behind that there has to be a gap. The follower knows.
      while (tail.position.seq < 20) if (!(await tail.page())) break;
      await log.publish(entry('a'));
      equal('what follows', numbered(await tail.take(1)), ['21:a']);
    },
  ),
];
