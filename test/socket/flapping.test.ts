import { expect, test } from 'vitest';
import { type Exchange, httpServer } from '../support/http-server.ts';
import { elapse, until } from '../support/until.ts';
import { VirtualTime } from '../support/virtual-time.ts';
import { watch } from '../support/watched-client.ts';

/** A stream that is over as soon as it is open. */
const flap = ({ stream }: Exchange): unknown => stream().end();

test.concurrent('rule 1: 1,000 flaps make 1,000 growing waits, each within the formula, and never two connections', async () => {
  const time = new VirtualTime();
  let pending = 0;
  await using server = await httpServer((exchange) => {
    pending = Math.max(pending, server.pending.length);
    flap(exchange);
  });
  using watched = watch(server.url, {
    environment: time.environment,
    reconnect: { baseDelayMs: 1_000, maxDelayMs: 30_000, factor: 2 },
  });
  const timers = new Set<number>();
  watched.client.lifecycle.on('retry', ({ delayMs }) => {
    time.random = Math.random();
    timers.add(time.pending);
    setImmediate(() => time.advance(delayMs));
  });
  await until(() => watched.retries.length > 1_000, 30_000);
  watched.client.disconnect();

  expect(watched.retries.slice(0, 1_000).map(({ attempt }) => attempt)).toEqual(
    Array.from({ length: 1_000 }, (_, at) => at + 1),
  );
  for (const { attempt, delayMs } of watched.retries) {
    expect(delayMs).toBeGreaterThanOrEqual(250);
    expect(delayMs).toBeLessThanOrEqual(250 + Math.min(30_000, 1_000 * 2 ** (attempt - 1)));
  }
  const late = watched.retries.slice(10).map(({ delayMs }) => delayMs);
  expect(late.reduce((sum, delayMs) => sum + delayMs, 0) / late.length).toBeGreaterThan(10_000);
  expect(pending).toBe(1);
  expect(Math.max(...timers)).toBeLessThanOrEqual(2); // the wait, and the next frame for the snapshot
  expect(time.pending).toBe(0);
});

test.concurrent('rule 2: the attempt falls to 0 after healthyAfterMs open, and a clean end after health is rotation, not failure', async () => {
  const time = new VirtualTime();
  await using server = await httpServer(({ stream }) => stream());
  using watched = watch(server.url, { environment: time.environment, reconnect: { healthyAfterMs: 10_000 } });
  const rotations: [openMs: number, attempt: number, error: string | null][] = [
    [9_999, 1, 'network'],
    [0, 2, 'network'],
    [10_000, 0, null],
    [50_000, 0, null],
    [9_999, 1, 'network'],
  ];
  for (const [index, [openMs, attempt, error]] of rotations.entries()) {
    await until(() => watched.opens.length === index + 1);
    time.advance(openMs);
    server.pending.at(-1)?.response.end();
    await until(() => watched.retries.length === index + 1);
    const retry = watched.retries.at(-1);
    expect([openMs, retry?.attempt, retry?.error?.code ?? null]).toEqual([openMs, attempt, error]);
    time.advance(retry?.delayMs ?? 0);
  }
  expect(watched.errors).toHaveLength(3);
});

test.concurrent('a proxy that cuts every stream after the same healthy time never makes the wait grow', async () => {
  let id = 0;
  await using server = await httpServer(({ stream }) => {
    const response = stream(`id: ${(id += 1)}\ndata: ${id}\n\n`);
    setTimeout(() => response.destroy(), 150);
  });
  using watched = watch(server.url, {
    reconnect: { baseDelayMs: 1, maxDelayMs: 10_000, factor: 10, healthyAfterMs: 100 },
  });
  await until(() => watched.data.length === 6);
  expect(watched.retries.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1]);
  expect(watched.data).toEqual([1, 2, 3, 4, 5, 6]);
  expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '1', '2', '3', '4', '5']);
});

test.concurrent('in three seconds of flapping, a server gets no more requests than the floor of 250 ms allows', async () => {
  await using server = await httpServer(flap);
  using watched = watch(server.url);
  await elapse(3_000);
  expect(server.requests.length).toBeLessThanOrEqual(1 + 3_000 / 250);
  expect(server.requests.length).toBeGreaterThan(5);
  expect(watched.data).toEqual([]);
});

test.concurrent('maxAttempts failures in a row end with an AttemptsExhaustedError, and not one request more', async () => {
  await using server = await httpServer(flap);
  using watched = watch(server.url, { reconnect: { maxAttempts: 2 } });
  await until(() => watched.client.status === 'closed');
  expect(watched.closes).toEqual([
    expect.objectContaining({ code: 'attempts-exhausted', cause: expect.objectContaining({ code: 'network' }) }),
  ]);
  await elapse(600);
  expect(server.requests).toHaveLength(3);
});

test.concurrent('reconnect: false makes one connection, then closes', async () => {
  await using server = await httpServer(({ stream }) => stream('data: 1\n\n').end());
  using watched = watch(server.url, { reconnect: false });
  await until(() => watched.client.status === 'closed');
  await elapse(400);
  expect(watched.data).toEqual([1]);
  expect(server.requests).toHaveLength(1);
});
