import { expect, test } from 'vitest';
import { memoryLog, type MemoryLogOptions } from '../../../packages/server/src/log/memory.ts';
import { createNumberedQueue } from '../../../packages/server/src/log/numbered-queue.ts';

/** Milliseconds of the quickest of three runs: the machine may be busy. */
function quickest(run: () => void): number {
  const times = [1, 2, 3].map(() => {
    const begin = performance.now();
    run();
    return performance.now() - begin;
  });
  return Math.min(...times);
}

/** What so many publishes take, per publish, in microseconds. */
function cost(options: MemoryLogOptions, count: number, hasKeys = false): number {
  const ms = quickest(() => {
    const log = memoryLog(options);
    for (let number = 0; number < count; number += 1) {
      void log.publish({ type: 't', channel: 'c', data: 'x', key: hasKeys ? String(number) : undefined });
    }
  });
  return (1_000 * ms) / count;
}

// Linear within a wide margin: a list that is shifted, or a map that is looked through, costs a hundred times more.
const MARGIN = 6;

test('a publish costs the same however many there were', () => {
  const few = cost({ maxEvents: 1_000 }, 25_000);
  const many = cost({ maxEvents: 1_000 }, 100_000);
  expect(many / few).toBeLessThan(MARGIN);
});

test('a publish costs the same however many are kept', () => {
  const few = cost({ maxEvents: 1_000, maxBytes: Infinity }, 200_000);
  const many = cost({ maxEvents: 100_000, maxBytes: Infinity }, 200_000);
  expect(many / few).toBeLessThan(MARGIN);
});

test('a key costs the same however many are known', () => {
  const few = cost({ maxEvents: 1_000, maxKeys: 1_000 }, 200_000, true);
  const many = cost({ maxEvents: 1_000, maxKeys: 50_000 }, 200_000, true);
  expect(many / few).toBeLessThan(MARGIN);
});

test('a read costs the same wherever its position is', async () => {
  const log = memoryLog({ maxEvents: 100_000 });
  for (let number = 0; number < 150_000; number += 1) void log.publish({ type: 't', channel: 'c', data: 'x' });
  const { epoch, first, last } = await log.head();
  const readAt = (seq: number): number =>
    quickest(() => {
      for (let times = 0; times < 20_000; times += 1) void log.read({ epoch, seq }, 10);
    });
  const atFirst = readAt(first);
  expect(readAt(last - 10) / atFirst).toBeLessThan(MARGIN);
});

test('each item of a numbered queue is where its number says, whatever has left', () => {
  const queue = createNumberedQueue<number>();
  const model = new Map<number, number>();
  let [first, last] = [1, 0];
  for (let step = 1; step <= 5_000; step += 1) {
    // It grows and shrinks in waves, so that the ring doubles at every offset.
    if (Math.sin(step / 97) + 0.3 > (step % 7) / 5) {
      queue.push(step);
      model.set((last += 1), step);
    } else {
      queue.shift();
      if (model.delete(first)) first += 1;
    }
    expect([queue.first, queue.last, queue.size]).toEqual([first, last, model.size]);
    for (const number of [first - 1, first, Math.floor((first + last) / 2), last, last + 1]) {
      expect(queue.at(number)).toBe(model.get(number));
    }
  }
  expect(last).toBeGreaterThan(1_000);
});
