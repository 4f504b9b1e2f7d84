/** How waits between attempts grow. */
export interface BackoffPolicy {
  /** The first wait, in milliseconds; each further one is twice as long. */
  readonly baseDelayMs: number;
  /** The longest wait, in milliseconds. */
  readonly maxDelayMs: number;
}

/** The wait after so many failures before this one; half of it is random. */
export function backoffMs(failures: number, { baseDelayMs, maxDelayMs }: BackoffPolicy, random: number): number {
  const longest = Math.min(maxDelayMs, baseDelayMs * 2 ** failures);
  return longest * (0.5 + random / 2);
}
