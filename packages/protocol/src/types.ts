/** A complete block that dispatches: it had at least one `data` line. */
export interface EventFrame {
  readonly kind: 'event';
  /** The `event` field's last value; `message` where there was none or it was empty. */
  readonly type: string;
  /** The `data` lines, joined by line feeds. */
  readonly data: string;
  /** This block's own `id` field; `undefined` where it had none. */
  readonly id: string | undefined;
  /** The last event ID behind this block, where somebody else parsed it and does not tell whose it is. */
  readonly lastEventId?: string;
}

/** A block with an `id` and no data: it dispatches nothing and moves the cursor. */
export interface IdFrame {
  readonly kind: 'id';
  /** The block's id; empty: the cursor is taken away. */
  readonly id: string;
}

/** A valid `retry` line, yielded as soon as the line is complete. */
export interface RetryFrame {
  readonly kind: 'retry';
  /** The reconnection time in milliseconds; may be `Infinity` for absurdly many digits. */
  readonly retryMs: number;
}

/** A comment line, without its colon and one space. */
export interface CommentFrame {
  readonly kind: 'comment';
  /** What follows the colon and its one space. */
  readonly text: string;
}

/** An event longer than the limit: discarded, and said so at its blank line. */
export interface OversizedFrame {
  readonly kind: 'oversized';
  /** The `event` field's last value; `message` where there was none or it was empty. */
  readonly type: string;
  /** This block's own `id` field; `undefined` where it had none. */
  readonly id: string | undefined;
}

/** What the parser yields. */
export type Frame = EventFrame | IdFrame | RetryFrame | CommentFrame | OversizedFrame;

/** How a parser is made. */
export interface ParserOptions {
  /** Longest event in characters: its joined data, and each line of its block. @default 16_777_216 */
  readonly maxEventLength?: number;
}

/** An incremental parser of one connection's text. */
export interface Parser {
  /** Takes the next piece of text, of any length; returns what it completed, in order. */
  push(text: string): Frame[];
  /** Data of an event has come whose blank line has not. */
  readonly hasBegun: boolean;
}

/** What the encoder takes: at least one of `data`, `id` and `retryMs`. */
export interface OutgoingEvent {
  /** The event's type. @default "message", which is not written */
  readonly type?: string;
  /** May have line breaks: CR, LF and CRLF all become line feeds at the other end. */
  readonly data?: string;
  /** An empty string resets the reader's last event ID. */
  readonly id?: string;
  /** The reconnection time to ask for, in whole milliseconds. */
  readonly retryMs?: number;
}
