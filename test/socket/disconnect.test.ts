import { expect, test } from 'vitest';
import { httpServer } from '../support/http-server.ts';
import { rawServer } from '../support/raw-server.ts';
import { elapse, until } from '../support/until.ts';
import { watch, watchIdle } from '../support/watched-client.ts';

const block = (id: number): string => `id: ${id}\ndata: ${id}\n\n`;
const blocks = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, at) => block(from + at)).join('');
const upTo = (length: number): number[] => Array.from({ length }, (_, at) => at + 1);

/** Twenty events in one write; what a client has, it does not get again. */
const twenty = () => httpServer(({ lastEventId = '0', stream }) => stream(blocks(Number(lastEventId) + 1, 20)));

test('rule 7: disconnect() inside a listener stops the very next event of the chunk, and connect() gets it: nothing lost, nothing twice', async () => {
  await using server = await twenty();
  using watched = watch(server.url);
  const { client, data } = watched;
  const stops = [4, 5, 17];
  client.on('message', (value) => {
    if (stops.includes(value as number)) client.disconnect();
  });
  for (const stop of stops) {
    await until(() => client.status === 'closed');
    expect(data).toEqual(upTo(stop));
    expect(client.lastEventId).toBe(String(stop));
    client.connect();
  }
  await until(() => data.length === 20);
  expect(data).toEqual(upTo(20));
  expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '4', '5', '17']);
  expect(watched.errors).toEqual([]);
});

test('disconnect(); connect() inside a listener, in the middle of a chunk, goes on after that event', async () => {
  await using server = await twenty();
  using watched = watch(server.url);
  watched.client.on('message', (value) => {
    if ((value as number) % 6 !== 0) return;
    watched.client.disconnect();
    watched.client.connect();
  });
  await until(() => watched.data.length >= 20);
  expect(watched.data).toEqual(upTo(20));
  expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '6', '12', '18']);
  await until(() => server.pending.length === 1);
});

test('disconnect() while a block is half received, then connect(): the block comes once, whole', async () => {
  await using server = await httpServer(({ number, lastEventId, stream }) => {
    if (number === 1) stream(`${block(1)}id: 2\ndata: `);
    else stream(blocks(Number(lastEventId) + 1, 3));
  });
  using watched = watch(server.url);
  await until(() => watched.data.length === 1);
  watched.client.disconnect();
  expect(watched.client.lastEventId).toBe('1');
  await until(() => server.sockets.size === 0);
  watched.client.connect();
  await until(() => watched.data.length === 3);
  expect(watched.data).toEqual([1, 2, 3]);
});

test('rule 10: disconnect(); connect() in one tick connects, once', async () => {
  await using server = await twenty();
  using watched = watch(server.url);
  await until(() => watched.data.length === 20);
  for (let round = 1; round <= 5; round += 1) {
    watched.client.disconnect();
    watched.client.connect();
    watched.client.connect();
    await until(() => watched.opens.length === round + 1);
    await until(() => server.pending.length === 1);
    expect(server.requests).toHaveLength(round + 1);
  }
  expect(watched.data).toEqual(upTo(20));
});

test('rule 10: connect(); disconnect(); connect() before anything left the process makes one request', async () => {
  await using server = await twenty();
  using watched = watchIdle(server.url);
  for (let round = 0; round < 10; round += 1) {
    watched.client.connect();
    watched.client.disconnect();
  }
  watched.client.connect();
  await until(() => watched.data.length === 20);
  await elapse(50);
  expect(server.requests).toHaveLength(1);
  expect(watched.opens).toHaveLength(1);
});

test('rule 3: 204 closes for good; rule 10: connect() after 204 connects', async () => {
  await using server = await httpServer(({ number, answer, stream }) =>
    number === 1 ? answer(204) : stream(block(1)),
  );
  using watched = watch(server.url);
  await until(() => watched.client.status === 'closed');
  await elapse(400);
  expect(server.requests).toHaveLength(1);
  expect(watched.closes).toEqual([null]);
  expect(watched.errors).toEqual([]);
  watched.client.connect();
  await until(() => watched.data.length === 1);
});

