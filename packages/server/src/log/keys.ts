import { createNumberedQueue } from './numbered-queue.ts';

/** How long, and how many keys are known. */
export interface KeyLimits {
  readonly keyWindowMs: number;
  readonly maxKeys: number;
}

/** The keys of a log's entries, for a while. Times are of a clock that never goes back, in milliseconds. */
export interface Keys {
  /** The number of the entry with that key; `undefined` where the key is not known. */
  find(key: string): number | undefined;
  /** A key that is not known; its time runs from now. */
  add(key: string, seq: number, now: number): void;
  /** Forgets what is too old. */
  trim(now: number): void;
}

export function createKeys(limits: KeyLimits): Keys {
  const seqs = new Map<string, number>();
  // Beside the map: to look for its oldest key again and again is slow once many have left.
  const byAge = createNumberedQueue<{ readonly key: string; readonly addedAt: number }>();

  function trim(now: number): void {
    for (;;) {
      const oldest = byAge.at(byAge.first);
      if (!oldest || (byAge.size <= limits.maxKeys && now - oldest.addedAt <= limits.keyWindowMs)) return;
      byAge.shift();
      seqs.delete(oldest.key);
    }
  }

  return {
    find: (key) => seqs.get(key),
    add(key, seq, now) {
      seqs.set(key, seq);
      byAge.push({ key, addedAt: now });
      trim(now);
    },
    trim,
  };
}
