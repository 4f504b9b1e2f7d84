/** How much one key may do. */
export interface RateLimitOptions {
  /** Requests per second, over time. @default 1_000 */
  readonly perSecond?: number | undefined;
  /** Requests at once, after a rest. @default 2_000 */
  readonly burst?: number | undefined;
}

/** Token buckets, one per name. */
export interface RateLimit {
  /** Takes one token; how long to wait for it where there is none, in milliseconds. */
  take(name: string): number;
}

/** The same, complete. */
export interface RateLimitPolicy {
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * A bucket is never given up, so names are to be few: those of keys that were checked. `now` is a
 * clock that never goes back, in milliseconds.
 */
export function createRateLimit({ perSecond, burst }: RateLimitPolicy, now: () => number): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(name) {
      const at = now();
      const bucket = buckets.get(name) ?? { tokens: burst, at };
      const tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1_000) * perSecond);
      const isThere = tokens >= 1;
      buckets.set(name, { tokens: isThere ? tokens - 1 : tokens, at });
      return isThere ? 0 : ((1 - tokens) / perSecond) * 1_000;
    },
  };
}