test('rule 10: nothing fires after disconnect(), whether it connects, is open or waits', async () => {
  const mute = await rawServer(() => {});
  const open = await httpServer(({ stream }) => {
    const response = stream();
    const timer = setInterval(() => response.write(block(1)), 1);
    response.on('close', () => clearInterval(timer));
  });
  const flapping = await httpServer(({ stream }) => stream().end());
  const connecting = watch(mute.url);
  const reading = watch(open.url);
  const waiting = watch(flapping.url);
  await until(() => mute.exchanges.length === 1 && reading.data.length > 5 && waiting.client.status === 'reconnecting');

  const all = [connecting, reading, waiting];
  for (const { client } of all) client.disconnect();
  const calls = all.map((watched) => watched.calls);
  const requests = flapping.requests.length;
  await elapse(600);
  expect(all.map((watched) => watched.calls)).toEqual(calls);
  expect(all.map(({ client }) => client.status)).toEqual(['closed', 'closed', 'closed']);
  expect(flapping.requests).toHaveLength(requests);
  expect(mute.sockets.size + open.sockets.size).toBe(0);
  for (const server of [mute, open, flapping]) await server[Symbol.asyncDispose]();
});

test.each(['open', 'error', 'status'] as const)(
  'rule 10: after disconnect() in a listener of "%s" only the goodbye follows: no "open", no "retry"',
  async (name) => {
    await using server = await httpServer(({ number, stream, answer }) =>
      number === 1 && name !== 'error' ? stream() : answer(503),
    );
    const told: string[] = [];
    using watched = watchIdle(server.url);
    const { client } = watched;
    let left = false;
    client.lifecycle.on(name, (payload) => {
      if (name === 'status' && (payload as { status: string }).status !== 'open') return;
      if (!left) client.disconnect();
      left = true;
    });
    for (const other of ['open', 'retry', 'comment', 'error'] as const) {
      client.lifecycle.on(other, () => void (left && other !== name && told.push(other)));
    }
    client.connect();
    await until(() => client.status === 'closed');
    await elapse(300);
    expect(told).toEqual([]);
    expect(watched.statuses.at(-1)).toBe('closed');
    expect(watched.closes).toEqual([null]);
  },
);

test('an aborted signal ends the stream like disconnect(), and no connect() comes after it', async () => {
  await using server = await twenty();
  const controller = new AbortController();
  using watched = watch(server.url, { signal: controller.signal });
  await until(() => watched.data.length === 20);
  controller.abort();
  expect(watched.client.status).toBe('closed');
  watched.client.connect();
  watched.client.reconnect();
  await until(() => server.sockets.size === 0);
  expect(server.requests).toHaveLength(1);
});

test('reconnect() makes a new connection at once and keeps the cursor; pause() drops the connection and resume() goes on from it', async () => {
  await using server = await twenty();
  using watched = watch(server.url);
  const { client } = watched;
  await until(() => watched.data.length === 20);
  client.reconnect();
  await until(() => watched.opens.length === 2 && server.pending.length === 1);
  client.pause('a');
  client.pause('b');
  await until(() => server.pending.length === 0);
  client.resume('a');
  expect(client.status).toBe('paused');
  client.resume('b');
  await until(() => watched.opens.length === 3);
  expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '20', '20']);
  expect(watched.data).toEqual(upTo(20));
  expect(watched.errors).toEqual([]);
  expect(watched.retries).toEqual([]);
});

test('a fetch that does not know its signal is let go of all the same: before its headers and after', async () => {
  await using server = await httpServer(({ number, stream }) => void (number > 1 && stream('data: 1\n\n')));
  using watched = watch(server.url, { fetch: (url, init) => fetch(url, { ...init, signal: null }) });
  const { client } = watched;
  await until(() => server.requests.length === 1);
  client.disconnect();
  server.pending[0]?.stream('data: "too late"\n\n');
  await until(() => server.pending.length === 0);
  client.connect();
  await until(() => watched.data.length === 1);
  client.disconnect();
  await until(() => server.pending.length === 0);
  expect(watched.data).toEqual([1]);
  expect(watched.errors).toEqual([]);
});
