/** Longer ids are not sent: servers refuse requests with large headers, for ever. */
const MAX_ID_LENGTH = 1024;

/** What can travel back to the server, in words. */
export const SENDABLE: string = `at most ${MAX_ID_LENGTH} bytes and no control character`;

const TAB = 9;
const SPACE = 32;
const DELETE = 127;

/** Whether an id can travel back to the server: HTTP headers carry no control characters but the tab. */
export function isSendable(id: string): boolean {
  let bytes = 0;
  for (let at = 0; at < id.length && bytes <= MAX_ID_LENGTH; at += 1) {
    const unit = id.charCodeAt(at);
    if (unit === DELETE || (unit < SPACE && unit !== TAB)) return false;
    // In UTF-8; each half of a surrogate pair stands for two of its four bytes.
    bytes += unit <= DELETE ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return bytes <= MAX_ID_LENGTH;
}

/** The last event ID, twice: as the standard has it for events, and as far as dispatch completed. */
export interface Cursor {
  /** The standard's last event ID string: what the newest block said. */
  seen: string;
  /** What a reconnection sends: the last block whose dispatch completed. */
  readonly value: string;
  /** Everything seen so far is dispatched. */
  commit(): void;
  /** Begins at an id that was kept. */
  start(id: string): void;
}

/**
 * An id that cannot be sent leaves the cursor at the last one that can: a repeated event is
 * recognised, a lost one is not.
 */
export function createCursor(initial: string, warn: (message: string) => void): Cursor {
  /** Of the ids since the last that can be sent. */
  let hasWarned = false;
  const cursor = {
    seen: initial,
    value: initial,
    start(id: string): void {
      cursor.seen = cursor.value = id;
    },
    commit(): void {
      const { seen, value } = cursor;
      if (seen === value) return;
      if (isSendable(seen)) {
        cursor.value = seen;
        hasWarned = false;
      } else if (!hasWarned) {
        hasWarned = true;
        warn(`PushStream: expected an id of ${SENDABLE}, got another; resuming stays at ${JSON.stringify(value)}`);
      }
    },
  };
  return cursor;
}
