import type { EventFrame } from 'pushstream-protocol';

/** Characters of data that are kept for comparison at the most, whatever the window: 8 Mi. */
const MAX_KEPT_LENGTH = 8 * 1024 * 1024;

/** Recognises what was delivered before, within a window of the newest events. */
export interface Dedupe {
  /** Whether the key is known; if not, it is now. */
  hasKey(key: string): boolean;
  /** Whether an earlier connection delivered this event; if not, it is kept for the next one. */
  hasEvent(frame: EventFrame): boolean;
  /** What was kept so far may come again from now on. */
  rotate(): void;
  clear(): void;
}

/**
 * While a connection lasts, its events are only kept: what they are compared by, id, type and data,
 * is put together when the next connection opens. Ids and types have no line breaks.
 */
export function createDedupe(window: number): Dedupe {
  const keys = new Set<string>();
  let kept: EventFrame[] = [];
  let keptLength = 0;
  let count = 0;

  const keyOf = ({ id, type, data }: EventFrame): string => `${id}\n${type}\n${data}`;

  function hasKey(key: string): boolean {
    if (keys.has(key)) return true;
    keys.add(key);
    for (const oldest of keys) {
      if (keys.size <= window) break;
      keys.delete(oldest);
    }
    return false;
  }

  /** The newest half of what is kept, or of the window, survives: forgetting costs nothing per event. */
  function shorten(): void {
    kept = kept.slice(-Math.min(window, kept.length >> 1));
    keptLength = 0;
    for (const { data } of kept) keptLength += data.length;
  }

  return {
    hasKey,
    hasEvent(frame) {
      if (keys.size > 0 && keys.has(keyOf(frame))) return true;
      // As many new events as the window holds: nothing earlier is in it any more.
      count += 1;
      if (count === window) keys.clear();
      kept.push(frame);
      keptLength += frame.data.length;
      if (kept.length > 2 * window || keptLength > MAX_KEPT_LENGTH) shorten();
      return false;
    },
    rotate() {
      for (const frame of kept) hasKey(keyOf(frame));
      kept = [];
      keptLength = count = 0;
    },
    clear() {
      keys.clear();
      kept = [];
      keptLength = count = 0;
    },
  };
}
