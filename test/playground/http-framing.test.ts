import { expect, test } from 'vitest';
import { createAnswerReader, LAST_CHUNK, toChunk } from '../../playground/server/http-framing.ts';
import { caseSeed, createRandom, replayHint, testSeed } from '../support/random.ts';

const head = (status: string, ...fields: string[]): string => `HTTP/1.1 ${[status, ...fields].join('\r\n')}\r\n\r\n`;
const STREAM = head('200 OK', 'Content-Type: text/event-stream; charset=utf-8', 'Transfer-Encoding: chunked');

/** What a reader makes of bytes in pieces: what is to be passed on as it came, the bodies of streams, their ends. */
function read(pieces: readonly Buffer[], methods: readonly string[] = []): { bytes: string; streams: string[] } {
  const reader = createAnswerReader();
  for (const method of methods) reader.asked(method);
  let bytes = '';
  const streams = [''];
  for (const piece of pieces) {
    for (const part of reader.read(piece)) {
      if (part.kind === 'bytes') bytes += part.bytes.toString('latin1');
      else if (part.kind === 'body') streams[streams.length - 1] += part.bytes.toString('latin1');
      else streams.push('');
    }
  }
  return { bytes, streams: streams.slice(0, -1).concat(streams.at(-1) || []) };
}

const all = (text: string): readonly Buffer[] => [Buffer.from(text)];

test.each([
  ['a preflight', head('204 No Content', 'Allow: GET')],
  ['an answer of a known length', `${head('503 No', 'Content-Length: 5', 'Retry-After: 2')}Later`],
  ['an answer of no length', head('200 OK', 'Content-Length: 0')],
  ['chunks that are no event stream', `${head('200 OK', 'Transfer-Encoding: chunked')}3;a=b\r\nabc\r\n0\r\n\r\n`],
  ['chunks with a trailer', `${head('200 OK', 'Transfer-Encoding: chunked')}1\r\na\r\n0\r\nA: b\r\n\r\n`],
  ['an interim answer and the real one', head('103 Early Hints', 'Link: a') + head('204 No Content')],
  ['a body that ends with its connection', `${head('200 OK', 'Content-Type: text/event-stream')}data: 1\n\n`],
])('%s is passed on as it came, and what follows is read', (_name, answer) => {
  expect(read(all(answer))).toEqual({ bytes: answer, streams: [] });
  if (answer.endsWith('data: 1\n\n')) return;
  const stream = STREAM + '9\r\ndata: 1\n\n\r\n0\r\n\r\n';
  expect(read(all(answer + stream))).toEqual({ bytes: answer + STREAM, streams: ['data: 1\n\n'] });
});

test('the answer to HEAD has no body, whatever it says', () => {
  const stream = `${STREAM}9\r\ndata: 1\n\n\r\n0\r\n\r\n`;
  expect(read(all(STREAM + stream), ['HEAD', 'GET'])).toEqual({ bytes: STREAM + STREAM, streams: ['data: 1\n\n'] });
});

test.each([
  ['no answer', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\n'],
  ['a chunk without a size', `${STREAM}xyz\r\n`],
  ['a size that is too long', `${STREAM}123456789\r\n`],
  ['a length that is none', head('200 OK', 'Content-Length: -1')],
  ['a head without an end', `HTTP/1.1 200 OK\r\nA: ${'a'.repeat(70_000)}`],
])('%s is refused', (_name, text) => {
  expect(() => read(all(text))).toThrow(/^Expected /);
});

test('an event stream is the same however it is cut: into chunks, and on its way', () => {
  const seed = testSeed();
  for (let index = 0; index < 300; index += 1) {
    const random = createRandom(caseSeed(seed, index));
    const text = Array.from({ length: random.between(1, 30) }, (_, at) => `id: ${at}\ndata: Zürich → ${at}\n\n`).join(
      '',
    );
    const body = Buffer.from(text);
    const chunks: Buffer[] = [];
    for (let at = 0; at < body.length;) {
      const end = at + random.between(1, 200);
      chunks.push(toChunk(body.subarray(at, end)));
      at = end;
    }
    const before = `${head('204 No Content')}${head('200 OK', 'Content-Length: 2')}ok`;
    const wire = Buffer.concat([Buffer.from(before + STREAM), ...chunks, LAST_CHUNK, Buffer.from(before)]);
    const pieces: Buffer[] = [];
    for (let at = 0; at < wire.length;) {
      const end = at + random.between(1, random.pick([1, 3, 50, 1_000]));
      pieces.push(wire.subarray(at, end));
      at = end;
    }
    expect(read(pieces), replayHint(seed)).toEqual({
      bytes: before + STREAM + before,
      streams: [body.toString('latin1')],
    });
  }
});
