import type { LogEntry } from './log.ts';
import { createNumberedQueue } from './numbered-queue.ts';

/** How much is kept; what is too much goes, the oldest first. */
export interface RetentionLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** The entries that a log keeps. Times are of a clock that never goes back, in milliseconds. */
export interface Retention {
  /** The number of the oldest entry; `last + 1` where there is none. */
  readonly first: number;
  readonly last: number;
  /** Keeps the entry with the number `last + 1`, or throws and keeps nothing. */
  add(entry: LogEntry, now: number): void;
  /**
   * Lets go of what is too much or too old, up to a number: behind it somebody waits, who had no turn
   * to read yet. Within reason.
   */
  trim(now: number, upTo: number): void;
  /** At most `limit` entries behind a number. */
  after(seq: number, limit: number): LogEntry[];
}

interface Kept {
  readonly entry: LogEntry;
  readonly bytes: number;
  readonly storedAt: number;
}

/** The length in UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes += 1;
    // A pair of surrogates is four bytes, two for each.
    else bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return bytes;
}

function sizeOf({ type, data, channel, to = '', tags = {} }: LogEntry): number {
  let bytes = bytesOf(type) + bytesOf(data) + bytesOf(channel) + bytesOf(to);
  for (const [name, value] of Object.entries(tags)) bytes += bytesOf(name) + bytesOf(value);
  return bytes;
}

/** How much more than the limits is kept for who waits: what is published before they have their turn. */
const SPARE = { events: 65_536, bytes: 64 * 1024 * 1024 };

export function createRetention(limits: RetentionLimits): Retention {
  const kept = createNumberedQueue<Kept>();
  let bytes = 0;

  const isTooMuch = ({ storedAt }: Kept, now: number): boolean =>
    kept.size > limits.maxEvents ||
    // One that is too large alone is kept: its readers are only a moment behind it.
    (bytes > limits.maxBytes && kept.size > 1) ||
    now - storedAt > limits.maxAgeMs;

  const isSpare = (): boolean => kept.size <= limits.maxEvents + SPARE.events && bytes <= limits.maxBytes + SPARE.bytes;

  function trim(now: number, upTo: number): void {
    for (;;) {
      const oldest = kept.at(kept.first);
      if (!oldest || !isTooMuch(oldest, now)) return;
      if (oldest.entry.seq > upTo && isSpare()) return;
      kept.shift();
      bytes -= oldest.bytes;
    }
  }

  return {
    get first() {
      return kept.first;
    },
    get last() {
      return kept.last;
    },
    add(entry, now) {
      const one = { entry, bytes: sizeOf(entry), storedAt: now };
      kept.push(one);
      bytes += one.bytes;
    },
    trim,
    after(seq, limit) {
      const entries: LogEntry[] = [];
      for (let next = seq + 1; entries.length < limit; next += 1) {
        const one = kept.at(next);
        if (!one) break;
        entries.push(one.entry);
      }
      return entries;
    },
  };
}
