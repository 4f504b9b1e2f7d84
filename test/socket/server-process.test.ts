import { expect, test } from 'vitest';
import { type ChildEvent, childServer } from '../support/child-server.ts';
import { faultProxy } from '../support/fault-proxy.ts';
import { httpServer } from '../support/http-server.ts';
import { elapse, until } from '../support/until.ts';
import { type WatchedClient, watch } from '../support/watched-client.ts';

const timeoutMs = 1_000;
const numbers = ({ data }: WatchedClient): number[] => (data as ChildEvent[]).map(({ number }) => number);
const upTo = (length: number): number[] => Array.from({ length }, (_, at) => at + 1);

test.concurrent('a server that is killed with -9, twice, costs growing waits and not one event once it is back', async () => {
  let server = await childServer();
  const { port, url } = server;
  // The most unlucky throw every time: the wait is the formula's upper end.
  using watched = watch(url, {
    reconnect: { baseDelayMs: 50, maxDelayMs: 400 },
    environment: { random: () => 0.999 },
  });
  for (const outage of [1, 2]) {
    const before = watched.retries.length;
    const seen = watched.data.length;
    await until(() => watched.data.length > seen + 20);
    await server.kill();
    await until(() => watched.retries.length >= before + 3);
    expect(watched.client.status).toBe('reconnecting');
    expect(watched.client.snapshot.value.error?.code).toBe('network');
    server = await childServer(port);
    await until(() => watched.opens.length === outage + 1);
    const delays = watched.retries.slice(before).map(({ delayMs }) => delayMs);
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(delays.slice(0, 3)).toEqual(outage === 1 ? [300, 350, 450] : expect.anything());
  }
  const seen = watched.data.length;
  await until(() => watched.data.length > seen + 20);
  expect(numbers(watched)).toEqual(upTo(watched.data.length));
  expect(new Set((watched.data as ChildEvent[]).map(({ pid }) => pid)).size).toBe(3);
  await server.kill();
});

test.concurrent('a port that refuses is asked again with a growing wait and without a tight loop, until it accepts', async () => {
  await using server = await httpServer(({ stream }) => stream('id: 1\ndata: 1\n\n'));
  await using proxy = await faultProxy(server.url);
  await proxy.refuse();
  using watched = watch(proxy.url, {
    reconnect: { baseDelayMs: 20, maxDelayMs: 30_000 },
    environment: { random: () => 0.999 },
  });
  await until(() => watched.retries.length === 4);
  expect(watched.retries.map(({ delayMs }) => delayMs)).toEqual([270, 290, 330, 410]);
  expect(watched.retries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  const refused = expect.objectContaining({ code: 'ECONNREFUSED' });
  expect(watched.errors.at(-1)).toMatchObject({ code: 'network', cause: expect.objectContaining({ cause: refused }) });
  await proxy.accept();
  await until(() => watched.data.length === 1);
});

test.concurrent.each([1, 2, 3, 4])(
  'a half-open connection (SIGSTOP, run %d) is found within 1.2 times the heartbeat timeout; what is stale has no effect',
  async () => {
    await using server = await childServer();
    let lastByteAt = 0;
    let foundAt = 0;
    using watched = watch(server.url, { heartbeatTimeoutMs: timeoutMs });
    const { client, opens, errors } = watched;
    client.on('*', () => {
      lastByteAt = performance.now();
    });
    client.lifecycle.on('comment', () => {
      lastByteAt = performance.now();
    });
    client.lifecycle.on('error', () => {
      foundAt = performance.now();
    });
    await until(() => watched.data.length > 10);

    server.stop();
    await until(() => foundAt > 0);
    const silentMs = foundAt - lastByteAt;
    expect(silentMs).toBeGreaterThanOrEqual(timeoutMs - 2);
    expect(silentMs).toBeLessThanOrEqual(1.2 * timeoutMs);
    expect(errors.map(({ code }) => code)).toEqual(['heartbeat-timeout']);
    expect(client.status).toBe('reconnecting');
    const before = watched.data.length;

    server.go();
    await until(() => watched.data.length > before + 20);
    expect((watched.data as ChildEvent[]).slice(before).every(({ connection }) => connection > 1)).toBe(true);
    expect(numbers(watched)).toEqual(upTo(watched.data.length));
    expect(opens).toHaveLength(2);
    await until(() => server.closed.includes(1));
  },
);

test.concurrent('a server that stands still for less than the heartbeat timeout loses nobody', async () => {
  await using server = await childServer();
  using watched = watch(server.url, { heartbeatTimeoutMs: timeoutMs });
  for (let outage = 0; outage < 3; outage += 1) {
    const before = watched.data.length;
    await until(() => watched.data.length > before + 10);
    server.stop();
    await elapse(0.5 * timeoutMs);
    server.go();
  }
  const before = watched.data.length;
  await until(() => watched.data.length > before + 10);
  expect(watched.statuses).toEqual(['connecting', 'open']);
  expect(watched.errors).toEqual([]);
  expect(numbers(watched)).toEqual(upTo(watched.data.length));
  expect(new Set((watched.data as ChildEvent[]).map(({ connection }) => connection)).size).toBe(1);
});

test.concurrent('bytes that a middlebox kept back until after the reconnection reach a closed socket, and nobody else', async () => {
  let connection = 0;
  await using server = await httpServer(({ lastEventId = '0', stream }) => {
    connection += 1;
    const own = connection;
    const response = stream();
    let id = Number(lastEventId);
    const timer = setInterval(
      () => response.write(`id: ${(id += 1)}\ndata: {"number":${id},"connection":${own}}\n\n`),
      10,
    );
    response.on('close', () => clearInterval(timer));
  });
  await using proxy = await faultProxy(server.url);
  using watched = watch(proxy.url, { heartbeatTimeoutMs: 300 });
  await until(() => watched.data.length > 5);
  const [stale] = proxy.links;
  stale?.hold();
  await until(() => watched.opens.length === 2 && watched.data.length > 10);
  expect(watched.errors.map(({ code }) => code)).toEqual(['heartbeat-timeout']);
  stale?.release();
  const before = watched.data.length;
  await until(() => watched.data.length > before + 10);
  expect(numbers(watched)).toEqual(upTo(watched.data.length));
  const connections = (watched.data as ChildEvent[]).map((event) => event.connection);
  expect(connections).toEqual(connections.toSorted((a, b) => a - b));
  expect(stale?.client.destroyed).toBe(true);
  expect(proxy.links.size).toBe(1);
});
