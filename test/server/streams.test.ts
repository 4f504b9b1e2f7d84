import { afterEach, describe, expect, test } from 'vitest';
import {
  ClosedError,
  createPushStream,
  EventTooLargeError,
  type Log,
  LogUnavailableError,
  memoryLog,
  type PushStream,
  type PushStreamOptions,
} from '../../packages/server/src/index.ts';
import { open, type TestStream } from './streams.ts';
import { createTestEnvironment, type TestEnvironment } from './support.ts';

type Events = Record<string, unknown>;

const made: PushStream<Events>[] = [];
let environment: TestEnvironment;

function start(options: PushStreamOptions<Events> = {}): PushStream<Events> {
  environment = createTestEnvironment();
  const push = createPushStream<Events>({ environment, ...options });
  made.push(push);
  return push;
}

afterEach(async () => {
  await Promise.all(made.splice(0).map((push) => push.close()));
});

const from = (lastEventId: string): Record<string, string> => ({ 'last-event-id': lastEventId });
const data = (events: ReadonlyArray<readonly [unknown, unknown]>): unknown[] => events.map(([, value]) => value);

describe('a stream begins', () => {
  test('with pushstream.ready, which can be resumed from', async () => {
    const push = start({ retryMs: 2_000 });
    const stream = await open(push.fetch);
    const [first, second] = await stream.take();
    expect(first).toEqual({ kind: 'retry', retryMs: 2_000 });
    expect(second).toMatchObject({ kind: 'event', type: 'pushstream.ready' });
    expect(await stream.control('ready')).toEqual([
      { connectionId: 't3', cursor: stream.lastEventId, resumed: false, replayed: 0, heartbeatMs: 15_000 },
    ]);
  });

  test('where the cursor is, and without a seam between what was and what is', async () => {
    const push = start();
    const cursor = await push.cursor();
    for (let n = 0; n < 1_500; n += 1) await push.publish('tick', n);
    const opening = open(push.fetch, '/events', from(cursor));
    void push.publish('tick', 1_500);
    const stream = await opening;
    void push.publish('tick', 1_501);
    expect(data(await stream.events())).toEqual(Array.from({ length: 1_502 }, (_, n) => n));
    expect(await stream.control('ready')).toMatchObject([{ resumed: true, cursor }]);
  });

  test.each([
    ['header', '/events', (id: string) => from(id)],
    ['query', '/events?lastEventId=', () => ({})],
    ['header before the query', '/events?lastEventId=nonsense&x=', (id: string) => from(id)],
  ])('with a cursor in the %s', async (_name, path, headers) => {
    const push = start();
    const { id } = await push.publish('tick', 1);
    await push.publish('tick', 2);
    const stream = await open(push.fetch, path.endsWith('=') ? `${path}${id}` : path, headers(String(id)));
    expect(data(await stream.events())).toEqual([2]);
  });
});

describe('a cursor that cannot be honoured is one reset, and then live', () => {
  test.each([
    ['malformed', () => 'nonsense'],
    ['malformed', () => 'x'.repeat(10_000)],
    ['malformed', (epoch: string) => `${epoch}.01`],
    ['malformed', (epoch: string) => `${epoch}.99999999999999999`],
    ['epoch', () => 'another.3'],
    ['ahead', (epoch: string) => `${epoch}.31`],
    ['too-far', (epoch: string) => `${epoch}.12`],
  ])('%s', async (reason, cursorIn) => {
    const push = start({ log: memoryLog({ maxEvents: 25 }), limits: { replay: 15 } });
    for (let n = 1; n <= 30; n += 1) await push.publish('tick', n);
    const head = await push.cursor();
    const requested = cursorIn(head.slice(0, head.lastIndexOf('.')));
    const stream = await open(push.fetch, '/events', from(requested));
    void push.publish('tick', 31);
    const events = await stream.events();
    expect(await stream.control('reset')).toEqual([
      { reason, requested: requested.slice(0, 1_024), resumedFrom: head },
    ]);
    expect(data(events)).toEqual([31]);
    expect(await stream.types()).toEqual(['pushstream.ready', 'pushstream.reset', 'tick']);
  });

  test('trimmed, also while an instance has it in memory still', async () => {
    const push = start({ log: memoryLog({ maxEvents: 2 }) });
    const { id } = await push.publish('tick', 0);
    for (let n = 1; n <= 4; n += 1) await push.publish('tick', n);
    const stream = await open(push.fetch, '/events', from(String(id)));
    expect(data(await stream.events())).toEqual([]);
    expect(await stream.control('reset')).toMatchObject([{ reason: 'trimmed', requested: id }]);
  });

  test('trimmed, on an instance that has not seen it either', async () => {
    const log = memoryLog({ maxEvents: 5 });
    const first = start({ log });
    const { id } = await first.publish('tick', 0);
    for (let n = 1; n <= 10; n += 1) await first.publish('tick', n);
    const second = start({ log });
    const stream = await open(second.fetch, '/events', from(String(id)));
    expect(await stream.control('reset')).toMatchObject([{ reason: 'trimmed', requested: id }]);
  });
});

