import { setTimeout as wait } from 'node:timers/promises';

/** Resolves as soon as the condition holds; fails, naming it, where it does not within `ms`. */
export async function until(condition: () => unknown, ms = 10_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Expected within ${ms} ms: ${condition.toString()}`);
    await wait(2);
  }
}

/** Real time passes: for faults that last, and for what must not happen meanwhile. */
export const elapse = (ms: number): Promise<void> => wait(ms);
