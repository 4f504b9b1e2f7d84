import { expect, test } from 'vitest';
import { createBacklog } from '../../packages/server/src/backlog.ts';
import { createFrame, type Frame } from '../../packages/server/src/frame.ts';
import type { SlowConsumerStrategy } from '../../packages/server/src/options.ts';

const frame = (seq: number): Frame =>
  createFrame({ seq, type: 't', data: 'x'.repeat(60), channel: 'c', to: undefined, tags: undefined, time: 0 }, 'e');
const SIZE = frame(1).size;

const backlog = (strategy: SlowConsumerStrategy): ReturnType<typeof createBacklog> =>
  createBacklog({ strategy, capacity: 1_000, capacityBytes: 4 * SIZE, key: ({ seq }) => String(seq) });

test.each(['drop', 'conflate'] as const)('%s: what the response is stuck with counts as what waits', (strategy) => {
  const waiting = backlog(strategy);
  waiting.add([frame(1), frame(2), frame(3), frame(4)], 'e', 0);
  expect([waiting.bytes, waiting.lost]).toEqual([4 * SIZE, 0]);
  waiting.add([frame(5)], 'e', 2 * SIZE);
  expect([waiting.bytes, waiting.lost]).toEqual([2 * SIZE, 3]);
});

test.each(['spill', 'wait', 'disconnect'] as const)(
  '%s: with what the response is stuck with it is full',
  (strategy) => {
    const waiting = backlog(strategy);
    expect(waiting.add([frame(1), frame(2)], 'e', 2 * SIZE)).toBe(true);
    expect(waiting.add([frame(3)], 'e', 2 * SIZE)).toBe(false);
    expect(waiting.isOverflowing).toBe(true);
  },
);