test('a long replay gives others their turn, and encodes only what is wanted', async () => {
  const log = memoryLog({ maxEvents: 50_000, maxBytes: 1e9 });
  const push = start({ log });
  const cursor = await push.cursor();
  for (let n = 0; n < 20_000; n += 1) void push.publish('tick', n, { channel: n % 1_000 === 0 ? 'mine' : 'theirs' });
  await environment.settle();
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 0);
  const stream = await open(push.fetch, '/events?channel=mine', from(cursor));
  const got: unknown[] = [];
  while (got.length < 20) got.push(...data(await stream.events()));
  clearInterval(counting);
  expect(got).toEqual(Array.from({ length: 20 }, (_, n) => n * 1_000));
  expect(turns).toBeGreaterThan(5);
});

test('what clients may ask for leaves no pages behind that nobody counts', async () => {
  const push = start({ log: memoryLog({ maxBytes: 1e9 }) });
  const cursor = await push.cursor();
  for (let n = 0; n < 8; n += 1) await push.publish('tick', 'x'.repeat(1_000_000));
  await environment.settle();
  const before = process.memoryUsage().arrayBuffers;
  for (let n = 0; n < 40; n += 1) {
    const stream = await open(push.fetch, `/events?type=*&type=u${n}`, from(cursor));
    while ((await stream.events()).length > 0);
  }
  await environment.settle();
  (globalThis as { gc?: () => void }).gc?.();
  expect(push.sessions()).toHaveLength(40);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(250_000_000);
});

test('the newest cursor, and that of an empty log, resume', async () => {
  const push = start();
  const empty = await open(push.fetch, '/events', from(await push.cursor()));
  await push.publish('tick', 1);
  const newest = await open(push.fetch, '/events', from(await push.cursor()));
  await push.publish('tick', 2);
  expect(data(await empty.events())).toEqual([1, 2]);
  expect(data(await newest.events())).toEqual([2]);
  expect(push.stats().resumed).toBe(2);
});

test('another instance on the same log continues a stream', async () => {
  const log = memoryLog();
  const [first, second] = [start({ log }), start({ log })];
  const stream = await open(first.fetch);
  await first.publish('tick', 1);
  await stream.events();
  const { lastEventId } = stream;
  await first.publish('tick', 2);
  await second.publish('tick', 3);
  const again = await open(second.fetch, '/events', from(lastEventId));
  expect(data(await again.events())).toEqual([2, 3]);
  expect(data(await stream.events())).toEqual([2, 3]);
});

