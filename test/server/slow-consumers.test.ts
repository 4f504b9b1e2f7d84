import { afterEach, describe, expect, test } from 'vitest';
import {
  createPushStream,
  memoryLog,
  type PushStream,
  type PushStreamOptions,
} from '../../packages/server/src/index.ts';
import { open } from './streams.ts';
import { createTestEnvironment, type TestEnvironment } from './support.ts';

type Events = Record<string, unknown>;

let push: PushStream<Events>;
let environment: TestEnvironment;
const big = 'x'.repeat(1_000);

function start(options: PushStreamOptions<Events> = {}): PushStream<Events> {
  environment = createTestEnvironment();
  push = createPushStream<Events>({
    log: memoryLog({ maxEvents: 100_000, maxBytes: 1e9 }, environment),
    environment,
    ...options,
  });
  return push;
}

afterEach(() => push.close());

/** Events with their numbers, and what they carry; one turn after each `per`. */
async function publish(count: number, per = 1, type = (n: number): string => (n < 0 ? '' : 'tick')): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    void push.publish(type(n), { n, big });
    if (n % per === per - 1) await environment.settle();
  }
  await environment.settle();
}

const numbers = (events: ReadonlyArray<readonly [unknown, unknown]>): number[] =>
  events.map(([, data]) => (data as { n: number }).n);

const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, n) => n + from);

test('S1: a client that never reads holds no more than its queue, and gets everything when it reads again', async () => {
  start();
  const stream = await open(push.fetch);
  await stream.take();
  await publish(2_000, 10);
  expect(push.stats().spilled).toBe(1);
  expect(push.stats().bufferedBytes).toBeLessThan(1_048_576 + 131_072);
  expect(numbers(await stream.events())).toEqual(upTo(2_000));
  expect(push.stats()).toMatchObject({ bufferedBytes: 0, dropped: 0, resets: {} });
  await publish(1);
  expect(numbers(await stream.events())).toEqual([0]);
});

test.each(['spill', 'wait', 'disconnect'] as const)(
  'S3: %s: what was accepted is not written again, however often a client stops and goes on',
  async (slowConsumer) => {
    start({ slowConsumer });
    const stream = await open(push.fetch);
    let seen: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      for (let n = 0; n < 150; n += 1) {
        void push.publish('tick', { n: round * 150 + n, big });
        if (n % 10 === 9) await environment.settle();
      }
      seen = [...seen, ...numbers(await stream.events())];
    }
    expect(seen).toEqual(upTo(3_000));
  },
);

test('S1: a slow client slows nobody', async () => {
  start();
  const [slow, quick] = [await open(push.fetch), await open(push.fetch)];
  await slow.take();
  let seen: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    await publish(100, 10);
    seen = [...seen, ...numbers(await quick.events())];
  }
  expect(seen).toHaveLength(1_000);
  expect(numbers(await slow.events())).toHaveLength(1_000);
});

test('drop: the oldest go, and the client is told which, before the next event', async () => {
  start({ slowConsumer: 'drop' });
  const stream = await open(push.fetch);
  await stream.take();
  await publish(1_000, 10);
  const events = await stream.events();
  const [loss] = (await stream.control('dropped')) as Array<{ count: number; from: string; to: string }>;
  const got = numbers(events);
  expect(loss?.count).toBe(1_000 - got.length);
  expect(got.slice(-200)).toEqual(upTo(1_000, 800));
  const before = got.length - 200;
  expect(got.slice(0, before)).toEqual(upTo(before));
  expect(loss?.from.split('.')[1]).toBe(String(before + 1));
  expect(loss?.to.split('.')[1]).toBe('800');
  expect(push.stats().dropped).toBe(loss?.count);
});

test('conflate: of what waits, the newest of each key', async () => {
  start({ slowConsumer: 'conflate' });
  const stream = await open(push.fetch);
  await stream.take();
  await publish(1_000, 10, (n) => `state.${n % 3}`);
  const got = numbers(await stream.events());
  expect(got.slice(-3)).toEqual([997, 998, 999]);
  expect(got.length).toBeLessThan(500);
  expect(await stream.control('dropped')).toEqual([]);
});

test('conflate: a key of the user that throws is reported, and the event is kept by channel and type', async () => {
  start({
    slowConsumer: {
      strategy: 'conflate',
      key: () => {
        throw new Error('no');
      },
    },
  });
  const stream = await open(push.fetch);
  await stream.take();
  await publish(300, 10);
  expect(numbers(await stream.events()).at(-1)).toBe(299);
  expect(environment.reports[0]?.[0]).toBe('options.slowConsumer.key');
});

