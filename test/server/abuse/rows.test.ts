import { performance } from 'node:perf_hooks';
import { afterEach, describe, expect, test } from 'vitest';
import { createParser } from '../../../packages/protocol/src/index.ts';
import {
  createPushStream,
  type Grant,
  memoryLog,
  type PushStream,
  type PushStreamOptions,
} from '../../../packages/server/src/index.ts';
import { createRandom, replayHint, testSeed } from '../../support/random.ts';
import { open } from '../streams.ts';
import { createTestEnvironment, type TestEnvironment } from '../support.ts';

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

const data = (events: ReadonlyArray<readonly [unknown, unknown]>): unknown[] => events.map(([, value]) => value);
const from = (lastEventId: string): Record<string, string> => ({ 'last-event-id': lastEventId });

describe('S6: more connections than there is room for', () => {
  test('are refused with 503 and Retry-After; who is there stays', async () => {
    const push = start({ limits: { connections: 3 } });
    const streams = [await open(push.fetch), await open(push.fetch), await open(push.fetch)];
    const opened = await Promise.all(Array.from({ length: 50 }, () => open(push.fetch)));
    for (const { response } of opened) {
      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    await push.publish('tick', 1);
    for (const stream of streams) expect(data(await stream.events())).toEqual([1]);
    expect(push.stats().refused).toEqual({ 503: 50 });
  });

  test('are refused also when they all come at once', async () => {
    const push = start({ limits: { connections: 3 } });
    const opened = await Promise.all(Array.from({ length: 50 }, () => open(push.fetch)));
    expect(opened.filter(({ response }) => response.status === 200)).toHaveLength(3);
  });

  test('of one client: 429, and others are served', async () => {
    const push = start({
      limits: { connectionsPerClient: 2 },
      authorize: ({ url }) => ({ clientId: url.searchParams.get('me') ?? '?' }),
    });
    const all = await Promise.all(['a', 'a', 'a', 'b'].map((me) => open(push.fetch, `/events?me=${me}`)));
    expect(all.map(({ response }) => response.status).sort()).toEqual([200, 200, 200, 429]);
  });
});

describe('S14: nothing that is published can forge a line', () => {
  const seed = testSeed();
  const random = createRandom(seed);
  const alphabet = [
    '\r',
    '\n',
    '\r\n',
    '\0',
    '\u2028',
    '\uD800',
    'data: x',
    'event: y',
    'id: 1',
    ':',
    ' ',
    'a',
    'é',
    '\uFEFF',
  ];
  const garbage = (): string => Array.from({ length: 1 + random.below(8) }, () => random.pick(alphabet)).join('');

  test('data comes out as it went in, as one event', async () => {
    const push = start();
    const { body } = await push.fetch(new Request('http://server.test/events'));
    const sent = Array.from({ length: 2_000 }, garbage);
    for (const text of sent) void push.publish('tick', { text, [text]: 1 });
    const parser = createParser();
    const decoder = new TextDecoder();
    const got: unknown[] = [];
    const reader = body?.getReader();
    while (got.length < sent.length) {
      const { value } = (await reader?.read()) ?? {};
      for (const frame of parser.push(decoder.decode(value, { stream: true }))) {
        if (frame.kind === 'event' && frame.type === 'tick') got.push(JSON.parse(frame.data));
        else if (frame.kind === 'event') expect(frame.type).toBe('pushstream.ready');
      }
    }
    // Half of a pair of surrogates is written as an escape, and comes back as it was.
    expect(got, replayHint(seed)).toEqual(sent.map((text) => ({ text, [text]: 1 })));
  });

  test.each(['\r', '\n', '\0', 'a\nid: 9.9', '\u2028', '', ' ', 'a b', 'é', 'a..b', '.a', '*', 'a.*'])(
    'a name %j is refused, as a type and as a channel',
    async (name) => {
      const push = start();
      await expect(push.publish(name, 1)).rejects.toThrow(TypeError);
      await expect(push.publish('tick', 1, { channel: name })).rejects.toThrow(TypeError);
      expect((await push.cursor()).endsWith('.0')).toBe(true);
    },
  );
});

test('S15: what somebody put into the log by hand does not get out if it is no event', async () => {
  const log = memoryLog();
  const push = start({ log });
  const stream = await open(push.fetch);
  await log.publish({ type: 'tick\ndata: forged', data: '1', channel: 'default' });
  await push.publish('tick', 2);
  expect(data(await stream.events())).toEqual([2]);
  expect(environment.reports).toHaveLength(1);
  const replayed = await open(push.fetch, '/events', from(`${(await log.head()).epoch}.0`));
  expect(data(await replayed.events())).toEqual([2]);
});

describe('S16: reserved names, and those of objects', () => {
  test.each(['pushstream', 'pushstream.ready', 'pushstream.x.y'])('%s is refused', async (name) => {
    const push = start();
    await expect(push.publish(name, 1)).rejects.toThrow(TypeError);
    await expect(push.publish('tick', 1, { channel: name })).rejects.toThrow(TypeError);
    expect((await open(push.fetch, `/events?channel=${name}`)).response.status).toBe(400);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'error', 'open', 'message'])(
    '%s is a name like any other',
    async (name) => {
      const push = start();
      const stream = await open(push.fetch, `/events?channel=${name}&type=${name}&tag=${name}:1`);
      await push.publish(name, { ok: true }, { channel: name, tags: JSON.parse(`{"${name}":"1"}`) as object as never });
      await push.publish(name, { ok: false }, { channel: name });
      expect(data(await stream.events())).toEqual([{ ok: true }]);
      expect(Object.prototype).not.toHaveProperty('1');
    },
  );
});

test.each(['../', '%2e%2e', '\0', 'x'.repeat(257), '\u202Ea', 'a\u200Bb', 'é', 'e\u0301', 'a/b', ' '])(
  'S17: a channel %j is a 400',
  async (channel) => {
    const push = start();
    const target = `http://server.test/events?channel=${encodeURIComponent(channel)}`;
    const response = await push.fetch(new Request(target));
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('at ');
  },
);

test('S18: patterns cost what they are long, whatever they are', async () => {
  const push = start();
  const pattern = Array.from({ length: 100 }, () => '*').join('.');
  const stream = await open(
    push.fetch,
    `/events?${Array.from({ length: 100 }, (_, n) => `channel=${pattern.slice(0, 199 - 2 * n)}`).join('&')}`,
  );
  expect(stream.response.status).toBe(200);
  const began = performance.now();
  for (let n = 0; n < 1_000; n += 1)
    void push.publish('tick', n, { channel: Array.from({ length: 80 }, () => 'a').join('.') });
  expect(await stream.events()).toHaveLength(1_000);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect((await open(push.fetch, '/events?channel=a**b')).response.status).toBe(400);
});

test('S19: more channels, types or tags than one connection may ask for are a 400', async () => {
  const push = start();
  for (const part of ['channel=c', 'type=t', 'tag=a:b']) {
    const many = (count: number): string => Array.from({ length: count }, (_, n) => `${part}${n}`).join('&');
    expect((await open(push.fetch, `/events?${many(100)}`)).response.status).toBe(200);
    expect((await open(push.fetch, `/events?${many(101)}`)).response.status).toBe(400);
  }
});

describe('S20: channels that are not granted', () => {
  const grant =
    (channels: readonly string[]): (() => Grant) =>
    () => ({ channels });

  test.each([
    [['orders.1'], 'orders.1', 200],
    [['orders.1'], 'orders.2', 403],
    [['orders.1'], 'nobody.has.this', 403],
    [['orders.*'], 'orders.2', 200],
    [['orders.*'], 'orders.*', 200],
    [['orders.*'], '*', 403],
    [['orders.*'], 'orders.*.x', 403],
    [['orders.*'], '*.1', 403],
    [['*'], '*', 200],
    [[], 'orders.1', 403],
    [[], '', 403],
  ] as const)('granted %j, asked for %s: %i', async (channels, asked, status) => {
    const push = start({ authorize: grant(channels) });
    const { response } = await open(push.fetch, asked === '' ? '/events' : `/events?channel=${asked}`);
    expect(response.status).toBe(status);
  });

  test('are refused in the same words whether they exist or not', async () => {
    const push = start({ authorize: grant(['a']) });
    await push.publish('tick', 1, { channel: 'secret' });
    const ask = (channel: string): Promise<Response> =>
      push.fetch(new Request(`http://server.test/events?channel=${channel}`));
    const [there, not] = [await ask('secret'), await ask('nothing')];
    expect(await there.text()).toBe(await not.text());
  });

  test('are not seen through a filter, live or replayed', async () => {
    const push = start({ authorize: grant(['mine']) });
    const cursor = await push.cursor();
    const live = await open(push.fetch, '/events?type=tick&tag=a:b');
    await push.publish('tick', 'theirs', { channel: 'theirs', tags: { a: 'b' } });
    await push.publish('tick', 'mine', { channel: 'mine', tags: { a: 'b' } });
    expect(data(await live.events())).toEqual(['mine']);
    expect(data(await (await open(push.fetch, '/events?type=tick', from(cursor))).events())).toEqual(['mine']);
  });
});

test('S21: what was granted yesterday is not replayed today', async () => {
  let channels = ['a', 'b'];
  const push = start({ authorize: () => ({ channels, credential: 'login-7', expiresAt: environment.now() + 60_000 }) });
  const stream = await open(push.fetch);
  await push.publish('tick', 1, { channel: 'b' });
  expect(data(await stream.events())).toEqual([1]);
  channels = ['a'];
  await push.revoke({ credential: 'login-7' });
  expect(await stream.control('closing')).toMatchObject([{ reason: 'revoked' }]);
  await push.publish('tick', 2, { channel: 'b' });
  await push.publish('tick', 3, { channel: 'a' });
  const again = await open(push.fetch, '/events', from(stream.lastEventId));
  expect(data(await again.events())).toEqual([3]);
  await environment.advance(60_200);
  expect(again.isOver || (await again.control('closing')).length > 0).toBe(true);
});

test('S24: somebody else’s cursor gives nothing but one’s own', async () => {
  const push = start({
    authorize: ({ headers }) => ({ channels: [headers.get('x-tenant') ?? 'none'], clientId: 'x' }),
  });
  const as = (tenant: string, cursor: string): ReturnType<typeof open> =>
    open(push.fetch, '/events', { 'x-tenant': tenant, 'last-event-id': cursor });
  const cursor = await push.cursor();
  await push.publish('tick', 'of a', { channel: 'a' });
  await push.publish('tick', 'of b', { channel: 'b' });
  await push.publish('tick', 'to y in b', { channel: 'b', to: 'y' });
  expect(data(await (await as('b', cursor)).events())).toEqual(['of b']);
});

test('S25: a very old cursor is found at once, and never taken for the newest', async () => {
  const log = memoryLog({ maxEvents: 300_000, maxBytes: 1e9 });
  const push = start({ log, limits: { replay: 1_000 } });
  const cursor = await push.cursor();
  for (let n = 0; n < 200_000; n += 1) void log.publish({ type: 'tick', data: '1', channel: 'default' });
  await environment.settle();
  await environment.settle();
  const began = performance.now();
  const opened = await Promise.all(Array.from({ length: 100 }, () => open(push.fetch, '/events', from(cursor))));
  expect(performance.now() - began).toBeLessThan(2_000);
  for (const stream of opened) expect(await stream.control('reset')).toMatchObject([{ reason: 'too-far' }]);
});

test('S26: a flood of replays reads a few at a time, and live events are not held up', async () => {
  const inner = memoryLog({ maxEvents: 50_000, maxBytes: 1e9 });
  let reading = 0;
  let most = 0;
  const push = start({
    limits: { replays: 4 },
    log: {
      ...inner,
      async read(after, limit) {
        most = Math.max(most, (reading += 1));
        await environment.settle();
        reading -= 1;
        return inner.read(after, limit);
      },
    },
  });
  const cursor = await push.cursor();
  for (let n = 0; n < 10_000; n += 1) void push.publish('tick', n);
  await environment.settle();
  const live = await open(push.fetch);
  await live.take();
  const back = await Promise.all(Array.from({ length: 50 }, () => open(push.fetch, '/events', from(cursor))));
  await push.publish('tick', 'now');
  expect(data(await live.events())).toEqual(['now']);
  const last = back[49];
  const got: unknown[] = [];
  while (got.length < 10_001) got.push(...data((await last?.events()) ?? []));
  expect(got).toEqual([...Array.from({ length: 10_000 }, (_, n) => n), 'now']);
  expect(most).toBeLessThanOrEqual(4);
}, 30_000);

test('S28: publishing again after a lost answer stores one event', async () => {
  const push = start();
  const stream = await open(push.fetch);
  const all = await Promise.all(Array.from({ length: 20 }, () => push.publish('tick', 1, { key: 'order-7' })));
  expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  expect(all.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  expect(data(await stream.events())).toEqual([1]);
});

test('S29: a hundred thousand channels leave nothing behind but the log, which is bounded', async () => {
  const log = memoryLog({ maxEvents: 1_000 });
  const push = start({ log });
  for (let n = 0; n < 100_000; n += 1) void push.publish('tick', n, { channel: `c${n}` });
  await environment.settle();
  const { first, last } = await log.head();
  expect(last - first + 1).toBeLessThanOrEqual(1_000);
  for (let n = 0; n < 1_000; n += 1) await (await open(push.fetch, `/events?channel=x${n}`)).cancel();
  expect(push.sessions()).toEqual([]);
});

test('S30: after a stall of two seconds heartbeats come late, and nobody is cut off', async () => {
  const push = start({ heartbeatMs: 1_000 });
  const streams = await Promise.all(Array.from({ length: 20 }, () => open(push.fetch)));
  for (const stream of streams) await stream.take();
  // The wheel has not turned all that time.
  await environment.advance(3_000);
  for (const stream of streams) {
    const frames = await stream.take();
    expect(frames.length).toBeGreaterThan(0);
    expect(stream.isOver).toBe(false);
  }
});

describe('S31: a function of the user that fails', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['answers nonsense', () => 'yes' as never],
    ['answers a grant with a word that is none', () => ({ channel: ['a'] }) as never],
  ])('authorize %s: 503, and the next one is served', async (_name, fails) => {
    let isFailing = true;
    const push = start({ authorize: () => (isFailing ? fails() : {}) });
    expect((await open(push.fetch)).response.status).toBe(503);
    isFailing = false;
    expect((await open(push.fetch)).response.status).toBe(200);
    expect(environment.reports).toHaveLength(1);
  });

  test('authorize never answers: 503 in time, and others are served meanwhile', async () => {
    let calls = 0;
    const push = start({ authorize: () => ((calls += 1) === 1 ? new Promise<Grant>(() => {}) : {}) });
    const stuck = open(push.fetch);
    await environment.settle();
    expect((await open(push.fetch)).response.status).toBe(200);
    await environment.advance(5_000);
    expect((await stuck).response.status).toBe(503);
    expect(push.sessions()).toHaveLength(1);
  });

  test('a schema throws: nothing is stored, and others publish', async () => {
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (): never => {
          throw new Error('no');
        },
      },
    };
    const push = start({ schemas: { bad: schema } });
    await expect(push.publish('bad', 1)).rejects.toThrow();
    await push.publish('tick', 1);
    expect((await push.cursor()).endsWith('.1')).toBe(true);
  });
});