describe('filters', () => {
  test.each([
    ['?channel=a', [1, 4]],
    ['?channel=a&channel=b', [1, 2, 4]],
    ['?channel=c.*', [3]],
    ['?channel=*', [1, 2, 3, 4]],
    ['?type=tock', [4]],
    ['?type=t*', 400],
    ['?filter=tock', [4]],
    ['?tag=size:big', [2, 3]],
    ['?tag=size:big&tag=size:small', [1, 2, 3]],
    ['?tag=size:big&channel=b', [2]],
    ['?channel=', 400],
    ['?channels=a', 400],
    ['?types=tick', 400],
    ['?tag=size', 400],
  ])('%s', async (query, expected) => {
    const push = start();
    const cursor = await push.cursor();
    const publishAll = async (): Promise<void> => {
      await push.publish('tick', 1, { channel: 'a', tags: { size: 'small' } });
      await push.publish('tick', 2, { channel: 'b', tags: { size: 'big' } });
      await push.publish('tick', 3, { channel: 'c.d', tags: { size: 'big' } });
      await push.publish('tock', 4, { channel: 'a' });
    };
    const live = await open(push.fetch, `/events${query}`);
    await publishAll();
    const replayed = await open(push.fetch, `/events${query}`, from(cursor));
    if (typeof expected === 'number') {
      expect(live.response.status).toBe(expected);
      return;
    }
    expect(data(await live.events())).toEqual(expected);
    expect(data(await replayed.events())).toEqual(expected);
  });

  test('a quiet stream is moved on by heartbeats, so that retention does not overtake it', async () => {
    const push = start();
    const stream = await open(push.fetch, '/events?channel=quiet');
    await stream.take();
    for (let n = 0; n < 10; n += 1) await push.publish('tick', n);
    await environment.advance(15_100);
    expect(await stream.take()).toEqual([{ kind: 'id', id: await push.cursor() }]);
  });
});

test('what is published to a client reaches all of its streams, and nobody else, live or replayed', async () => {
  const push = start({
    authorize: ({ headers }) => ({ clientId: headers.get('x-user') ?? undefined }),
  });
  const cursor = await push.cursor();
  const as = (user: string, more = {}): Promise<Awaited<ReturnType<typeof open>>> =>
    open(push.fetch, '/events', { 'x-user': user, ...more });
  const [ann, ann2, bob, nobody] = [await as('ann'), await as('ann'), await as('bob'), await open(push.fetch)];
  await push.publish('tick', 'all');
  await push.publish('tick', 'to ann', { to: 'ann' });
  await push.publish('tick', 'to bob', { to: 'bob' });
  await push.publish('typing', 'ann only', { to: 'ann', ephemeral: true });
  expect(data(await ann.events())).toEqual(['all', 'to ann', 'ann only']);
  expect(data(await ann2.events())).toEqual(['all', 'to ann', 'ann only']);
  expect(data(await bob.events())).toEqual(['all', 'to bob']);
  expect(data(await nobody.events())).toEqual(['all']);
  expect(data(await (await as('bob', from(cursor))).events())).toEqual(['all', 'to bob']);
});

describe('publishing', () => {
  test('an ephemeral event has no id, comes in its order, and is not replayed', async () => {
    const push = start();
    const stream = await open(push.fetch);
    const { id } = await push.publish('tick', 1);
    expect(await push.publish('typing', 2, { ephemeral: true })).toEqual({ id: null, duplicate: false });
    void push.publish('tick', 3);
    void push.publish('typing', 4, { ephemeral: true });
    expect(await stream.events()).toEqual([
      [id, 1],
      [undefined, 2],
      [expect.any(String), 3],
      [undefined, 4],
    ]);
    expect(data(await (await open(push.fetch, '/events', from(String(id)))).events())).toEqual([3]);
  });

  test('a key makes a repetition harmless', async () => {
    const push = start();
    const stream = await open(push.fetch);
    const first = await push.publish('tick', 1, { key: 'order-1' });
    expect(await push.publish('tick', 1, { key: 'order-1' })).toEqual({ id: first.id, duplicate: true });
    expect(data(await stream.events())).toEqual([1]);
  });

  test.each([
    ['a type with a line break', ['a\nb', 1], TypeError, 'type: expected segments'],
    ['a reserved type', ['pushstream.ready', 1], TypeError, 'type: expected segments'],
    ['a reserved channel', ['tick', 1, { channel: 'pushstream.x' }], TypeError, 'options.channel'],
    ['a pattern for a channel', ['tick', 1, { channel: 'a.*' }], TypeError, 'options.channel'],
    ['an option that is none', ['tick', 1, { chanel: 'a' }], TypeError, 'options: expected channel'],
    ['no data', ['tick', undefined], TypeError, 'tick: expected data that JSON can carry, got undefined'],
    ['a cycle', ['tick', environmentCycle()], TypeError, 'circular'],
    ['a BigInt', ['tick', 1n], TypeError, 'BigInt'],
    ['a key for an ephemeral event', ['tick', 1, { key: 'k', ephemeral: true }], TypeError, 'options.key'],
    ['too much data', ['tick', 'x'.repeat(2_000_000)], EventTooLargeError, 'at most 1048576 bytes'],
  ])('%s is refused, and nothing is stored', async (_name, given, Refusal, message) => {
    const push = start();
    const before = await push.cursor();
    const refused = Reflect.apply(push.publish, push, given) as Promise<unknown>;
    const error: unknown = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Refusal);
    expect(String(error)).toContain(message);
    expect(await push.cursor()).toBe(before);
  });

  test('an event whose schema takes its time keeps its place', async () => {
    const slow = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: async (value: unknown) => {
          await environment.settle();
          return { value };
        },
      },
    };
    const push = start({ schemas: { slow } });
    const stream = await open(push.fetch);
    void push.publish('slow', 1);
    void push.publish('quick', 2);
    void push.publish('slow', 3);
    await push.publish('quick', 4);
    expect(data(await stream.events())).toEqual([1, 2, 3, 4]);
  });

  test('after close() nothing is published', async () => {
    const push = start();
    await push.close();
    await expect(push.publish('tick', 1)).rejects.toThrow(ClosedError);
  });
});

