import { expect, test } from 'vitest';
import type { HeartbeatTimeoutError } from '../../packages/client/src/index.ts';
import { childServer } from '../support/child-server.ts';
import { httpServer } from '../support/http-server.ts';
import { rawServer, streamHead } from '../support/raw-server.ts';
import { elapse, until } from '../support/until.ts';
import { watch, watchIdle } from '../support/watched-client.ts';

/** Timers of the host may be a little early by another clock, and late under load. */
const early = 2;

test.concurrent('a server that accepts and never answers is given up after connectTimeoutMs, its connection closed, and asked again', async () => {
  await using server = await rawServer(() => {});
  using watched = watch(server.url, { connectTimeoutMs: 300 });
  const start = performance.now();
  await until(() => watched.errors.length === 1);
  const passed = performance.now() - start;
  expect(passed).toBeGreaterThanOrEqual(300 - early);
  expect(passed).toBeLessThanOrEqual(1.5 * 300);
  expect(watched.errors[0]).toMatchObject({
    code: 'connect-timeout',
    timeoutMs: 300,
    message: expect.stringContaining('six connections'),
  });
  await until(() => server.sockets.size === 0);
  await until(() => server.exchanges.length === 2);
  expect(watched.statuses).toEqual(['connecting', 'reconnecting']);
});

test.concurrent('connectTimeoutMs covers headers that come byte by byte and never end', async () => {
  await using server = await rawServer(({ socket }) => {
    const bytes = Buffer.from(streamHead('1.1', `X-Long: ${'x'.repeat(10_000)}`));
    let sent = 0;
    const timer = setInterval(() => socket.write(bytes.subarray(sent, (sent += 1))), 5);
    socket.on('close', () => clearInterval(timer));
  });
  using watched = watch(server.url, { connectTimeoutMs: 300 });
  await until(() => watched.errors.length === 1);
  expect(watched.errors[0]?.code).toBe('connect-timeout');
  await until(() => server.sockets.size === 0);
});

test.concurrent('connectTimeoutMs covers a function that never gives its headers', async () => {
  await using server = await httpServer(({ stream }) => stream());
  let asked = 0;
  using watched = watch(server.url, {
    connectTimeoutMs: 200,
    headers: () => ((asked += 1) === 1 ? new Promise<HeadersInit>(() => {}) : {}),
  });
  await until(() => watched.opens.length === 1);
  expect(watched.errors.map(({ code }) => code)).toEqual(['connect-timeout']);
  expect(server.requests).toHaveLength(1);
});

test.concurrent('headers open the stream; silence from then on is given up after heartbeatTimeoutMs', async () => {
  await using server = await httpServer(({ stream }) => stream());
  using watched = watch(server.url, { heartbeatTimeoutMs: 300 });
  let openedAt = 0;
  watched.client.lifecycle.once('open', () => {
    openedAt = performance.now();
  });
  await until(() => watched.errors.length === 1);
  const passed = performance.now() - openedAt;
  expect(passed).toBeGreaterThanOrEqual(300 - early);
  expect(passed).toBeLessThanOrEqual(1.5 * 300);
  expect((watched.errors[0] as HeartbeatTimeoutError).silentMs).toBeGreaterThanOrEqual(300 - early);
  await until(() => watched.opens.length === 2);
  await until(() => server.sockets.size === 1);
});

test.concurrent('an announced heartbeat interval arms three times its length', async () => {
  await using server = await httpServer(({ stream }) =>
    stream('event: pushstream.ready\ndata: {"heartbeatMs":100}\n\n'),
  );
  using watched = watch(server.url);
  await until(() => watched.errors.length === 1);
  const { code, silentMs } = watched.errors[0] as HeartbeatTimeoutError;
  expect(code).toBe('heartbeat-timeout');
  expect(silentMs).toBeGreaterThanOrEqual(300 - early);
  expect(silentMs).toBeLessThanOrEqual(1.5 * 300);
  expect(watched.data, 'a control event is for the client alone').toEqual([]);
});

test.concurrent.each([
  ['heartbeatTimeoutMs: false', { heartbeatTimeoutMs: false }, '{"heartbeatMs":100}'],
  ['nothing announced', {}, '{}'],
  ['garbage announced', {}, '{"heartbeatMs":"100"}'],
  ['a negative interval announced', {}, '{"heartbeatMs":-100}'],
] as const)('with %s, silence is not given up', async (_why, options, ready) => {
  await using server = await httpServer(({ stream }) => stream(`event: pushstream.ready\ndata: ${ready}\n\n`));
  using watched = watch(server.url, options);
  await until(() => watched.opens.length === 1);
  await elapse(800);
  expect(watched.errors).toEqual([]);
  expect(server.requests).toHaveLength(1);
});

test.concurrent('any byte is a sign of life: an event that drips for ten times the timeout comes once, and no timeout', async () => {
  const timeoutMs = 300;
  const bytes = Buffer.from(`id: 1\ndata: "${'€'.repeat(24)}"\n\n`);
  const everyMs = (10 * timeoutMs) / bytes.length;
  await using server = await rawServer(({ socket }) => {
    socket.setNoDelay(true);
    socket.write(streamHead());
    let sent = 0;
    const timer = setInterval(() => {
      socket.write(bytes.subarray(sent, (sent += 1)));
      if (sent >= bytes.length) clearInterval(timer);
    }, everyMs);
    socket.on('close', () => clearInterval(timer));
  });
  const start = performance.now();
  using watched = watch(server.url, { heartbeatTimeoutMs: timeoutMs });
  await until(() => watched.data.length > 0 || watched.errors.length > 0);
  expect(performance.now() - start).toBeGreaterThan(9 * timeoutMs);
  expect(watched.data).toEqual(['€'.repeat(24)]);
  expect(watched.errors).toEqual([]);
  expect(watched.opens).toHaveLength(1);
});

test.concurrent.each([
  ['comments', ':\n\n'],
  ['ids alone', 'id: 1\n\n'],
  ['line ends alone', '\n'],
])('%s keep a stream alive', async (_what, heartbeat) => {
  await using server = await httpServer(({ stream }) => {
    const response = stream();
    const timer = setInterval(() => response.write(heartbeat), 50);
    response.on('close', () => clearInterval(timer));
  });
  using watched = watch(server.url, { heartbeatTimeoutMs: 250 });
  await until(() => watched.opens.length === 1);
  await elapse(1_500);
  expect(watched.errors).toEqual([]);
  expect(watched.data).toEqual([]);
});

test.each([600, 2_500])(
  'a listener that holds the thread for %d ms, longer than the timeout, is not taken for the silence of a server',
  async (heldMs) => {
    await using server = await childServer();
    using watched = watchIdle(server.url, { heartbeatTimeoutMs: 300 });
    let calls = 0;
    watched.client.on('*', () => {
      calls += 1;
      if (calls === 10) for (const end = performance.now() + heldMs; performance.now() < end;);
    });
    watched.client.connect();
    await until(() => watched.data.length > 50);
    expect(watched.errors).toEqual([]);
    expect(watched.opens).toHaveLength(1);
  },
);
