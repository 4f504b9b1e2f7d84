import { parseRetry } from './retry.ts';
import { COLON, indexOf, isData, isEvent, isId, LETTER_D, LETTER_E, LETTER_I, LF, valueAt } from './scan.ts';
import type { Frame, Parser, ParserOptions } from './types.ts';

/** Characters of one event that a parser holds at the most, unless told otherwise: 16 Mi. */
export const DEFAULT_MAX_EVENT_LENGTH: number = 16 * 1024 * 1024;

const BYTE_ORDER_MARK = 0xfeff;
const DATA = 'data:';

/**
 * Parses an event stream as the HTML Standard says, whatever the chunks.
 *
 * A block that the stream's end cuts off is discarded together with its id: nothing is yielded
 * before its blank line. Time is linear in the input, memory a small multiple of `maxEventLength`.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createParser({ maxEventLength = DEFAULT_MAX_EVENT_LENGTH }: ParserOptions = {}): Parser {
  let frames: Frame[] = [];
  let atStart = true;
  /** A CR ended the last chunk: an LF that comes next belongs to the same line end. */
  let afterCarriageReturn = false;

  /** A line that its chunk did not end. */
  let unfinished = false;
  /** What there is of it. Only ever appended to: looking into it would flatten it each time. */
  let rest = '';
  /** It is data, and `rest` its value alone, without this many characters before it. */
  let restCut = 0;
  let restIsData = false;
  let restIsComment = false;
  /** It is over the limit; what follows of it is not kept. */
  let discarding = false;

  let type = '';
  let data: string | undefined;
  let id: string | undefined;
  let oversized = false;
  /** Characters that came since `data` and `rest` were last copied, all of which they may keep alive. */
  let held = 0;

  function dispatch(): void {
    if (oversized) frames.push({ kind: 'oversized', type: type || 'message', id });
    else if (data !== undefined) frames.push({ kind: 'event', type: type || 'message', data, id });
    else if (id !== undefined) frames.push({ kind: 'id', id });
    type = '';
    data = id = undefined;
    oversized = false;
    held = 0;
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

  /** The lines that a stream has few of: comments, fields without a colon, `retry`, what is too long or unknown. */
  function rareLine(text: string, start: number, end: number): void {
    if (text.charCodeAt(start) === COLON) {
      frames.push({
        kind: 'comment',
        text: text.slice(valueAt(text, start + 1), Math.min(end, start + maxEventLength)),
      });
      return;
    }
    if (end - start > maxEventLength) {
      tooLong();
      return;
    }
    const name = text.slice(start, Math.min(end, start + 6));
    if (name === 'data') append('');
    else if (name === 'event') type = '';
    else if (name === 'id') id = '';
    else if (name === 'retry:') {
      const retryMs = parseRetry(text.slice(valueAt(text, start + 6), end));
      if (retryMs !== undefined) frames.push({ kind: 'retry', retryMs });
    }
  }

  /** The next part of a line that its chunk did not end. */
  function keep(text: string): void {
    if (!unfinished) {
      unfinished = true;
      restIsComment = text.charCodeAt(0) === COLON;
      // The value of a long data line is never looked into: its parts stay as they are.
      if (text.length > 5 && text.startsWith(DATA)) restCut = valueAt(text, 5);
      rest = text.slice(restCut);
      restIsData = restCut > 0 || rest === DATA;
    } else if (!discarding) {
      // Looked into once, as soon as it is long enough to tell.
      const isShort = restCut === 0 && rest.length < DATA.length;
      rest += text;
      if (isShort) restIsData = rest.startsWith(DATA);
    }
    if (discarding || rest.length + restCut <= maxEventLength) return;
    discarding = true;
    if (restIsComment) return;
    rest = '';
    tooLong();
  }

  /** The line that an earlier chunk began has ended. */
  function finish(): void {
    let whole = '';
    if (restCut > 0) append(rest);
    else whole = rest;
    unfinished = discarding = restIsData = false;
    rest = '';
    restCut = 0;
    if (whole !== '') lines(`${whole}\n`, 0);
  }

  /**
   * Bounds what an unfinished event keeps alive: its parts are cut from chunks, and joined as a tree. Looking into
   * the tree makes the engine copy it flat, which lets go of both; done rarely enough to stay linear.
   */
  function settle(length: number): void {
    held += length + 32;
    if (held < rest.length + (data ?? '').length + 65_536) return;
    held = (rest.charCodeAt(0) === LF ? 1 : 0) + (data?.charCodeAt(0) === LF ? 1 : 0);
  }

  /** Where the line behind the line end at `end` begins. */
  function after(text: string, end: number): number {
    const start = end + 1;
    if (text.charCodeAt(end) === LF) return start;
    if (start === text.length) afterCarriageReturn = true;
    else if (text.charCodeAt(start) === LF) return start + 1;
    return start;
  }

  /** The lines of a chunk; returns where the one that it does not end begins. */
  function lines(text: string, from: number): number {
    const { length } = text;
    const limit = maxEventLength;
    const out = frames;
    let start = from;
    // Each kind of line end is looked for once per occurrence: `length` stands for "no more".
    let feed = indexOf(text, '\n', start);
    let carriage = indexOf(text, '\r', start);
    let nul = -1;
    if (unfinished) {
      const end = feed < carriage ? feed : carriage;
      if (end === length) return start;
      keep(text.slice(start, end));
      finish();
      start = after(text, end);
    }
    while (start < length) {
      const first = text.charCodeAt(start);
      if (first === LF) {
        dispatch();
        start += 1;
        continue;
      }
      if (feed < start) feed = indexOf(text, '\n', start);
      if (carriage < start) carriage = indexOf(text, '\r', start);
      const end = feed < carriage ? feed : carriage;
      if (end === length) break;
      if (end === start) dispatch();
      else if (end - start > limit) rareLine(text, start, end);
      else if (first === LETTER_D && isData(text, start)) {
        const value = text.slice(valueAt(text, start + 5), end);
        if (data === undefined && !oversized && end === feed && end + 1 < length && text.charCodeAt(end + 1) === LF) {
          // Most events are one line of data and its blank line: nothing of them is kept.
          out.push({ kind: 'event', type: type || 'message', data: value, id });
          type = '';
          id = undefined;
          held = 0;
          start = end + 2;
          continue;
        }
        append(value);
      } else if (first === LETTER_E && isEvent(text, start)) {
        type = text.slice(valueAt(text, start + 6), end);
      } else if (first === LETTER_I && isId(text, start)) {
        // [standard] "If the field value does not contain U+0000 NULL"; otherwise ignored.
        if (nul < start) nul = indexOf(text, '\0', start);
        if (nul >= end) id = text.slice(valueAt(text, start + 3), end);
      } else rareLine(text, start, end);
      start = end === feed ? end + 1 : after(text, end);
    }
    return start;
  }

  function push(text: string): Frame[] {
    frames = [];
    if (text === '') return frames;
    let start = 0;
    if (atStart && text.charCodeAt(0) === BYTE_ORDER_MARK) start = 1;
    atStart = false;
    if (afterCarriageReturn && start < text.length) {
      afterCarriageReturn = false;
      if (text.charCodeAt(start) === LF) start += 1;
    }
    start = lines(text, start);
    if (start < text.length) keep(text.slice(start));
    if (unfinished || data !== undefined) settle(text.length);
    return frames;
  }

  return {
    push,
    get hasBegun() {
      return data !== undefined || oversized || restIsData;
    },
  };
}
