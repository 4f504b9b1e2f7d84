import type { OutgoingEvent } from './types.ts';

const LINE_END = /\r\n|\r|\n/;

/** A field that would forge a line, or whose id a reader would ignore, never reaches the wire. */
function singleLine(field: string, value: string): string {
  if (/[\r\n\0]/.test(value)) {
    throw new TypeError(`${field}: expected no CR, LF or NUL, got ${JSON.stringify(value)}`);
  }
  return value;
}

function lines(field: string, value: string): string {
  return value
    .split(LINE_END)
    .map((line) => `${field}: ${line}\n`)
    .join('');
}

/**
 * One block of an event stream, blank line included.
 *
 * @throws {TypeError} For CR, LF or NUL in `type` or `id`, an empty `type`, or nothing to send.
 * @throws {RangeError} For a `retryMs` that is not a whole number of milliseconds.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function encodeEvent({ type, data, id, retryMs }: OutgoingEvent): string {
  if (data === undefined && (type !== undefined || (id === undefined && retryMs === undefined))) {
    throw new TypeError('event: expected data, an id or retryMs, got nothing that a reader would see');
  }
  if (type === '') throw new TypeError('type: expected a name, got ""');
  if (retryMs !== undefined && !(Number.isSafeInteger(retryMs) && retryMs >= 0)) {
    throw new RangeError(`retryMs: expected a whole number of milliseconds, got ${retryMs}`);
  }
  let block = '';
  if (type !== undefined) block += `event: ${singleLine('type', type)}\n`;
  if (data !== undefined) block += lines('data', data);
  if (id !== undefined) block += `id: ${singleLine('id', id)}\n`;
  if (retryMs !== undefined) block += `retry: ${retryMs}\n`;
  return `${block}\n`;
}

/** A comment, which readers ignore: the usual heartbeat. It never ends a block. */
export function encodeComment(text = ''): string {
  return text
    .split(LINE_END)
    .map((line) => (line === '' ? ':\n' : `: ${line}\n`))
    .join('');
}
