import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createAnswerReader } from '../../playground/server/http-framing.ts';
import { startFaultProxy } from '../../playground/server/proxy.ts';
import { rawServer, streamHead } from '../support/raw-server.ts';
import { elapse, until } from '../support/until.ts';
import { press, type Pressed } from './support.ts';

/** A connection to the streams, byte by byte. */
interface Raw extends Disposable {
  readonly socket: Socket;
  /** Everything that came. */
  readonly text: string;
  /** Of the event stream, without its framing. */
  readonly body: string;
  /** How it ended. */
  readonly end: 'FIN' | 'RST' | undefined;
}

async function raw({ playground, request }: Pressed, query = ''): Promise<Raw> {
  const { token } = (await (await request('/api/token')).json()) as { token: string };
  const socket = connect(playground.proxy.port, '127.0.0.1');
  const reader = createAnswerReader();
  let text = '';
  let body = '';
  let end: Raw['end'];
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    for (const part of reader.read(bytes)) if (part.kind === 'body') body += part.bytes.toString();
  });
  socket.on('end', () => (end = 'FIN'));
  socket.on('error', () => (end = 'RST'));
  socket.write(`GET /events${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  await until(() => body.includes('pushstream.ready') || end !== undefined);
  return {
    socket,
    get text() {
      return text;
    },
    get body() {
      return body;
    },
    get end() {
      return end;
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

const lastBlock = (body: string): string => body.trimEnd().split('\n\n').at(-1) ?? '';

test('cut: the last chunk is whole, and the body has its end', async () => {
  await using pressed = await press({ heartbeatMs: 10_000 });
  using stream = await raw(pressed);
  await pressed.burst({ count: 5 });
  await until(() => stream.body.includes('task.completed'));
  await pressed.fault('cut');
  await until(() => stream.end !== undefined);
  expect(stream.end).toBe('FIN');
  expect(stream.text).toMatch(/\n\n\r\n0\r\n\r\n$/);
});

test('cut mid-event: at every share so many bytes of the event come, never the last one, then a reset', async () => {
  await using pressed = await press({ heartbeatMs: 10_000 });
  using witness = await raw(pressed);
  for (const share of Array.from({ length: 21 }, (_, step) => step / 20)) {
    using stream = await raw(pressed);
    await pressed.burst({ count: 2 });
    await until(() => stream.body.includes('task.completed'));
    const before = stream.body.length;
    const seen = witness.body.length;
    // Only this one is to be torn.
    const [link] = [...pressed.playground.proxy.streams()].slice(-1);
    link?.tear(share);
    await pressed.burst({ count: 2 });
    await until(() => stream.end !== undefined && witness.body.slice(seen).includes('task.completed'));
    const [event = ''] = witness.body.slice(seen).split(/(?<=\n\n)/);
    const length = Buffer.byteLength(event);
    expect(stream.body.slice(before)).toBe(event.slice(0, Math.min(Math.floor(length * share), length - 1)));
    expect(stream.end).toBe('RST');
  }
});

test('duplicate: a whole event comes again, in a chunk of its own, not the sign of life behind it', async () => {
  await using pressed = await press({ heartbeatMs: 100 });
  using stream = await raw(pressed);
  await pressed.burst({ count: 3 });
  await until(() => /task\.completed[^]*\n\nid: \S+\n\n$/.test(stream.body));
  const [event = ''] = /event: task\.completed\n[^]*?\n\n/.exec(stream.body) ?? [];
  const before = stream.body.length;
  await pressed.fault('duplicate');
  await until(() => stream.body.length >= before + event.length);
  expect(stream.body.slice(before)).toContain(event);
  expect(stream.text).toContain(`\r\n${event.length.toString(16)}\r\n${event}\r\n`);
});

test('duplicate: where nothing has come yet there is nothing to repeat', async () => {
  await using pressed = await press({ heartbeatMs: 10_000 });
  using stream = await raw(pressed);
  const before = stream.body;
  await pressed.fault('duplicate');
  await pressed.burst({ count: 2 });
  await until(() => stream.body.includes('task.completed'));
  expect(stream.body.slice(before.length).match(/^event: /gm)).toHaveLength(2);
});

test('stall: nothing comes and nothing ends, even where the server is gone; then everything does', async () => {
  await using pressed = await press({ heartbeatMs: 100 });
  using stream = await raw(pressed);
  await pressed.fault('stall', '?seconds=1');
  await pressed.burst({ count: 3 });
  const before = stream.text;
  await pressed.fault('restart');
  expect([stream.text, stream.end]).toEqual([before, undefined]);
  await until(() => stream.end === 'FIN');
  expect(stream.body).toMatch(/task\.completed[^]*pushstream\.closing/);
});

test('refuse: a connection is reset as soon as it comes', async () => {
  await using pressed = await press();
  await pressed.fault('refuse', '?seconds=1');
  using stream = await raw(pressed);
  expect([stream.text, stream.end]).toEqual(['', 'RST']);
});

test('slow: so many bytes per second, each of them late, in order', async () => {
  await using pressed = await press({ heartbeatMs: 10_000 });
  using stream = await raw(pressed);
  await pressed.fault('slow', '?seconds=60');
  await pressed.burst({ count: 100 });
  const begun = performance.now();
  const before = stream.body.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(stream.body).toHaveLength(before);
  await new Promise((resolve) => setTimeout(resolve, 900));
  const perSecond = ((stream.body.length - before) * 1_000) / (performance.now() - begun - 400);
  expect(perSecond).toBeGreaterThan(2_000);
  expect(perSecond).toBeLessThan(6_000);
  await pressed.fault('slow', '?seconds=0');
  await until(() => stream.body.includes('task.completed'));
  expect(lastBlock(stream.body)).toContain('task.completed');
});

test('an event that is larger than a socket takes at once comes whole, and can be torn', async () => {
  await using pressed = await press({ heartbeatMs: 10_000 });
  const visitor = await pressed.visit();
  const large = { type: 'large', data: { text: 'ü'.repeat(300_000) } };
  const headers = { 'content-type': 'application/json' };
  const publish = () => pressed.request('/hub/publish/tasks', { method: 'POST', headers, body: JSON.stringify(large) });
  await publish();
  for (const link of pressed.playground.proxy.streams()) link.tear(0.7);
  await publish();
  await until(() => visitor.events.length === 2);
  expect(visitor.data).toEqual([large.data, large.data]);
  expect(visitor.opens).toHaveLength(2);
});

test('what is no HTTP is not passed on for ever', async () => {
  await using pressed = await press();
  const socket = connect(pressed.playground.proxy.port, '127.0.0.1', () => socket.write('\r\n\r\nhello\r\n\r\n'));
  socket.resume();
  await once(socket, 'close');
  await until(() => pressed.playground.proxy.links.size === 0);
});

/** A proxy to a server that says so much, and closes. */
async function saying(...words: readonly string[]): Promise<{ text: string; end: Raw['end'] }> {
  await using server = await rawServer(({ socket }) =>
    socket.end(Buffer.concat(words.map((word) => Buffer.from(word)))),
  );
  const port = Number(new URL(server.origin).port);
  const proxy = await startFaultProxy({ port: 0, to: () => ({ host: '127.0.0.1', port }) });
  const socket = connect(proxy.port, '127.0.0.1', () => socket.write('GET /events HTTP/1.1\r\n\r\n'));
  let text = '';
  let end: Raw['end'] = 'FIN';
  socket.on('data', (bytes) => (text += bytes.toString('latin1'))).on('error', () => (end = 'RST'));
  await new Promise((resolve) => socket.on('close', resolve));
  await proxy.close();
  return { text, end };
}

const HEAD = streamHead('1.1', 'Transfer-Encoding: chunked');

test('a stream that its server ends within an event ends there', async () => {
  const { text } = await saying(`${HEAD}7\r\ndata: 1\r\n`, '3\r\n\n\nd\r\n', '0\r\n\r\n');
  expect(text).toBe(`${HEAD}9\r\ndata: 1\n\n\r\n1\r\nd\r\n0\r\n\r\n`);
});

test('a server that breaks off leaves no end where there was none', async () => {
  const { text } = await saying(`${HEAD}9\r\ndata: 1\n\n\r\n9\r\ndata`);
  expect(text).toBe(`${HEAD}9\r\ndata: 1\n\n\r\n`);
});

test('a server that speaks no HTTP is heard no further', async () => {
  expect(await saying('SSH-2.0-OpenSSH\r\n\r\n')).toEqual({ text: '', end: 'RST' });
});

test('where no server listens, a connection is reset', async () => {
  const proxy = await startFaultProxy({ port: 0, to: () => ({ host: '127.0.0.1', port: 1 }) });
  const socket = connect(proxy.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
  const [error] = await once(socket, 'error');
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  await proxy.close();
});

/** A proxy to a server that answers the first request and the second one so, on one connection. */
async function twice(first: string, second: string) {
  const server = await rawServer(({ number, socket }) => socket.write(number === 1 ? first : second));
  const port = Number(new URL(server.origin).port);
  const proxy = await startFaultProxy({ port: 0, to: () => ({ host: '127.0.0.1', port }) });
  const socket = connect(proxy.port, '127.0.0.1');
  socket.setNoDelay(true);
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString('latin1'))).on('error', () => {});
  return {
    proxy,
    ask: (request: string) => socket.write(request),
    came: (wanted: string) => until(() => text === wanted || socket.destroyed).then(() => text),
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await proxy.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('duplicate: what an earlier stream on the same connection has brought is not repeated in the next one', async () => {
  const first = `${HEAD}9\r\ndata: 1\n\n\r\n0\r\n\r\n`;
  const second = `${HEAD}7\r\nid: 2\n\n\r\n`;
  await using one = await twice(first, second);
  one.ask('GET /events HTTP/1.1\r\n\r\n');
  await one.came(first);
  one.ask('GET /stream/other HTTP/1.1\r\n\r\n');
  await one.came(first + second);
  for (const link of one.proxy.streams()) link.repeat();
  for (const link of one.proxy.streams()) link.end();
  expect(await one.came(`${first}${second}0\r\n\r\n`)).toBe(`${first}${second}0\r\n\r\n`);
});

test('a request that comes byte by byte is known by its method', async () => {
  const second = `${HEAD}9\r\ndata: 1\n\n\r\n`;
  await using one = await twice(HEAD, second);
  for (const byte of 'HEAD /events HTTP/1.1\r\n\r\n') {
    one.ask(byte);
    await elapse(2);
  }
  await one.came(HEAD);
  one.ask('GET /events HTTP/1.1\r\n\r\n');
  expect(await one.came(HEAD + second)).toBe(HEAD + second);
});
