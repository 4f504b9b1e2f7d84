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
const BYTE_ORDER_MARK = 0xfeff;

/** What stands from there on, less one space. */
function valueOf(text: string, from: number, end?: number): string {
  return text.slice(text.charCodeAt(from) === SPACE ? from + 1 : from, end);
}

// Names and colons of the lines that events consist of, letter by letter: several times as fast as `startsWith`.

function isData(text: string, start: number): boolean {
  return (
    text.charCodeAt(start) === 100 &&
    text.charCodeAt(start + 1) === 97 &&
    text.charCodeAt(start + 2) === 116 &&
    text.charCodeAt(start + 3) === 97 &&
    text.charCodeAt(start + 4) === COLON
  );
}

function isEvent(text: string, start: number): boolean {
  return (
    text.charCodeAt(start) === 101 &&
    text.charCodeAt(start + 1) === 118 &&
    text.charCodeAt(start + 2) === 101 &&
    text.charCodeAt(start + 3) === 110 &&
    text.charCodeAt(start + 4) === 116 &&
    text.charCodeAt(start + 5) === COLON
  );
}

function isId(text: string, start: number): boolean {
  return text.charCodeAt(start) === 105 && text.charCodeAt(start + 1) === 100 && text.charCodeAt(start + 2) === COLON;
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

  /** What is known of a line that the chunk's end cut. Of a data line only the value is gathered: it needs no second look. */
  let cutLine: 'none' | 'data' | 'comment' | 'field' | 'ignored' = 'none';
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

  /** Any line but an empty one. */
  function field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : valueOf(line, colon + 1);
    if (colon === 0) frames.push({ kind: 'comment', text: valueOf(line.slice(0, maxEventLength), 1) });
    else if (line.length > maxEventLength) tooLong();
    else if (name === 'data') append(value);
    else if (name === 'event') type = value;
    else if (name === 'id') setId(value);
    else if (name === 'retry') {
      const retryMs = parseRetry(value);
      if (retryMs !== undefined) frames.push({ kind: 'retry', retryMs });
    }
  }

  /** [standard] "If the field value does not contain U+0000 NULL"; otherwise ignored. */
  function setId(value: string): void {
    if (!value.includes('\0')) id = value;
  }

  /** More of a line that has no end yet. */
  function gather(text: string): void {
    if (cutLine === 'ignored') return;
    if (cut.length <= cutLimit) cut.add(text);
    if (cutLine === 'comment' || cut.length <= cutLimit) return;
    cutLine = 'ignored';
    cut.take();
    tooLong();
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
    const text = normalize(chunk);
    let start = 0;
    let end = text.indexOf('\n');
    if (cutLine !== 'none') {
      gather(end === -1 ? text : text.slice(0, end));
      if (end === -1) return frames;
      if (cutLine === 'data') append(cut.take());
      else if (cutLine !== 'ignored') field(cut.take());
      cutLine = 'none';
      start = end + 1;
      end = text.indexOf('\n', start);
    }
    while (end !== -1) {
      if (start === end) dispatch();
      else if (end - start > maxEventLength) field(text.slice(start, end));
      else if (isData(text, start)) {
        const value = valueOf(text, start + 5, end);
        if (dataLines === 0 && !oversized && text.charCodeAt(end + 1) === LF) {
          // One data line and its blank line: what nearly every event ends with.
          frames.push({ kind: 'event', type: type || 'message', data: value, id });
          type = '';
          id = undefined;
          end += 1;
        } else append(value);
      } else if (isEvent(text, start)) type = valueOf(text, start + 6, end);
      else if (isId(text, start)) setId(valueOf(text, start + 3, end));
      else field(text.slice(start, end));
      start = end + 1;
      end = text.indexOf('\n', start);
    }
    if (start < text.length) {
      // With fewer letters it could have a space still to come.
      const isValue = start + 5 < text.length && isData(text, start);
      const rest = isValue ? valueOf(text, start + 5) : text.slice(start);
      cutLine = isValue ? 'data' : text.charCodeAt(start) === COLON ? 'comment' : 'field';
      cutLimit = maxEventLength - (text.length - start - rest.length);
      gather(rest);
    }
    return frames;
  }

  return { push };
}
