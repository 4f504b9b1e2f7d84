import { describe, expect, test, vi } from 'vitest';
import { EventClient } from '../../packages/client/src/index.ts';
import { createTestClock, createTestServer } from '../../packages/client/src/testing/index.ts';
import { expectNothingLeft } from './nothing-left.ts';
import { opened, url } from './support.ts';

describe('advance', () => {
  test('fires what becomes due in order and at its time, also what is set meanwhile', async () => {
    const clock = createTestClock({ now: 1_000 });
    const { environment } = clock;
    const fired: (readonly [string, number])[] = [];
    const at = (name: string, delayMs: number): (() => void) =>
      environment.setTimer(() => fired.push([name, clock.now]), delayMs);
    at('late', 50);
    at('early', 10);
    at('early, second', 10);
    at('cancelled', 20)();
    environment.setTimer(() => void at('nested', 5), 30);
    expect(clock.next).toBe(10);
    await clock.advance(49);
    expect(fired).toEqual([
      ['early', 1_010],
      ['early, second', 1_010],
      ['nested', 1_035],
    ]);
    expect(clock).toMatchObject({ now: 1_049, next: 1, pending: 1 });
    await clock.advance(1);
    expect(fired.at(-1)).toEqual(['late', 1_050]);
    expect(clock).toMatchObject({ next: undefined, pending: 0 });
  });

  test('promises settle between timers: a loop that awaits runs at its own times', async () => {
    const clock = createTestClock();
    const began = clock.now;
    const times: number[] = [];
    async function loop(): Promise<void> {
      for (let n = 0; n < 3; n += 1) {
        await new Promise<void>((resolve) => clock.environment.setTimer(resolve, 10));
        for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
        times.push(clock.now - began);
      }
    }
    void loop();
    await clock.advance(100);
    expect(times).toEqual([10, 20, 30]);
  });

  test('a frame is a timer', async () => {
    const clock = createTestClock();
    let frames = 0;
    clock.environment.requestFrame(() => (frames += 1));
    expect(clock.pending).toBe(1);
    await clock.advance(16);
    expect(frames).toBe(1);
  });

  test('a call that was not awaited, or that goes back, is misuse', async () => {
    const clock = createTestClock();
    const first = clock.advance(10);
    await expect(clock.advance(10)).rejects.toThrow(
      'clock.advance: expected the call before to be awaited, got another',
    );
    await first;
    await expect(clock.advance(-1)).rejects.toThrow(RangeError);
    await expect(clock.advance(Number.NaN)).rejects.toThrow(RangeError);
    await clock.advance(0);
  });

  test('a callback that throws fails the call, and the clock goes on', async () => {
    const clock = createTestClock();
    clock.environment.setTimer(() => {
      throw new Error('mine');
    }, 1);
    await expect(clock.advance(5)).rejects.toThrow('mine');
    await clock.advance(5);
    expect(clock.pending).toBe(0);
  });
});

test.each([-1, 2 ** 31, Number.NaN, Infinity])('a timer of %d ms throws: a real one would fire at once', (delayMs) => {
  expect(() => createTestClock().environment.setTimer(() => {}, delayMs)).toThrow(RangeError);
});

describe('options', () => {
  test('begin the wall clock, chance and the page', () => {
    const clock = createTestClock({ now: 5, random: 0.25, baseUrl: 'https://example.test/app/' });
    expect(clock.now).toBe(5);
    expect(clock.environment.random()).toBe(0.25);
    clock.random = 0.75;
    expect(clock.environment.random()).toBe(0.75);
    expect(new EventClient('events', { environment: clock.environment }).url).toBe('https://example.test/app/events');
  });

  test('are checked', () => {
    expect(() => createTestClock({ random: 1 })).toThrow(RangeError);
    expect(() => createTestClock({ now: '5' as never })).toThrow('options.now');
    expect(() => createTestClock({ seed: 1 } as never)).toThrow('options: expected now, random, baseUrl, got "seed"');
  });
});

