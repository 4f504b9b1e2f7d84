import { createGatherer } from './gather.ts';
import { parseRetry } from './retry.ts';
import type { Frame } from './types.ts';

/** Characters of one event that a parser holds at the most, unless told otherwise: 16 Mi. */
export const DEFAULT_MAX_EVENT_LENGTH: number = 16 * 1024 * 1024;

/** What a parser is made with. */
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
/** As much of a line tells whether it is a data line, and where its value begins: `data: `. */
const PREFIX_LENGTH = 6;

/** Whether a line is `name`, with or without a colon. */
function isField(name: string, text: string, start: number, end: number): boolean {
  const colon = start + name.length;
  return text.startsWith(name, start) && (colon === end || (colon < end && text.charCodeAt(colon) === COLON));
}

/** What stands behind a name of this length and its colon, less one space. */
function valueOf(nameLength: number, text: string, start: number, end: number): string {
  const from = start + nameLength + 1;
  return text.slice(text.charCodeAt(from) === SPACE ? from + 1 : from, end);
}

// `isField` with a colon, letter by letter: several times as fast, for the lines that events consist of.

function isData(text: string, start: number): boolean {
  return (
    text.charCodeAt(start) === LETTER_D &&
    text.charCodeAt(start + 1) === 97 &&
    text.charCodeAt(start + 2) === 116 &&
    text.charCodeAt(start + 3) === 97 &&
    text.charCodeAt(start + 4) === COLON
  );
}

function isEvent(text: string, start: number): boolean {
  return (
    text.charCodeAt(start) === LETTER_E &&
    text.charCodeAt(start + 1) === 118 &&
    text.charCodeAt(start + 2) === 101 &&
    text.charCodeAt(start + 3) === 110 &&
    text.charCodeAt(start + 4) === 116 &&
    text.charCodeAt(start + 5) === COLON
  );
}

function isId(text: string, start: number): boolean {
  return (
    text.charCodeAt(start) === LETTER_I && text.charCodeAt(start + 1) === 100 && text.charCodeAt(start + 2) === COLON
  );
}

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

  /** The beginning of a line, too short to tell what it will be. */
  let prefix = '';
  /** What is known of a line that the chunk's end cut. Of a data line only the value is gathered. */
  let cutLine: 'none' | 'data' | 'comment' | 'other' | 'ignored' = 'none';
  let cutLimit = maxEventLength;
  const cut = createGatherer();

  let type = '';
  let id: string | undefined;
  let dataLines = 0;
  const data = createGatherer();
  let oversized = false;

  function dispatch(): void {
    if (oversized) frames.push({ kind: 'oversized', type: type || 'message', id });
    else if (dataLines > 0) frames.push({ kind: 'event', type: type || 'message', data: data.take(), id });
    else if (id !== undefined) frames.push({ kind: 'id', id });
    type = '';
    id = undefined;
    dataLines = 0;
    oversized = false;
  }

  function tooLong(): void {
    oversized = true;
    data.take();
  }

  function append(value: string): void {
    if (oversized) return;
    data.add(dataLines > 0 ? `\n${value}` : value);
    dataLines += 1;
    if (data.length > maxEventLength) tooLong();
  }

  /**
   * A whole line. Its first letter tells which name to compare; names are not searched for, since a
   * line without a colon would cost the whole chunk.
   */
  function line(text: string, start: number, end: number): void {
    const first = text.charCodeAt(start);
    if (first === COLON) {
      frames.push({ kind: 'comment', text: valueOf(0, text, start, Math.min(end, start + maxEventLength)) });
    } else if (end - start > maxEventLength) {
      tooLong();
    } else if (first === LETTER_E) {
      if (isField('event', text, start, end)) type = valueOf(5, text, start, end);
    } else if (first === LETTER_I) {
      if (isField('id', text, start, end)) setId(valueOf(2, text, start, end));
    } else if (first === LETTER_D) {
      if (isField('data', text, start, end)) append(valueOf(4, text, start, end));
    } else if (first === LETTER_R && isField('retry', text, start, end)) {
      const retryMs = parseRetry(valueOf(5, text, start, end));
      if (retryMs !== undefined) frames.push({ kind: 'retry', retryMs });
    }
  }

  /** [standard] "If the field value does not contain U+0000 NULL"; otherwise ignored. */
  function setId(value: string): void {
    if (!value.includes('\0')) id = value;
  }

  /** More of a line that has no end yet. */
  function gather(text: string): void {
    if (cutLine === 'ignored' || (cutLine === 'comment' && cut.length > maxEventLength)) return;
    cut.add(text);
    if (cutLine === 'comment' || cut.length <= cutLimit) return;
    cutLine = 'ignored';
    cut.take();
    tooLong();
  }

  /** The chunk ends in the middle of a line. */
  function begin(text: string): void {
    const isComment = text.charCodeAt(0) === COLON;
    if (text.length < PREFIX_LENGTH && !isComment) {
      prefix = text;
      return;
    }
    cutLine = isComment ? 'comment' : isData(text, 0) ? 'data' : 'other';
    const kept = cutLine === 'data' ? valueOf(4, text, 0, text.length) : text;
    cutLimit = maxEventLength - (text.length - kept.length);
    gather(kept);
  }

  /** The line that an earlier chunk began has its end. */
  function finish(): void {
    const text = cut.take();
    if (cutLine === 'data') append(text);
    else if (cutLine !== 'ignored') line(text, 0, text.length);
    cutLine = 'none';
  }

  /** The chunk with LF as its only line end, and without what belongs to the last one. */
  function normalize(text: string): string {
    if (text === '') return text;
    if (text.charCodeAt(0) === (atStart ? BYTE_ORDER_MARK : afterCarriageReturn ? LF : -1)) text = text.slice(1);
    atStart = false;
    afterCarriageReturn = text.endsWith('\r');
    return text.includes('\r') ? text.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : text;
  }

  function push(chunk: string): Frame[] {
    frames = [];
    const text = prefix + normalize(chunk);
    prefix = '';
    let start = 0;
    let end = text.indexOf('\n');
    if (cutLine !== 'none') {
      gather(end === -1 ? text : text.slice(0, end));
      if (end === -1) return frames;
      finish();
      start = end + 1;
      end = text.indexOf('\n', start);
    }
    while (end !== -1) {
      if (start === end) dispatch();
      else if (end - start > maxEventLength) line(text, start, end);
      else if (isData(text, start)) {
        const value = valueOf(4, text, start, end);
        if (dataLines === 0 && !oversized && text.charCodeAt(end + 1) === LF) {
          // One data line and its blank line: what nearly every event ends with.
          frames.push({ kind: 'event', type: type || 'message', data: value, id });
          type = '';
          id = undefined;
          end += 1;
        } else append(value);
      } else if (isEvent(text, start)) type = valueOf(5, text, start, end);
      else if (isId(text, start)) setId(valueOf(2, text, start, end));
      else line(text, start, end);
      start = end + 1;
      end = text.indexOf('\n', start);
    }
    if (start < text.length) begin(text.slice(start));
    return frames;
  }

  return { push };
}