function environmentCycle(): object {
  const cycle: { self?: object } = {};
  cycle.self = cycle;
  return cycle;
}

describe('a stream ends', () => {
  test('when its grant does, and says so', async () => {
    const push = start({ authorize: () => ({ expiresAt: environment.now() + 20_000 }) });
    const stream = await open(push.fetch);
    await environment.advance(19_000);
    expect(await stream.control('closing')).toEqual([]);
    await environment.advance(1_200);
    expect(await stream.control('closing')).toEqual([{ reason: 'expired', retryMs: 0 }]);
    expect(stream.isOver).toBe(true);
  });

  test('at its age, and not all at once', async () => {
    const push = start({ maxConnectionAgeMs: 100_000 });
    for (const share of [0, 0.5, 1]) {
      environment.chance.push(0.5, share);
      await open(push.fetch);
    }
    const left: number[] = [];
    for (const ms of [80_200, 10_000, 10_000]) {
      await environment.advance(ms);
      left.push(push.sessions().length);
    }
    expect(left).toEqual([2, 1, 0]);
    expect(push.stats().ended).toEqual({ age: 3 });
  });

  test('when its client or its credential is revoked, and no other does', async () => {
    const push = start({
      authorize: ({ headers }) => ({ clientId: headers.get('x-user') ?? '', credential: headers.get('x-key') ?? '' }),
    });
    const as = (user: string, key: string): Promise<Awaited<ReturnType<typeof open>>> =>
      open(push.fetch, '/events', { 'x-user': user, 'x-key': key });
    const [one, two, three] = [await as('ann', 'k1'), await as('ann', 'k2'), await as('bob', 'k1')];
    expect(await push.revoke({ clientId: 'ann', credential: 'k2' })).toBe(1);
    expect(await push.revoke({ credential: 'k1' })).toBe(2);
    for (const stream of [one, two, three]) {
      expect(await stream.control('closing')).toMatchObject([{ reason: 'revoked' }]);
    }
    expect(() => push.revoke({})).toThrow('who: expected a clientId or a credential');
  });

  test('when it is killed, and does not come back', async () => {
    const push = start();
    const stream = await open(push.fetch, '/events?session=tab-1');
    const other = await open(push.fetch, '/events?session=tab-2');
    expect(await push.kill('tab-1')).toBe(true);
    expect(await push.kill('tab-3')).toBe(false);
    expect(await stream.control('closing')).toMatchObject([{ reason: 'killed' }]);
    expect((await open(push.fetch, '/events?session=tab-1')).response.status).toBe(204);
    await other.take();
    expect(other.isOver).toBe(false);
    expect(push.sessions().map(({ session }) => session)).toEqual(['tab-2']);
  });

  test('alone, where it is killed by its connection: its session may come back', async () => {
    const push = start();
    await open(push.fetch, '/events?session=tab');
    const other = await open(push.fetch, '/events?session=tab');
    expect(await push.kill(String(push.sessions()[0]?.connectionId))).toBe(true);
    await other.take();
    expect(other.isOver).toBe(false);
    expect((await open(push.fetch, '/events?session=tab')).response.status).toBe(200);
  });

  test('when the server closes: every one, at once', async () => {
    const push = start();
    const streams = [await open(push.fetch), await open(push.fetch)];
    await Promise.all([push.close(), push.close()]);
    for (const stream of streams) {
      expect(await stream.control('closing')).toEqual([{ reason: 'closed', retryMs: 1_000 }]);
      expect(stream.isOver).toBe(true);
    }
    expect(push.sessions()).toEqual([]);
    expect((await open(push.fetch)).response.status).toBe(503);
  });

  test('over a window when it drains, evenly, while publishing goes on', async () => {
    const push = start();
    const streams = await Promise.all(Array.from({ length: 100 }, () => open(push.fetch)));
    const drained = push.drain({ windowMs: 10_000 });
    expect((await open(push.fetch)).response.status).toBe(503);
    const left: number[] = [];
    for (let second = 0; second < 10; second += 1) {
      await environment.advance(1_000);
      left.push(push.sessions().length);
    }
    await drained;
    expect(left).toEqual([90, 80, 70, 60, 50, 40, 30, 20, 10, 0]);
    expect(await streams[99]?.control('closing')).toEqual([{ reason: 'drain', retryMs: 1_000 }]);
    await push.publish('tick', 1);
  });

  test.each([
    ['when the last one has gone by itself', (_push: PushStream, stream: TestStream) => stream.cancel()],
    ['when the server closes', (push: PushStream) => push.close()],
  ])('a drain is over %s, and leaves no timer', async (_name, end) => {
    const push = start();
    const stream = await open(push.fetch);
    let isDrained = false;
    const drained = push.drain({ windowMs: 60_000 }).then(() => (isDrained = true));
    await environment.advance(1_000);
    expect(isDrained).toBe(false);
    await end(push, stream);
    await environment.settle();
    expect(isDrained).toBe(true);
    await environment.advance(20_000);
    expect(environment.pending).toBe(0);
    await drained;
  });
});

