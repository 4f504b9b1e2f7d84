import type { GapReason, Log, Position } from '../../log/log.ts';
import { entry, numbered, publishAll, range, start } from '../entries.ts';
import { equal } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';

const foreign = 'anotherepoch';

/** A read has to say that it cannot go on, and where the log is. */
export async function expectGap(log: Log, after: Position, reason: GapReason): Promise<void> {
  const page = await log.read(after, 10);
  equal(`a read behind ${after.seq}`, page, { kind: 'gap', reason, head: await log.head() });
}

export const gaps: readonly Rule[] = [
  rule('a position of another epoch is a gap, also where its number is known', async (world) => {
    const log = await world.create();
    await expectGap(log, { epoch: foreign, seq: 0 }, 'epoch');
    await publishAll(log, range(1, 3));
    for (const seq of [0, 1, 3]) await expectGap(log, { epoch: foreign, seq }, 'epoch');
  }),
  rule('a position behind the newest entry is a gap, never taken for the newest', async (world) => {
    const log = await world.create();
    const { epoch } = await start(log);
    await expectGap(log, { epoch, seq: 1 }, 'ahead');
    await publishAll(log, range(1, 3));
    for (const seq of [4, 1_000, Number.MAX_SAFE_INTEGER]) await expectGap(log, { epoch, seq }, 'ahead');
  }),
  rule('of another epoch is said before ahead', async (world) => {
    const log = await world.create();
    await log.publish(entry('a'));
    await expectGap(log, { epoch: foreign, seq: 1_000 }, 'epoch');
  }),
  ...(['epoch', 'ahead'] as const).map((reason) =>
    rule(
      `a tail from such a position (${reason}) says so first, and goes on from the head that it told`,
      async (world) => {
        const log = await world.create();
        const { epoch } = await start(log);
        await publishAll(log, range(1, 3));
        const tail = world.follow(log, reason === 'epoch' ? { epoch: foreign, seq: 2 } : { epoch, seq: 4 });
        equal('the gap', await tail.gap(), { kind: 'gap', reason, head: { epoch, first: 1, last: 3 } });
        await publishAll(log, range(4, 6));
        equal('what follows the gap', numbered(await tail.take(3)), ['4:4', '5:5', '6:6']);
      },
    ),
  ),
];
