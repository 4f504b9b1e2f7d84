import { expect, test } from 'vitest';
import type { EventClientOptions } from '../../packages/client/src/index.ts';
import { httpServer } from '../support/http-server.ts';
import { elapse, until } from '../support/until.ts';
import { type WatchedClient, watch } from '../support/watched-client.ts';

/** No luck in it: the wait is the floor. */
const floor: EventClientOptions = { environment: { random: () => 0 } };
/** The other end: one base above the floor, all but nothing. */
const ceiling: EventClientOptions = { environment: { random: () => 1 - 2 ** -53 } };
const fiveMinutes = 300_000;

const delays = ({ retries }: WatchedClient): number[] => retries.map(({ delayMs }) => delayMs);

test.concurrent.each([
  ['0', 250],
  ['1', 250],
  ['249', 250],
  ['1000', 1_000],
  ['300001', fiveMinutes],
  ['2147483648', fiveMinutes],
  ['99999999999', fiveMinutes],
  ['9'.repeat(25), fiveMinutes],
  ['-1', 250],
  ['1.5', 250],
  ['1e6', 250],
  ['١٢٣٤', 250],
  ['', 250],
  ['0x7fff', 250],
])('rule 1: "retry: %s" makes the wait %d ms plus the random part, never a hot loop', async (retry, floorMs) => {
  await using server = await httpServer(({ stream }) => stream(`retry: ${retry}\n\n`).end());
  using lucky = watch(server.url, floor);
  using unlucky = watch(server.url, ceiling);
  await until(() => lucky.retries.length > 0 && unlucky.retries.length > 0);
  expect(lucky.retries[0]).toMatchObject({ delayMs: floorMs, attempt: 1 });
  expect(unlucky.retries[0]).toMatchObject({ delayMs: floorMs + 1, attempt: 1 });
  expect(lucky.client.snapshot.value.retry ?? lucky.retries[0]).toEqual(lucky.retries[0]);
  await elapse(600);
  expect(server.requests.length).toBeLessThanOrEqual(2 * (1 + 600 / 250));
});

test.concurrent('rule 1: "retry:" is lasting, also for connections that do not repeat it, until another one comes', async () => {
  const bodies = ['retry: 400\n\n', 'data: 1\n\n', ': \n\n', 'retry: 300\n', ''];
  await using server = await httpServer(({ number, stream }) => stream(bodies[number - 1]).end());
  using watched = watch(server.url, floor);
  await until(() => watched.retries.length === 5);
  expect(delays(watched)).toEqual([400, 400, 400, 300, 300]);
});

const inThreeSeconds = (): string => new Date(Date.now() + 3_000).toUTCString();

test.concurrent.each([
  ['2', 2_000, 2_000],
  ['0', 250, 250],
  ['an HTTP date', 2_000 - 100, 3_000],
  ['Sat, 01 Jan 2000 00:00:00 GMT', 250, 250],
  ['Fri, 31 Dec 9999 23:59:59 GMT', fiveMinutes, fiveMinutes],
  ['1000000000000000', fiveMinutes, fiveMinutes],
  ['9'.repeat(25), fiveMinutes, fiveMinutes],
  ['1e15', 250, 250],
  ['-5', 250, 250],
  ['1.5', 250, 250],
  ['soon', 250, 250],
  ['', 250, 250],
])(
  'rule 1: "Retry-After: %s" on a 503 or a 429 is obeyed as a floor between %d and %d ms',
  async (value, leastMs, mostMs) => {
    await using server = await httpServer(({ target, answer }) =>
      answer(Number(target.slice(1)), { 'Retry-After': value === 'an HTTP date' ? inThreeSeconds() : value }, 'busy'),
    );
    for (const status of [503, 429]) {
      using lucky = watch(`${server.origin}/${status}`, floor);
      using unlucky = watch(`${server.origin}/${status}`, ceiling);
      await until(() => lucky.retries.length > 0 && unlucky.retries.length > 0);
      expect(delays(lucky)[0]).toBeGreaterThanOrEqual(leastMs);
      expect(delays(lucky)[0]).toBeLessThanOrEqual(mostMs);
      expect(delays(unlucky)[0]).toBeGreaterThan(leastMs);
      expect(delays(unlucky)[0]).toBeLessThanOrEqual(mostMs + 1);
      expect(lucky.errors[0]).toMatchObject({ code: 'http', status });
    }
  },
);

test.concurrent('rule 1: Retry-After counts for the next attempt only, and the request does not come before its time', async () => {
  const arrivals: number[] = [];
  await using server = await httpServer(({ number, answer }) => {
    arrivals.push(performance.now());
    answer(503, number === 1 ? { 'Retry-After': '1' } : {});
  });
  using watched = watch(server.url, floor);
  await until(() => arrivals.length === 3);
  expect(delays(watched).slice(0, 2)).toEqual([1_000, 250]);
  const [first = 0, second = 0, third = 0] = arrivals;
  expect(second - first).toBeGreaterThanOrEqual(1_000);
  expect(third - second).toBeGreaterThanOrEqual(250);
});

test.concurrent('rule 1: of "retry:" and Retry-After the longer one is the floor', async () => {
  await using server = await httpServer(({ number, answer, stream }) => {
    if (number === 1) stream('retry: 500\n\n').end();
    else answer(503, { 'Retry-After': number === 2 ? '0' : '1' });
  });
  using watched = watch(server.url, floor);
  await until(() => watched.retries.length === 3);
  expect(delays(watched)).toEqual([500, 500, 1_000]);
});

test.concurrent('a server that says pushstream.closing before it ends is not a failure, and its retryMs is obeyed', async () => {
  await using server = await httpServer(({ number, stream }) => {
    if (number === 1) stream('event: pushstream.closing\ndata: {"reason":"drain","retryMs":600}\n\n').end();
    else stream('data: 1\n\n');
  });
  using watched = watch(server.url, floor);
  await until(() => watched.data.length === 1);
  expect(watched.retries).toEqual([expect.objectContaining({ attempt: 1, delayMs: 600, error: null })]);
  expect(watched.errors).toEqual([]);
});