test('nothing is left of a stream that was cancelled', async () => {
  const push = start();
  for (let round = 0; round < 50; round += 1) {
    const stream = await open(push.fetch, `/events?channel=c${round}`);
    await stream.cancel();
  }
  await environment.advance(20_000);
  expect(push.sessions()).toEqual([]);
  expect(environment.pending).toBe(0);
  expect(push.stats()).toMatchObject({ connections: 0, opened: 50, ended: { client: 50 } });
});

test.each<[string, object, string]>([
  ['the address of a log', { log: 'redis://127.0.0.1:6379' }, 'options.log: expected object, got string'],
  ['what makes a log', { log: () => memoryLog() }, 'options.log: expected object, got function'],
  ['half a log', { log: { publish: () => {} } }, 'options.log.head: expected function, got undefined'],
  ['a host with its port', { hosts: ['app.example:443'] }, 'options.hosts: expected names without a port, such as'],
  ['a host that is an origin', { hosts: ['https://app.example'] }, 'got "https://app.example"'],
])('%s is refused at once: it would never work', (_name, options, message) => {
  expect(() => createPushStream(options)).toThrow(message);
});

test.each([
  ['a word that is none', { channel: ['a'] }, 'options: expected channels, got "channel"'],
  ['no list', { channels: 'a' }, 'options.channels: expected object'],
  ['no channel', { channels: [] }, 'options.channels: expected at least one, got none'],
  ['channels that are not there', { channels: undefined }, 'options.channels: expected a list of patterns'],
  ['a number', { channels: [1] }, 'options.channels[0]: expected string'],
])('a route with %s is refused, not taken for all channels', (_name, route, message) => {
  const push = start();
  expect(() => push.handler(route as object)).toThrow(message);
  expect(() => push.fetchHandler(route as object)).toThrow(message);
});

test('a channel that came from a path and is none is a 400', async () => {
  const push = start();
  for (const channel of ['a b', 'x'.repeat(300), '', 'a..b']) {
    const { response } = await open(push.fetchHandler({ channels: [channel] }));
    expect(response.status).toBe(400);
  }
});

test('configure() changes one limit and leaves the others', async () => {
  const push = start({ limits: { connections: 1, eventBytes: 10 } });
  push.configure({ limits: { connections: 2 } });
  await expect(push.publish('tick', 'more than ten bytes')).rejects.toThrow(EventTooLargeError);
  const opened = [await open(push.fetch), await open(push.fetch), await open(push.fetch)];
  expect(opened.map(({ response }) => response.status)).toEqual([200, 200, 503]);
});