test('disconnect: who takes nothing in time is ended, and resumes without a loss', async () => {
  start({ slowConsumer: 'disconnect' });
  const stream = await open(push.fetch);
  await stream.take();
  await publish(1_000, 10);
  expect(push.sessions()).toHaveLength(1);
  await environment.advance(1_200);
  const first = numbers(await stream.events());
  expect(stream.isOver).toBe(true);
  expect(push.sessions()).toHaveLength(0);
  expect(push.stats().ended).toEqual({ slow: 1 });
  const again = await open(push.fetch, '/events', { 'last-event-id': stream.lastEventId });
  expect([...first, ...numbers(await again.events())]).toEqual(upTo(1_000));
});

test('disconnect: who takes something in time need not go', async () => {
  start({ slowConsumer: 'disconnect' });
  const stream = await open(push.fetch);
  await stream.take();
  await publish(1_000, 10);
  await environment.advance(500);
  expect(numbers(await stream.events())).toEqual(upTo(1_000));
  await environment.advance(2_000);
  expect(stream.isOver).toBe(false);
});

describe('wait', () => {
  async function full(): Promise<{ stream: Awaited<ReturnType<typeof open>>; done: boolean[] }> {
    start({ slowConsumer: 'wait' });
    const stream = await open(push.fetch);
    await stream.take();
    const done: boolean[] = [];
    for (let n = 0; n < 300; n += 1) {
      void push.publish('tick', { n, big }).then(() => (done[n] = true));
      if (n % 10 === 9) await environment.settle();
    }
    return { stream, done };
  }

  test('publishing waits for room in the queue of a slow client', async () => {
    const { stream, done } = await full();
    expect(done[200]).toBe(true);
    expect(done[299]).toBeUndefined();
    expect(numbers(await stream.events())).toEqual(upTo(300));
    await environment.settle();
    expect(done[299]).toBe(true);
    expect(push.stats().spilled).toBe(0);
  });

  test('but not for longer than writeTimeoutMs: then the client falls back to the log', async () => {
    const { stream, done } = await full();
    await environment.advance(1_300);
    expect(done[299]).toBe(true);
    expect(push.stats().spilled).toBe(1);
    expect(numbers(await stream.events())).toEqual(upTo(300));
  });
});

test('S2: above the bytes of all, those who hold most go first', async () => {
  start({ limits: { bufferedBytes: 300_000 }, slowConsumer: { capacity: 10_000 } });
  const greedy = await open(push.fetch);
  const modest = await open(push.fetch, '/events?type=rare');
  await greedy.take();
  await modest.take();
  await publish(1_000, 10, (n) => (n % 20 === 0 ? 'rare' : 'tick'));
  expect(push.stats().ended).toEqual({ memory: 1 });
  expect(push.stats().bufferedBytes).toBeLessThanOrEqual(300_000);
  expect(await modest.events()).toHaveLength(50);
});

test('S4: who takes no byte for stalledMs is given up', async () => {
  start();
  const stream = await open(push.fetch);
  await stream.take();
  await publish(200, 10);
  await environment.advance(59_000);
  expect(push.sessions()).toHaveLength(1);
  await environment.advance(1_500);
  expect(push.sessions()).toHaveLength(0);
  expect(push.stats().ended).toEqual({ stalled: 1 });
});

test('a queue is bounded in bytes too', async () => {
  start({ slowConsumer: { capacity: 100_000, capacityBytes: 50_000 } });
  const stream = await open(push.fetch);
  await stream.take();
  await publish(500, 10);
  expect(push.stats().bufferedBytes).toBeLessThan(50_000 + 131_072);
  expect(numbers(await stream.events())).toEqual(upTo(500));
});

test('what a slow client has not got when it falls behind the log is one reset', async () => {
  start({ log: memoryLog({ maxEvents: 500 }) });
  const stream = await open(push.fetch);
  await stream.take();
  await publish(20_000, 400);
  const got = numbers(await stream.events());
  expect(await stream.control('reset')).toMatchObject([{ reason: 'trimmed' }]);
  expect(got).toEqual(upTo(got.length));
  await publish(1);
  expect(numbers(await stream.events())).toEqual([0]);
});

test('ephemeral events are not waited for', async () => {
  start();
  const stream = await open(push.fetch);
  await stream.take();
  for (let n = 0; n < 1_000; n += 1) {
    void push.publish('typing', { n, big }, { ephemeral: true });
    if (n % 10 === 0) await environment.settle();
  }
  const got = numbers(await stream.events());
  expect(got.length).toBeLessThan(1_000);
  expect(got).toEqual([...got].sort((a, b) => a - b));
  expect(push.stats().dropped).toBeGreaterThan(0);
  expect(await stream.control('dropped')).toEqual([]);
  await push.publish('typing', { n: 0, big }, { ephemeral: true });
  expect(await stream.events()).toHaveLength(1);
});
