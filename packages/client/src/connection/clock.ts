import type { Environment } from '../environment.ts';

/** A wall clock that runs this far ahead of the monotonic one was set, or the machine slept. */
const JUMP_MS = 2_000;

/**
 * A clock for durations, in milliseconds: it never goes back, and it counts the time that the
 * machine slept, through which the monotonic clock may have stood still.
 */
export function createClock({ now, monotonicNow }: Environment): () => number {
  let lead = now() - monotonicNow();
  let slept = 0;
  return () => {
    const monotonic = monotonicNow();
    const jump = now() - monotonic - lead;
    lead += jump;
    if (jump > JUMP_MS) slept += jump;
    return monotonic + slept;
  };
}
