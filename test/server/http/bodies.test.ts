import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { depthOf } from '../../../packages/server/src/http/body.ts';
import { KEY, problemOf, raw, rawAnswer, start } from './support.ts';

const CAP = 1_000;

const head = (lines: string): string =>
  `POST /publish/demo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n${lines}\r\n\r\n`;

/** An event whose JSON has exactly that many bytes. */
const event = (bytes: number): string => {
  const text = JSON.stringify({ type: 'a', data: '' });
  return JSON.stringify({ type: 'a', data: 'x'.repeat(bytes - text.length) });
};

test('S11: a body of exactly the limit is taken, one of a byte more is a 413', async () => {
  const { ask, push } = await start({ maxBodyBytes: CAP });
  expect((await ask('POST', '/publish/demo', event(CAP))).status).toBe(202);
  const response = await ask('POST', '/publish/demo', event(CAP + 1));
  expect(response.status).toBe(413);
  expect((await problemOf(response)).detail).toBe('body: expected at most 1000 bytes, got more');
  expect(push.stats().published).toBe(1);
});

test('S11: a length above the limit is refused before the body comes', async () => {
  const { port } = await start({ maxBodyBytes: CAP });
  const connection = raw(port, head('Content-Length: 1073741824'));
  await expect.poll(() => connection.text).toContain('HTTP/1.1 413');
});

test('S11: a chunked body ends at the limit, whatever follows', async () => {
  const { port, push } = await start({ maxBodyBytes: CAP });
  const connection = raw(port, head('Transfer-Encoding: chunked'));
  const chunk = 'x'.repeat(CAP / 2);
  for (let count = 0; count < 2; count += 1) connection.write(`1f4\r\n${chunk}\r\n`);
  await new Promise((resolve) => setImmediate(resolve));
  expect(connection.text).toBe('');
  connection.write('1\r\nx\r\n');
  await expect.poll(() => connection.text).toContain('HTTP/1.1 413');
  // Whoever goes on sending is cut off: what may still come is bounded.
  const sending = setInterval(() => connection.write(`1f4\r\n${chunk}\r\n`), 5);
  await connection.closed;
  clearInterval(sending);
  expect(push.stats().published).toBe(0);
});

test('S11: a length that is too small makes another request of the rest, which is none', async () => {
  const { port, push } = await start();
  const text = await rawAnswer(port, head('Content-Length: 5') + event(100));
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(push.stats().published).toBe(0);
});

test('S11: a length that is too large is waited for, and then given up', async () => {
  const { port, push } = await start({ requestTimeoutMs: 200 });
  const text = await rawAnswer(port, head('Content-Length: 500') + event(100));
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
  expect(push.stats().published).toBe(0);
});

test('S11: a compressed body is refused, however small it is', async () => {
  const { url } = await start();
  const response = await fetch(`${url}/publish/demo`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: gzipSync('x'.repeat(10_000_000)),
  });
  expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity']);
});

test.each([
  ['nothing', 400, ''],
  ['half an object', 400, '{"type":'],
  ['more than one text', 400, '{"type":"a","data":1} {}'],
  ['a comment', 400, '/* a */ {"type":"a","data":1}'],
  ['NaN', 400, '{"type":"a","data":NaN}'],
  ['64 levels', 202, `{"type":"a","data":${'['.repeat(63)}${']'.repeat(63)}}`],
  ['65 levels', 400, `{"type":"a","data":${'['.repeat(64)}${']'.repeat(64)}}`],
  ['100,000 levels', 400, `{"type":"a","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ['100,000 levels that do not close', 400, `{"a":`.repeat(100_000)],
  ['the same name twice', 202, '{"type":"a","type":"b","data":1}'],
  ['__proto__ as a part', 400, '{"type":"a","data":1,"__proto__":{"ephemeral":true}}'],
  ['__proto__ within the data', 202, '{"type":"a","data":{"__proto__":{"polluted":true}}}'],
  ['constructor as a part', 400, '{"type":"a","data":1,"constructor":1}'],
  ['a surrogate alone', 202, '{"type":"a","data":"\\ud800"}'],
])('S12: a body of %s is answered by %i', async (_, status, body) => {
  const { ask } = await start();
  const response = await ask('POST', '/publish/demo', body);
  const text = await response.text();
  expect([response.status, text]).toEqual([status, expect.not.stringMatching(/\n\s+at |node:|\.ts/)]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test('S12: __proto__ within data is data', async () => {
  const { ask, push } = await start();
  const reader = (await push.fetch(new Request('http://server.test/events'))).body?.getReader();
  await ask('POST', '/publish/demo', '{"type":"a","data":{"__proto__":{"x":1}}}');
  let text = '';
  while (!text.includes('event: a')) text += new TextDecoder().decode((await reader?.read())?.value);
  expect(text).toContain('data: {"__proto__":{"x":1}}');
  await reader?.cancel();
});

test('S12: bytes that are not UTF-8 are a 400', async () => {
  const { url } = await start();
  const response = await fetch(`${url}/publish/demo`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: Buffer.from([0x22, 0xff, 0xfe, 0x22]),
  });
  expect([response.status, (await problemOf(response)).detail]).toEqual([400, 'body: expected UTF-8, got other bytes']);
});

test.each([
  ['application/json', 202],
  ['application/json; charset=utf-8', 202],
  ['Application/JSON', 202],
  ['text/plain', 415],
  ['application/x-www-form-urlencoded', 415],
  ['multipart/form-data; boundary=x', 415],
  ['text/plain; application/json', 415],
  ['application/jsonp', 415],
  ['', 415],
])('S13: a body of type %j is answered by %i: what a form can send is not taken', async (type, status) => {
  const { ask } = await start();
  const response = await ask('POST', '/publish/demo', event(100), { 'content-type': type });
  expect(response.status).toBe(status);
  if (status === 415) expect(response.headers.get('accept')).toBe('application/json');
});

test.each([
  ['1', 0],
  ['[]', 1],
  ['{"a":[{}],"b":[]}', 3],
  ['"[[[["', 0],
  ['"\\"[[["', 0],
  ['"\\\\",[[]]', 2],
])('the depth of %s is %i', (json, depth) => {
  expect(depthOf(json)).toBe(depth);
});
