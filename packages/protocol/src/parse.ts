import { parseRetry } from './retry.ts';
import type { Frame } from './types.ts';

/** Characters of one event that a parser holds at the most, unless told otherwise: 16 Mi. */
export const DEFAULT_MAX_EVENT_LENGTH: number = 16 * 1024 * 1024;

export interface ParserOptions {
  /** Longest event in characters: its joined data, and each line of its block. @default 16_777_216 */
  readonly maxEventLength?: number;
}

/** An incremental parser of one connection's text. */
export interface Parser {
  /** Takes the next piece of text, of any length; returns what it completed, in order. */
  push(text: string): Frame[];
}

const LF = 10;
const SPACE = 32;
const COLON = 58;
const LETTER_D = 100;
const LETTER_E = 101;
const LETTER_I = 105;
const LETTER_R = 114;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Parses an event stream as the HTML Standard says, whatever the chunks.
 *
 * A block that the stream's end cuts off is discarded together with its id: nothing is yielded
 * before its blank line. Time is linear in the input, memory at most twice `maxEventLength`.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createParser({ maxEventLength = DEFAULT_MAX_EVENT_LENGTH }: ParserOptions = {}): Parser {
  let frames: Frame[] = [];
  let atStart = true;
  /** A CR ended the last chunk: an LF that comes next belongs to the same line end. */
  let afterCarriageReturn = false;

  /** The unfinished line. Only ever appended to: looking into it here would flatten it each time. */
  let rest = '';
  let restIsComment = false;
  /** The unfinished line is over the limit; what follows of it is not kept. */
  let discarding = false;

  let type = '';
  let data: string | undefined;
  let id: string | undefined;
  let oversized = false;

  function dispatch(): void {
    if (oversized) frames.push({ kind: 'oversized', type: type || 'message', id });
    else if (data !== undefined) frames.push({ kind: 'event', type: type || 'message', data, id });
    else if (id !== undefined) frames.push({ kind: 'id', id });
    type = '';
    data = id = undefined;
    oversized = false;
  }

  function tooLong(): void {
    oversized = true;
    data = undefined;
  }

  function append(value: string): void {
    if (oversized) return;
    data = data === undefined ? value : `${data}\n${value}`;
    if (data.length > maxEventLength) tooLong();
  }

  /** The field's value where the line is that field. No search: a line without a colon would cost the whole chunk. */
  function valueOf(name: string, source: string, start: number, end: number): string | undefined {
    const colon = start + name.length;
    if (colon > end || !source.startsWith(name, start)) return undefined;
    if (colon === end) return '';
    if (source.charCodeAt(colon) !== COLON) return undefined;
    return source.slice(source.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1, end);
  }

  /** A whole, non-empty line: `source` from `start` to `end`. */
  function line(source: string, start: number, end: number): void {
    const first = source.charCodeAt(start);
    if (first === COLON) {
      const from = source.charCodeAt(start + 1) === SPACE ? start + 2 : start + 1;
      frames.push({ kind: 'comment', text: source.slice(from, Math.min(end, start + maxEventLength)) });
    } else if (end - start > maxEventLength) {
      tooLong();
    } else if (first === LETTER_D) {
      const value = valueOf('data', source, start, end);
      if (value !== undefined) append(value);
    } else if (first === LETTER_I) {
      const value = valueOf('id', source, start, end);
      // [standard] "If the field value does not contain U+0000 NULL"; otherwise ignored.
      if (value !== undefined && !value.includes('\0')) id = value;
    } else if (first === LETTER_E) {
      type = valueOf('event', source, start, end) ?? type;
    } else if (first === LETTER_R) {
      const retryMs = parseRetry(valueOf('retry', source, start, end) ?? '');
      if (retryMs !== undefined) frames.push({ kind: 'retry', retryMs });
    }
  }

  function keep(text: string): void {
    if (discarding || text === '') return;
    if (rest === '') restIsComment = text.charCodeAt(0) === COLON;
    rest += text;
    if (rest.length <= maxEventLength) return;
    discarding = true;
    if (restIsComment) return;
    rest = '';
    tooLong();
  }

  function push(text: string): Frame[] {
    frames = [];
    let start = 0;
    if (atStart && text !== '') {
      atStart = false;
      if (text.charCodeAt(0) === BYTE_ORDER_MARK) start = 1;
    }
    if (afterCarriageReturn && start < text.length) {
      afterCarriageReturn = false;
      if (text.charCodeAt(start) === LF) start += 1;
    }
    // Each kind of line end is looked for once per occurrence: `length` stands for "no more".
    let feed = -1;
    let carriage = -1;
    for (;;) {
      if (feed < start && (feed = text.indexOf('\n', start)) === -1) feed = text.length;
      if (carriage < start && (carriage = text.indexOf('\r', start)) === -1) carriage = text.length;
      const end = feed < carriage ? feed : carriage;
      if (end === text.length) break;
      if (rest !== '' || discarding) {
        keep(text.slice(start, end));
        const whole = rest;
        rest = '';
        discarding = false;
        if (whole !== '') line(whole, 0, whole.length);
      } else if (end === start) dispatch();
      else line(text, start, end);
      start = end + 1;
      if (end !== carriage) continue;
      if (start === text.length) afterCarriageReturn = true;
      else if (text.charCodeAt(start) === LF) start += 1;
    }
    keep(text.slice(start));
    return frames;
  }

  return { push };
}