test('what was published before close() is delivered, also in the same turn', async () => {
  const push = start();
  const stream = await open(push.fetch);
  await stream.take();
  await push.publish('tick', 1);
  void push.publish('tick', 2);
  await push.close();
  expect(data(await stream.events())).toEqual([1, 2]);
});

test('close() waits for nobody who takes nothing', async () => {
  const push = start();
  const stream = await open(push.fetch);
  await stream.take();
  for (let n = 0; n < 300; n += 1) await push.publish('tick', 'x'.repeat(1_000));
  await environment.settle();
  await push.close();
  expect(push.sessions()).toEqual([]);
});

test('configure() changes what is for connections from then on, and can be chained', async () => {
  const push = start({ heartbeatMs: 5_000 });
  const before = await open(push.fetch);
  expect(push.configure({ heartbeatMs: 1_000 }).configure({ retryMs: 700 })).toBe(push);
  const after = await open(push.fetch);
  expect(await before.control('ready')).toMatchObject([{ heartbeatMs: 5_000 }]);
  expect(await after.control('ready')).toMatchObject([{ heartbeatMs: 1_000 }]);
  expect(() => push.configure({ heartbeatMs: -1 })).toThrow(RangeError);
  expect(() => push.configure(JSON.parse('{"log":{}}') as object)).toThrow('options: expected');
});

test('sources publish, chained, until the server closes', async () => {
  const push = start();
  const stream = await open(push.fetch);
  let isEnded = false;
  push
    .source(async function* ticks() {
      yield { type: 'tick', data: 1, tags: { from: 'generator' } };
    })
    .source(async (signal, emit) => {
      await emit({ type: 'tock', data: 2, channel: 'other' });
      signal.addEventListener('abort', () => (isEnded = true));
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
  await environment.settle();
  expect(data(await stream.events()).sort()).toEqual([1, 2]);
  await push.close();
  expect(isEnded).toBe(true);
});

describe('a log that fails', () => {
  function broken(): { log: Log; state: { isDown: boolean } } {
    const log = memoryLog();
    const state = { isDown: false };
    const down = (): LogUnavailableError => new LogUnavailableError('down', { retryAfterMs: 3_000 });
    const guarded = <Answer>(call: () => Promise<Answer>): Promise<Answer> =>
      state.isDown ? Promise.reject(down()) : call();
    return {
      state,
      log: {
        ...log,
        publish: (entry) => guarded(() => log.publish(entry)),
        head: () => guarded(() => log.head()),
        read: (after, limit) => guarded(() => log.read(after, limit)),
        async *tail(after, signal) {
          if (state.isDown) throw down();
          for await (const page of log.tail(after, signal)) {
            if (state.isDown) throw down();
            yield page;
          }
        },
      },
    };
  }

  test('refuses to publish, keeps its streams, and goes on without a gap', async () => {
    const { log, state } = broken();
    const push = start({ log });
    const stream = await open(push.fetch);
    await push.publish('tick', 1);
    expect(data(await stream.events())).toEqual([1]);
    void push.publish('tick', 2);
    state.isDown = true;
    await environment.settle();
    await expect(push.publish('tick', 3)).rejects.toThrow(LogUnavailableError);
    await environment.advance(20_000);
    expect(stream.isOver).toBe(false);
    state.isDown = false;
    await push.publish('tick', 4);
    await environment.advance(10_000);
    expect(data(await stream.events())).toEqual([2, 4]);
    expect(await stream.control('reset')).toEqual([]);
  });

  test('serves from memory who comes with a cursor that is there', async () => {
    const { log, state } = broken();
    const push = start({ log });
    const { id } = await push.publish('tick', 1);
    await push.publish('tick', 2);
    await environment.settle();
    state.isDown = true;
    expect(data(await (await open(push.fetch, '/events', from(String(id)))).events())).toEqual([2]);
  });

  test('answers 503 to who comes with a cursor that only the log knows', async () => {
    const { log, state } = broken();
    const push = start({ log });
    await push.cursor();
    state.isDown = true;
    const { response } = await open(push.fetch, '/events', from('another.7'));
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(3);
  });
});
