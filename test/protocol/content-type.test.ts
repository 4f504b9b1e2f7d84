import { describe, expect, test } from 'vitest';

import { isEventStream } from '../../packages/protocol/src/index.ts';

const accepted = [
  'text/event-stream',
  'TEXT/EVENT-STREAM',
  'Text/Event-Stream',
  'text/event-stream;charset=utf-8',
  'text/event-stream; charset=UTF-8',
  'text/event-stream ; charset=utf-8',
  'text/event-stream;charset=windows-1251', // the parameter never changes the decoding, nor the answer
  'text/event-stream;',
  'text/event-stream;;',
  'text/event-stream; ',
  'text/event-stream;foo',
  'text/event-stream; foo="a;b,c"',
  'text/event-stream;charset="',
  '  text/event-stream',
  'text/event-stream  ',
  '\ttext/event-stream\t',
];

const refused = [
  null,
  '',
  ' ',
  ';',
  'text/event-streamish',
  'text/event-strea',
  'xtext/event-stream',
  'text/event-stream-x',
  'text/event-stream.foo',
  'text/event-stream+json',
  'text /event-stream',
  'text/ event-stream',
  'text/event stream',
  'text/plain',
  'text/html; text/event-stream',
  'text/html;charset=text/event-stream',
  'text/plain, x-text/event-stream',
  'application/json',
  'application/x-ndjson',
  'multipart/mixed; boundary=text/event-stream',
  'event-stream',
  'text',
  'text/',
  '/event-stream',
  '*/*',
  'text/*',
  'text/event-stream/extra',
  'text/event-stream charset=utf-8',
  'text/event\u2010stream', // a hyphen that is not U+002D
  'text/event-\u017Ftream', // U+017F is an s to a locale, not to ASCII
];

describe('the MIME essence', () => {
  test.each(accepted)('%j is an event stream', (contentType) => {
    expect(isEventStream(contentType)).toBe(true);
  });

  test.each(refused)('%j is not', (contentType) => {
    expect(isEventStream(contentType)).toBe(false);
  });
});
