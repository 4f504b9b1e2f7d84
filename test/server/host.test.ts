import { expect, test } from 'vitest';
import { hostEnvironment as host } from '../../packages/server/src/host.ts';

test('a timer is never early by the clock beside it: who waits until then does not wait for good', async () => {
  const alive = setInterval(() => {}, 50);
  const early = await Promise.all(
    Array.from({ length: 2_000 }, (_, at) => {
      const delayMs = 5 + (at % 100) + host.random();
      const deadline = host.monotonicNow() + delayMs;
      return new Promise<boolean>((resolve) => {
        host.setTimer(() => resolve(host.monotonicNow() < deadline), delayMs);
      });
    }),
  );
  clearInterval(alive);
  expect(early.filter(Boolean)).toEqual([]);
});

test('the longest delay is not at once', async () => {
  let isOver = false;
  const cancel = host.setTimer(() => (isOver = true), 2_147_483_647);
  await new Promise((resolve) => setTimeout(resolve, 20));
  cancel();
  expect(isOver).toBe(false);
});
