import { expect, test } from 'vitest';
import { KEY, raw, rawAnswer, start } from './support.ts';

const GET_EVENTS = 'GET /events HTTP/1.1\r\nHost: localhost\r\n';
const isWell = async (url: string): Promise<boolean> => (await fetch(`${url}/health/ready`)).ok;

test('S8: a head that takes too long is cut off by 408', async () => {
  const { port } = await start({ headersTimeoutMs: 150 });
  const connection = raw(port, 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  const dripping = setInterval(() => connection.write('a'), 20);
  await connection.closed;
  clearInterval(dripping);
  expect(connection.text).toMatch(/^HTTP\/1\.1 408 /);
});

test('S8: a body that takes too long is cut off by 408', async () => {
  const { port, push } = await start({ headersTimeoutMs: 100, requestTimeoutMs: 200 });
  const connection = raw(
    port,
    `POST /publish/demo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${KEY}\r\n` +
      'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n',
  );
  const dripping = setInterval(() => connection.write(' '), 20);
  await connection.closed;
  clearInterval(dripping);
  expect(connection.text).toMatch(/^HTTP\/1\.1 408 /);
  expect(push.stats().published).toBe(0);
});

test('S8: a stream outlives the timeouts of requests', async () => {
  const { port, push } = await start(
    { headersTimeoutMs: 50, requestTimeoutMs: 100, keepAliveTimeoutMs: 50 },
    { heartbeatMs: 100 },
  );
  const connection = raw(port, `${GET_EVENTS}\r\n`);
  const heartbeats = (): number => connection.text.match(/^id: /gm)?.length ?? 0;
  await expect.poll(heartbeats, { timeout: 10_000 }).toBeGreaterThan(6);
  expect([connection.isClosed, push.stats().connections]).toEqual([false, 1]);
});

test.each([
  ['one of 17 KiB', `X-Long: ${'x'.repeat(17_408)}\r\n`],
  ['2,000', Array.from({ length: 2_000 }, (_, at) => `X-${at}: ${at}\r\n`).join('')],
  ['a Last-Event-ID of 17 KiB', `Last-Event-ID: ${'x'.repeat(17_408)}\r\n`],
])('S9: header fields, %s, are a 431', async (_, fields) => {
  const { port, url } = await start();
  expect(await rawAnswer(port, `${GET_EVENTS}${fields}\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  expect(await isWell(url)).toBe(true);
});

test('S9: a Last-Event-ID of 8 KiB is nobody’s: the stream begins with a reset', async () => {
  const { port } = await start();
  const connection = raw(port, `${GET_EVENTS}Last-Event-ID: ${'1'.repeat(8_192)}\r\n\r\n`);
  await expect.poll(() => connection.text).toContain('"reason":"malformed"');
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'S10: a header named %s does no harm',
  async (name) => {
    const { port, url } = await start();
    const stream = raw(port, `${GET_EVENTS}${name}: x\r\n${name}: y\r\n\r\n`);
    await expect.poll(() => stream.text).toContain('pushstream.ready');
    const answer = await rawAnswer(
      port,
      `POST /publish/demo HTTP/1.1\r\nHost: localhost\r\n${name}: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(await isWell(url)).toBe(true);
  },
);

test.each([
  ['POST /events', 405],
  ['PUT /events', 405],
  ['DELETE /stream/demo', 405],
  ['PATCH /api/sse/connect', 405],
  ['GET /publish/demo', 405],
  ['PUT /health/live', 405],
  ['TRACE /health/live', 405],
  ['GET /nothing', 404],
  ['GET /events/', 404],
  ['GET /stream/', 404],
  ['GET //events', 404],
  ['GET /stream/a%20b', 400],
  ['GET /stream/%ff', 400],
  ['GET /publish', 404],
  ['OPTIONS /publish/demo', 204],
  ['OPTIONS /events', 204],
])('S51: %s is answered by %i', async (line, status) => {
  const { port, push } = await start();
  const text = await rawAnswer(port, `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  if (status === 405) expect(text).toMatch(/^allow: /im);
  expect(push.stats().opened).toBe(0);
});

test.each([
  ['HEAD', '/events', 'text/event-stream'],
  ['HEAD', '/health/live', 'application/json'],
  ['HEAD', '/nothing', 'application/problem+json'],
])('S51: %s %s has the head of the answer and no body', async (method, path, type) => {
  const { port, push } = await start();
  const text = await rawAnswer(port, `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  expect(text).toContain(`ontent-${text.includes('Content-Type') ? 'T' : 't'}ype: ${type}`);
  expect(text.endsWith('\r\n\r\n')).toBe(true);
  expect(push.stats().connections).toBe(0);
});

test('S51: who accepts no event stream gets none', async () => {
  const { port } = await start();
  expect(await rawAnswer(port, `${GET_EVENTS}Accept: application/json\r\nConnection: close\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 406 /,
  );
});

test('S51: a range, an upgrade and a wish to wait change nothing about a stream', async () => {
  const { port } = await start();
  const wishes = 'Range: bytes=0-9\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nExpect: 100-continue\r\n';
  const connection = raw(port, `${GET_EVENTS}${wishes}\r\n`);
  await expect.poll(() => connection.text).toContain('pushstream.ready');
  expect(connection.text).toMatch(/^HTTP\/1\.1 (100 Continue\r\n\r\nHTTP\/1\.1 )?200 /);
});

test('S51: what else is expected is a 417', async () => {
  const { port } = await start();
  expect(await rawAnswer(port, `${GET_EVENTS}Expect: miracles\r\nConnection: close\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 417 /,
  );
});

test('S51: two pipelined requests for streams are never two streams', async () => {
  const { port, push } = await start();
  const connection = raw(port, `${GET_EVENTS}\r\n${GET_EVENTS}\r\n`);
  await expect.poll(() => connection.isClosed || connection.text.includes('pushstream.ready')).toBe(true);
  await expect.poll(() => push.stats().connections).toBeLessThanOrEqual(1);
  expect(connection.text.match(/pushstream\.ready/g)?.length ?? 0).toBeLessThanOrEqual(1);
  expect(push.stats().opened).toBeLessThanOrEqual(1);
});

test('S51: pipelined requests that are no streams are answered in order', async () => {
  const { port } = await start();
  const text = await rawAnswer(
    port,
    'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  );
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404']);
});

test.each([
  ['GET http://localhost/health/live', 200],
  ['GET http://localhost/events?session=%00', 400],
  ['GET http://evil.test/health/live', 200],
  ['GET ftp://localhost/health/live', 400],
  ['OPTIONS *', 400],
  ['GET health/live', 400],
])('S51: the target of "%s" is answered by %i', async (line, status) => {
  const { port, url } = await start();
  const text = await rawAnswer(port, `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(await isWell(url)).toBe(true);
});

test.each([
  ['two lengths', 'Content-Length: 5\r\nContent-Length: 6'],
  ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked'],
  ['chunks by another name', 'Transfer-Encoding: xchunked'],
  ['chunks twice', 'Transfer-Encoding: chunked, chunked'],
  ['a blank before the colon', 'Content-Length : 5'],
  ['a folded line', 'X-A: 1\r\n Content-Length: 5'],
  ['a bare line feed', 'X-A: 1\nContent-Length: 5'],
  ['no host', ''],
])('S51: a head with %s is a 400, and nothing behind it is a request', async (name, fields) => {
  const { port, push } = await start({ open: true });
  const host = name === 'no host' ? '' : 'Host: localhost\r\n';
  const smuggled =
    'POST /publish/demo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{"type":"a","data":1}';
  const text = await rawAnswer(port, `POST /pulse HTTP/1.1\r\n${host}${fields}\r\n\r\n0\r\n\r\n${smuggled}`);
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(push.stats().published).toBe(0);
});

test('connections above maxConnections are closed at once, and there is room again behind them', async () => {
  const { port, push } = await start({ maxConnections: 2 });
  const [first] = [raw(port, `${GET_EVENTS}\r\n`), raw(port, `${GET_EVENTS}\r\n`)];
  await expect.poll(() => push.stats().connections).toBe(2);
  const third = raw(port, `${GET_EVENTS}\r\n`);
  await expect.poll(() => third.isClosed).toBe(true);
  first?.socket.destroy();
  await expect.poll(() => push.stats().connections).toBe(1);
  const fourth = raw(port, `${GET_EVENTS}\r\n`);
  await expect.poll(() => fourth.text).toContain('pushstream.ready');
});
