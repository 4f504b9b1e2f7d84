import type { ConnectionPolicy } from './state.ts';

/** No wait is shorter, whatever a server says: nothing it sends makes a hot loop. */
export const MIN_DELAY_MS = 250;
/** What a server may ask for at the most: five minutes. */
export const MAX_SERVER_DELAY_MS = 300_000;
/** Timers above this fire at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** A wait that the server asked for, as far as we follow. Not a number is none. */
export function clampServerDelay(delayMs: number): number {
  return delayMs > 0 ? Math.min(delayMs, MAX_SERVER_DELAY_MS) : 0;
}

/** `floor + random × min(maxDelay, base × factor^failures)`, in whole milliseconds. */
export function reconnectDelay(
  floorMs: number,
  failures: number,
  random: number,
  { baseDelayMs, maxDelayMs, factor }: ConnectionPolicy,
): number {
  const spreadMs = Math.min(maxDelayMs, baseDelayMs * factor ** failures);
  return Math.min(MAX_TIMER_MS, Math.ceil(floorMs + random * spreadMs));
}
