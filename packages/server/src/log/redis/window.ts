import type { LogEntry } from '../log.ts';

const MAX_COUNT = 1_024;
const MAX_LENGTH = 1_048_576;

/** The entries that a reader has seen last, for those who are a little behind it. */
export interface Window {
  /** Adds what follows the newest entry. */
  push(entries: readonly LogEntry[]): void;
  /** Everything behind a number; `undefined` where some of that has left. */
  after(seq: number): readonly LogEntry[] | undefined;
  clear(): void;
}

export function createWindow(): Window {
  let entries: LogEntry[] = [];
  /** Characters of data. */
  let length = 0;

  /** At least the half stays: who is told of an entry comes for it soon. */
  function shrink(newest: number): void {
    let gone = 0;
    while (gone < entries.length - newest && (entries.length - gone > MAX_COUNT || length > MAX_LENGTH)) {
      length -= entries[gone]?.data.length ?? 0;
      gone += 1;
    }
    if (gone > 0) entries = entries.slice(gone);
  }

  return {
    push(more) {
      entries.push(...more);
      for (const { data } of more) length += data.length;
      shrink(more.length);
    },
    after(seq) {
      const first = entries[0]?.seq;
      return first !== undefined && first <= seq + 1 ? entries.slice(seq + 1 - first) : undefined;
    },
    clear() {
      entries = [];
      length = 0;
    },
  };
}
