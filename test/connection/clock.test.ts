import { expect, test } from 'vitest';
import { createClock } from '../../packages/client/src/connection/clock.ts';
import { bench } from '../client/support.ts';
import { VirtualTime } from '../support/virtual-time.ts';

test('the clock goes with the monotonic one', () => {
  const time = new VirtualTime();
  const clock = createClock(time.environment);
  const began = clock();
  for (let n = 0; n < 1_000; n += 1) {
    time.advance(0.4);
    clock();
  }
  expect(clock() - began).toBeCloseTo(400);
});

test('it counts sleep, which only the wall clock saw', () => {
  const time = new VirtualTime();
  const clock = createClock(time.environment);
  const began = clock();
  time.wall += 8 * 3_600_000;
  expect(clock() - began).toBe(8 * 3_600_000);
  time.advance(5);
  expect(clock() - began).toBe(8 * 3_600_000 + 5);
});

test('a wall clock that is set back an hour, or corrected a little, changes nothing', () => {
  const time = new VirtualTime();
  const clock = createClock(time.environment);
  const began = clock();
  time.wall -= 3_600_000;
  expect(clock() - began).toBe(0);
  time.wall += 1_500;
  time.advance(5);
  expect(clock() - began).toBe(5);
});

test('a machine that slept probes its stream first: nothing within the probe, a new attempt', () => {
  const { client, transport, time } = bench();
  client.connect();
  transport.last.open();
  time.wall += 8 * 3_600_000;
  time.advance(1_000);
  expect(client.status).toBe('open');
  time.advance(2_499);
  expect(client.status).toBe('open');
  time.advance(1);
  expect(client.status).toBe('reconnecting');
});

test('a wall clock that jumps back does not put off the timeout', () => {
  const { client, transport, time } = bench({ heartbeatTimeoutMs: 20_000 });
  client.connect();
  transport.last.open();
  time.wall -= 3_600_000;
  time.advance(20_000);
  expect(client.status).toBe('reconnecting');
});
