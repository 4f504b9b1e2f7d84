import { createGzip, constants } from 'node:zlib';
import { expect, test } from 'vitest';
import { DecodeError, EventTooLargeError } from '../../packages/client/src/index.ts';
import { type HttpServer, httpServer } from '../support/http-server.ts';
import { httpChunk, type RawServer, rawServer, streamHead } from '../support/raw-server.ts';
import { until } from '../support/until.ts';
import { watch, watchIdle } from '../support/watched-client.ts';

const inherited = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'size'];
const lifecycle = ['error', 'open', 'close', 'status', 'retry', 'comment', 'reset', 'dropped', 'message'];
const odd = ['*', '*.*', 'a.*', 'a..b', '.', ' ', 'pushstream.unknown', 'Größe', '世界', 'x'.repeat(10_000)];
const names = [...inherited, ...lifecycle, ...odd];

const streamOf = (body: string | Uint8Array): Promise<HttpServer> => httpServer(({ stream }) => stream(body));

test.concurrent('an event of any name reaches the listeners of exactly that name, and no listener of the connection', async () => {
  await using server = await streamOf(
    `${names.map((name, at) => `event: ${name}\ndata: ${at}\n\n`).join('')}event: done\ndata: -1\n\n`,
  );
  using watched = watchIdle(server.url);
  const got = new Map<string, unknown[]>();
  // A name with a star in it is a pattern, which no listener can tell from a name.
  const plain = names.filter((name) => !name.includes('*'));
  for (const name of plain) {
    got.set(name, []);
    watched.client.on(name, (data, { type }) => got.get(name)?.push([type, data]));
  }
  watched.client.connect();
  await until(() => watched.data.at(-1) === -1);
  for (const name of plain) expect(got.get(name)).toEqual([[name, names.indexOf(name)]]);
  expect(watched.events.map(({ type }) => type)).toEqual([...names, 'done']);
  expect(watched.statuses).toEqual(['connecting', 'open']);
  expect(watched.opens).toHaveLength(1);
  expect([watched.errors, watched.closes, watched.comments, watched.retries, watched.reported]).toEqual([
    [],
    [],
    [],
    [],
    [],
  ]);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test.concurrent('JSON with keys like __proto__ is data, and changes nothing else', async () => {
  await using server = await streamOf(
    'data: {"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}\n\n',
  );
  using watched = watch(server.url);
  await until(() => watched.data.length === 1);
  expect(Object.hasOwn(watched.data[0] as object, '__proto__')).toBe(true);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test.concurrent.each(['{"a":', 'undefined', 'NaN', "{'a':1}", '', '{"a":1}}', '\uFFFD'])(
  'data that is no JSON (%s) is one DecodeError; the cursor passes it and later events come',
  async (garbage) => {
    await using server = await streamOf(
      `id: 1\ndata: 1\n\nid: 2\nevent: broken\ndata: ${garbage}\n\nid: 3\ndata: 3\n\n`,
    );
    using watched = watch(server.url);
    await until(() => watched.data.length === 2);
    expect(watched.data).toEqual([1, 3]);
    expect(watched.errors).toEqual([expect.any(DecodeError)]);
    expect((watched.errors[0] as DecodeError).event).toEqual({
      type: 'broken',
      raw: garbage,
      id: '2',
      lastEventId: '2',
    });
    expect(watched.client.lastEventId).toBe('3');
    expect(watched.statuses).toEqual(['connecting', 'open']);
  },
);

test.concurrent.each(['ready', 'reset', 'dropped', 'closing'])(
  'a pushstream.%s whose data is garbage harms nothing',
  async (name) => {
    const garbage = [
      '',
      'x',
      'null',
      '1',
      '"text"',
      '[]',
      '{"heartbeatMs":{},"retryMs":[],"reason":1,"count":"x","toString":1}',
    ];
    const body = garbage.map((data) => `event: pushstream.${name}\ndata: ${data}\n\n`).join('');
    await using server = await streamOf(`${body}data: 1\n\n`);
    using watched = watch(server.url);
    await until(() => watched.data.length === 1);
    expect(watched.errors.map(({ code }) => code)).toEqual(['decode', 'decode']);
    expect(watched.reported).toEqual([]);
  },
);

test.concurrent('an event over maxEventLength is one EventTooLargeError; the cursor passes it and later events come', async () => {
  const MiB = 1024 * 1024;
  await using server = await httpServer(({ lastEventId, stream }) => {
    if (lastEventId === undefined) stream(`id: 1\ndata: 1\n\nevent: big\ndata: "${'x'.repeat(MiB)}"\nid: 2\n\n`).end();
    else stream(`data: "after ${lastEventId}"\n\nid: 3\ndata: "${'y'.repeat(60 * 1024)}"\n\n`);
  });
  using watched = watch(server.url, { maxEventLength: 64 * 1024 });
  await until(() => watched.data.length === 3);
  expect(watched.data).toEqual([1, 'after 2', 'y'.repeat(60 * 1024)]);
  expect(watched.errors[0]).toEqual(expect.any(EventTooLargeError));
  expect(watched.errors[0]).toMatchObject({ limit: 64 * 1024, message: expect.stringContaining('"big"') });
  expect(watched.errors).toHaveLength(2); // and the stream's end
});

test.concurrent('a line that does not end for 32 MiB is one EventTooLargeError, and the stream lives', async () => {
  const half = Buffer.alloc(16 * 1024 * 1024, 'x');
  await using server = await httpServer(({ stream }) => {
    const response = stream('data: 1\n\ndata: ');
    for (const bytes of [half, half, '\n\ndata: 2\n\n']) response.write(bytes);
  });
  using watched = watch(server.url, { maxEventLength: 64 * 1024 });
  await until(() => watched.data.length === 2);
  expect(watched.errors.map(({ code }) => code)).toEqual(['event-too-large']);
  expect(watched.opens).toHaveLength(1);
});

test.concurrent('an event of 100,000 data lines is one event', async () => {
  await using server = await streamOf(`data: [0\n${'data: ,1\n'.repeat(100_000)}data: ]\n\n`);
  using watched = watch(server.url);
  await until(() => watched.data.length === 1);
  expect(watched.data[0]).toHaveLength(100_001);
});

test.concurrent('bytes that are no UTF-8 become U+FFFD, and later events come', async () => {
  const body = Buffer.concat([
    Buffer.from('data: "'),
    Buffer.from([0xff, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xe4, 0xb8]),
    Buffer.from('"\n\ndata: 2\n\n'),
  ]);
  await using server = await streamOf(body);
  using watched = watch(server.url);
  await until(() => watched.data.length === 2);
  expect(watched.data).toEqual(['\uFFFD'.repeat(7), 2]);
});

test.concurrent('an event that ends in lone CRs is delivered at once, without a byte after it', async () => {
  await using server = await streamOf('\uFEFFid: 1\rdata: 1\r\r');
  using watched = watch(server.url);
  await until(() => watched.data.length === 1);
  expect(watched.client.lastEventId).toBe('1');
});

test.concurrent('a gzipped stream that is flushed arrives event by event', async () => {
  let next: (() => void) | undefined;
  await using server = await httpServer(({ stream }) => {
    const response = stream(undefined, { 'Content-Encoding': 'gzip' });
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    gzip.pipe(response);
    let id = 0;
    next = () => void gzip.write(`id: ${(id += 1)}\ndata: "€ ${id}"\n\n`);
    next();
  });
  using watched = watch(server.url);
  await until(() => server.requests.length === 1);
  expect(server.requests[0]?.headers['accept-encoding']).toContain('gzip');
  for (let count = 1; count <= 5; count += 1) {
    await until(() => watched.data.length === count);
    expect(watched.data.at(-1)).toBe(`€ ${count}`);
    next?.();
  }
});

const sequence = (...bodies: readonly (string | Uint8Array)[]): Promise<RawServer> =>
  rawServer(({ number, socket }) => {
    socket.write(bodies[Math.min(number, bodies.length) - 1] ?? '');
    if (number < bodies.length) socket.end();
  });

test.concurrent('an HTTP/1.0 body that its end delimits is a stream', async () => {
  const head = streamHead('1.0');
  await using server = await sequence(`${head}id: 1\ndata: 1\n\n`, `${head}id: 2\ndata: 2\n\n`);
  using watched = watch(server.url);
  await until(() => watched.data.length === 2);
  expect(server.exchanges.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '1']);
});

const first = httpChunk(Buffer.from('id: 1\ndata: 1\n\n'));

test.concurrent.each([
  ['is truncated', Buffer.concat([first, Buffer.from('ff\r\nid: 2\ndata: 2\n\nid: 3\nda')]), '2'],
  ['has a chunk header that is none', Buffer.concat([first, Buffer.from('zz\r\nid: 2\ndata: 2\n\n\r\n')]), '1'],
  ['has a chunk of 16 exbibytes', Buffer.concat([first, Buffer.from('ffffffffffffffff1\r\nid: 2\n')]), '1'],
  ['ends in the middle of a chunk header', Buffer.concat([first, Buffer.from('f')]), '1'],
])(
  'a chunked body that %s is a NetworkError; what was complete counts, and nothing else',
  async (_what, body, cursor) => {
    const head = Buffer.from(streamHead('1.1', 'Transfer-Encoding: chunked'));
    const rest = httpChunk(Buffer.from('id: 4\ndata: 4\n\n'));
    await using server = await sequence(Buffer.concat([head, body]), Buffer.concat([head, rest]));
    using watched = watch(server.url);
    await until(() => watched.data.at(-1) === 4);
    expect(watched.data).toEqual(cursor === '2' ? [1, 2, 4] : [1, 4]);
    expect(watched.errors.map(({ code }) => code)).toEqual(['network']);
    expect(server.exchanges.map(({ lastEventId }) => lastEventId)).toEqual([undefined, cursor]);
  },
);

test.concurrent('an answer that is not HTTP is a failure like any other', async () => {
  await using server = await sequence(
    'SSH-2.0-OpenSSH_9.6\r\n',
    'HTTP/1.1 200\r\n\r\n\r\n',
    `${streamHead()}data: 1\n\n`,
  );
  using watched = watch(server.url, { reconnect: { shouldRetry: () => true } });
  await until(() => watched.data.length === 1);
  expect(watched.reported).toEqual([]);
});