test('what a listener throws, and what the developer is told, is kept', async () => {
  const { clock, server, client, connection } = await opened();
  client.on('*', () => {
    throw new Error('mine');
  });
  connection.send({ data: 1 }).send({ data: 2, id: 'x'.repeat(2_000) });
  await server.settled();
  expect(clock.reported).toEqual([new Error('mine'), new Error('mine')]);
  expect(clock.warnings).toHaveLength(1);
});

describe('the life of a machine and its page', () => {
  test('a jump is time that only the wall clock saw: the client doubts its stream until a byte comes', async () => {
    const { clock, client, connection } = await opened();
    clock.jump(8 * 3_600_000);
    await clock.advance(2_000);
    connection.heartbeat();
    await clock.advance(60_000);
    expect(client.status).toBe('open');
    clock.jump(8 * 3_600_000);
    await clock.advance(6_000);
    expect(client.snapshot.value.error).toMatchObject({ code: 'heartbeat-timeout' });
  });

  test('a clock that is set back harms nothing', async () => {
    const { clock, client, connection } = await opened({ heartbeatTimeoutMs: 20_000 });
    clock.jump(-3_600_000);
    await clock.advance(19_000);
    connection.heartbeat();
    await clock.advance(19_000);
    expect(client.status).toBe('open');
    expect(() => clock.jump(Number.NaN)).toThrow(RangeError);
  });

  test('a stream that says nothing after the page was frozen, or restored, is opened anew', async () => {
    const { clock, server } = await opened();
    clock.freeze(60_000);
    await clock.advance(10_000);
    expect(server.connections).toHaveLength(2);
    (await server.next()).open();
    await server.settled();
    clock.restore(60_000);
    await clock.advance(10_000);
    expect(server.connections).toHaveLength(3);
  });

  test('the page tells of being hidden, shown, thawed, restored and online again', async () => {
    const clock = createTestClock();
    const { environment, now } = clock;
    const told: unknown[] = [];
    const ends = (['visibilitychange', 'resume', 'pageshow', 'online'] as const).map((type) =>
      environment.page.listen(type, ({ persisted }) =>
        told.push([type, environment.page.isHidden(), persisted, clock.now - now]),
      ),
    );
    let fired = false;
    environment.setTimer(() => (fired = true), 10);
    expect(clock.listeners).toBe(4);
    clock.hide();
    clock.freeze(1_000);
    clock.show();
    clock.restore(500);
    clock.online();
    expect(told).toEqual([
      ['visibilitychange', true, undefined, 0],
      ['resume', true, undefined, 1_000],
      ['visibilitychange', false, undefined, 1_000],
      ['pageshow', false, true, 1_500],
      ['online', false, undefined, 1_500],
    ]);
    expect(fired).toBe(false);
    await clock.advance(0);
    expect(fired).toBe(true);
    expect(clock.now - now).toBe(1_500);
    for (const end of ends) end();
    expect(clock.listeners).toBe(0);
    expect(() => clock.freeze(-1)).toThrow(RangeError);
  });
});

test('an app of a hundred clients lets go of everything', async () => {
  const clock = createTestClock();
  const server = createTestServer<{ tick: number }>((connection) => connection.open().send({ type: 'tick', data: 1 }));
  const clients = Array.from({ length: 100 }, () => {
    const client = new EventClient(url, { fetch: server.fetch, environment: clock.environment });
    client.connect();
    return client;
  });
  await clock.advance(1_000);
  expect(server.live).toHaveLength(100);
  expect(() => expectNothingLeft(clock, server)).toThrow();
  for (const client of clients) client.disconnect();
  expectNothingLeft(clock, server);
});

test('all of it runs while the test runner’s own timers stand still', async () => {
  vi.useFakeTimers();
  try {
    const clock = createTestClock();
    const server = createTestServer((connection) => connection.open().send({ data: 1 }));
    using client = new EventClient(url, { fetch: server.fetch, environment: clock.environment });
    const seen: unknown[] = [];
    client.on('*', (data) => seen.push(data));
    client.connect();
    await clock.advance(1_000);
    expect(seen).toEqual([1]);
  } finally {
    vi.useRealTimers();
  }
});
