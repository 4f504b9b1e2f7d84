import type { EventFrame } from 'pushstream-protocol';

/** Data longer than this is remembered by its digest: the window holds at most so many characters for each event. */
const MAX_KEY_LENGTH = 8 * 1024;
/** Where fewer events with an id came at once, a key cut out of their chunk would keep alive much more than itself. */
const SPARSE = 64;

/** Recognises what was delivered before, within a window of the newest events. */
export interface Dedupe {
  /** Whether the key is known; if not, it is now. */
  hasKey(key: string): boolean;
  /**
   * Whether an earlier connection delivered this event; if not, it is kept for the next one.
   * `company`: how many events with an id came at once.
   */
  hasEvent(frame: EventFrame, company: number): boolean;
  /** What was kept so far may come again from now on. */
  rotate(): void;
  clear(): void;
}

/** Two 32-bit FNV-1a sums with different beginnings, and the length. */
function digest(text: string): string {
  let first = 0x811c9dc5;
  let second = 0x9e3779b9;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x01000193) ^ (second >>> 15);
  }
  return `${text.length}:${first}:${second}`;
}

const bounded = (text: string): string => (text.length > MAX_KEY_LENGTH ? digest(text) : text);

/** What events are compared by. Ids and types have no line breaks. */
export const keyOf = ({ id = '', type, data }: EventFrame): string =>
  `${bounded(id)}\n${bounded(type)}\n${bounded(data)}`;

/**
 * The same text as a string of its own: one that was cut out of a chunk keeps the chunk alive. To read a character
 * of what was put together does it; the character never is NaN, which only the engine has to find out.
 */
function own(text: string): string {
  const put = ` ${text}`;
  return put.charCodeAt(0) >= 0 ? put : '';
}

/** While a connection lasts, its events are only kept; they are looked up from the next opening on. */
export function createDedupe(window: number): Dedupe {
  const keys = new Set<string>();
  /** A ring: written in place, because what is cut off a growing list lives on until the next full collection. */
  let kept: (EventFrame | string)[] = [];
  let next = 0;
  let count = 0;

  function add(key: string): boolean {
    // Deleted first: what comes again is the newest again.
    const isKnown = keys.delete(key);
    keys.add(key);
    for (const oldest of keys) {
      if (keys.size <= window) break;
      keys.delete(oldest);
    }
    return isKnown;
  }

  function forget(): void {
    kept = [];
    next = count = 0;
  }

  return {
    hasKey: (key) => add(own(key)),
    hasEvent(frame, company) {
      const isDense = company > SPARSE && frame.data.length <= MAX_KEY_LENGTH;
      const key = keys.size === 0 && isDense ? '' : own(keyOf(frame));
      if (keys.has(key)) return true;
      // As many new events as the window holds: nothing earlier is in it any more.
      count += 1;
      if (count === window) keys.clear();
      kept[next] = isDense ? frame : key;
      next = next + 1 === window ? 0 : next + 1;
      return false;
    },
    rotate() {
      for (const one of [...kept.slice(next), ...kept.slice(0, next)])
        add(typeof one === 'string' ? one : own(keyOf(one)));
      forget();
    },
    clear() {
      keys.clear();
      forget();
    },
  };
}
