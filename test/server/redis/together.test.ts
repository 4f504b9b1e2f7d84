import { describe, expect, onTestFinished, test } from 'vitest';
import { serve, type Served } from '../../../packages/server/src/http/index.ts';
import { createPushStream, type PushStream, type PushStreamOptions } from '../../../packages/server/src/index.ts';
import { redisLog } from '../../../packages/server/src/log/redis/redis-log.ts';
import { hasRedis, type RedisServer, startRedis } from '../../support/redis.ts';
import { elapse, until } from '../../support/until.ts';
import { quiet } from './support.ts';

/** An instance with its HTTP API, on a Redis that others have too. */
interface Member extends Served {
  readonly push: PushStream;
  /** What was reported. */
  readonly reports: readonly string[];
  ask(method: string, path: string, body?: unknown): Promise<Response>;
  json(path: string): Promise<unknown>;
  /** Everything that a stream carries until its end. */
  stream(query?: string): Promise<{ readonly status: number; text(): Promise<string> }>;
  /** It is gone, and had no time to say so: whatever it writes from now on reaches nobody. */
  die(): Promise<void>;
}

async function start(redis: Pick<RedisServer, 'url'>, options: PushStreamOptions = {}): Promise<Member> {
  const reports: string[] = [];
  const environment = { reportError: (_: unknown, where: string) => void reports.push(where) };
  const log = redisLog({ url: redis.url }, quiet);
  const push = createPushStream({ log, environment, ...options });
  const served = await serve(push, { open: true, demo: true, environment });
  let isOver = false;
  async function end(): Promise<void> {
    if (isOver) return;
    isOver = true;
    served.server.closeAllConnections();
    await Promise.all([push.close(), served.close()]);
  }
  onTestFinished(end);
  const ask = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${served.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  return {
    ...served,
    push,
    reports,
    ask,
    json: async (path) => (await ask('GET', path)).json(),
    async stream(query = '') {
      const response = await ask('GET', `/events${query}`);
      let text = '';
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      const reading = (async () => {
        for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) text += part.value;
      })().catch(() => {});
      return {
        status: response.status,
        text: async () => {
          await reading;
          return text;
        },
      };
    },
    async die() {
      await log.close();
      await end();
    },
  };
}

const sessionsOf = async (member: Member): Promise<(string | undefined)[]> =>
  ((await member.json('/sessions')) as { session?: string }[]).map(({ session }) => session).sort();

const lists = async (member: Member, sessions: readonly string[], ms = 5_000): Promise<void> => {
  const ends = performance.now() + ms;
  while (JSON.stringify(await sessionsOf(member)) !== JSON.stringify(sessions)) {
    if (performance.now() > ends)
      throw new Error(`Expected ${String(sessions)}, got ${String(await sessionsOf(member))}`);
    await elapse(50);
  }
};

const byQuery: PushStreamOptions = {
  authorize: ({ url }) => ({ clientId: url.searchParams.get('who') ?? 'nobody', credential: 'login' }),
};

describe.skipIf(!hasRedis)('whichever instance on one Redis is asked', () => {
  test('a session is killed: its stream ends, and it comes back nowhere, also where an instance starts later', async () => {
    await using redis = await startRedis();
    const [a, b] = [await start(redis), await start(redis)];
    const stream = await b.stream('?session=tab');
    await lists(a, ['tab']);
    expect((await a.ask('DELETE', '/sessions/tab')).status).toBe(204);
    expect(await stream.text()).toContain('"reason":"killed"');
    const c = await start(redis);
    for (const member of [a, b, c]) expect((await member.stream('?session=tab')).status).toBe(204);
    await lists(c, []);
    expect((await c.ask('DELETE', '/sessions/nobody')).status).toBe(404);
  });

  test('all sessions are killed, with and without names', async () => {
    await using redis = await startRedis();
    const [a, b] = [await start(redis), await start(redis)];
    const streams = [await a.stream(), await b.stream('?session=one'), await b.stream()];
    await until(() => a.push.sessions().length === 1 && b.push.sessions().length === 2);
    await elapse(1_500);
    expect(await (await a.ask('DELETE', '/killall')).json()).toEqual({ killed: 3 });
    for (const stream of streams) expect(await stream.text()).toContain('"reason":"killed"');
    expect((await a.stream('?session=one')).status).toBe(204);
  });

  test('rights are revoked everywhere, before anything that is published behind', async () => {
    await using redis = await startRedis();
    const [a, b] = [await start(redis, byQuery), await start(redis, byQuery)];
    const [ann, bob] = [await b.stream('?who=ann&session=ann'), await b.stream('?who=bob&session=bob')];
    await lists(a, ['ann', 'bob']);
    expect(await a.push.revoke({ clientId: 'ann' })).toBe(1);
    await a.push.publish('tick', 'behind');
    await until(() => b.push.stats().delivered > 0);
    const text = await ann.text();
    expect(text).toContain('"reason":"revoked"');
    expect(text).not.toContain('behind');
    expect(b.push.sessions()).toMatchObject([{ clientId: 'bob' }]);
    expect(await b.push.revoke({ credential: 'login' })).toBe(1);
    expect(await bob.text()).toContain('behind');
  });

  test('its streams are listed: each with its instance, and no longer when that has died', async () => {
    await using redis = await startRedis();
    const [a, b] = [await start(redis), await start(redis, { presenceTtlMs: 2_000 })];
    await Promise.all([a.stream('?session=one'), b.stream('?session=two')]);
    await lists(a, ['one', 'two']);
    expect(await a.json('/sessions')).toEqual(expect.arrayContaining([...(await b.push.presence())]));
    await b.die();
    expect(await sessionsOf(a)).toEqual(['one', 'two']);
    await lists(a, ['one'], 3_000);
    const keys = (await redis.command('KEYS', '*')) as string[];
    // In a cluster they are in one place.
    for (const key of keys) expect(key).toMatch(/^pushstream:\{default\}:/);
    // But for the log itself.
    for (const key of keys.filter((one) => !/:(head|log)$/.test(one))) {
      expect(await redis.command('PTTL', key), key).toBeGreaterThan(0);
    }
    expect(keys.length).toBeGreaterThan(4);
  });

  test('an ephemeral event comes to the streams of all, and is not stored', async () => {
    await using redis = await startRedis();
    const [a, b] = [await start(redis), await start(redis)];
    const streams = [await a.stream('?session=one'), await b.stream('?session=two')];
    await lists(a, ['one', 'two']);
    await a.ask('POST', '/publish/room', { type: 'note', data: 1 });
    // Subscribed at the latest when it has got one.
    for (let n = 1; n <= 5; n += 1) {
      await a.ask('POST', '/publish/room', { type: 'typing', data: n, ephemeral: true });
      await elapse(100);
    }
    await a.ask('DELETE', '/killall');
    for (const stream of streams) {
      const text = await stream.text();
      expect(text.match(/^event: typing$/gm)?.length ?? 0).toBeGreaterThan(0);
      expect(text.match(/^data: 5$/gm)).toHaveLength(1);
    }
    expect(await redis.command('XLEN', 'pushstream:{default}:log')).toBe(2);
  });

  test('ephemeral events come again where Redis was away, to those who were there all the time', async () => {
    await using redis = await startRedis();
    const [a, b] = [await start(redis), await start(redis)];
    const stream = await b.stream('?session=one');
    await lists(a, ['one']);
    await redis.kill();
    await redis.start();
    const note = { type: 'note', data: 1 };
    await expect.poll(async () => (await a.ask('POST', '/publish/room', note)).status, { timeout: 10_000 }).toBe(202);
    for (let n = 1; n <= 40; n += 1) {
      await a.ask('POST', '/publish/room', { type: 'typing', data: n, ephemeral: true });
      await elapse(50);
    }
    await a.ask('DELETE', '/killall');
    expect(await stream.text()).toContain('data: 40');
    expect(a.reports.concat(b.reports).filter((where) => where === 'what instances share').length).toBeLessThan(3);
  });

  test('sessions pulse, and are forgotten', async () => {
    await using redis = await startRedis();
    const [a, b] = [await start(redis), await start(redis)];
    expect((await b.ask('POST', '/pulse', 'tab')).status).toBe(204);
    await elapse(1_300);
    expect(await a.json('/pulses')).toMatchObject([{ session: 'tab' }]);
    expect((await a.ask('DELETE', '/killSession', 'tab')).status).toBe(204);
    await elapse(1_300);
    expect([await a.json('/pulses'), await b.json('/pulses')]).toEqual([[], []]);
  });

  test('a demo is started and stopped, and goes on when its sender dies', async () => {
    await using redis = await startRedis();
    const members = [await start(redis), await start(redis), await start(redis)];
    const started = await members[0]?.ask('POST', '/api/demo/start', { intervalSeconds: 1 });
    expect(await started?.json()).toMatchObject({ running: true, intervalSeconds: 1 });
    const published = (some: readonly Member[]): number =>
      some.reduce((sum, { push }) => sum + push.stats().published, 0);
    await until(() => published(members) > 1, 8_000);
    const rest = members.filter((member) => published([member]) === 0);
    expect(rest).toHaveLength(2);
    await members.find((member) => !rest.includes(member))?.die();
    await until(() => published(rest) > 0, 8_000);
    const [one, other] = rest;
    expect(await one?.json('/api/demo/status')).toMatchObject({ running: true, intervalSeconds: 1 });
    expect(await (await one?.ask('POST', '/api/demo/stop'))?.json()).toMatchObject({ running: false });
    expect(await other?.json('/api/demo/status')).toMatchObject({ running: false });
    await elapse(1_500);
    const sent = published(rest);
    await elapse(1_500);
    expect(published(rest)).toBe(sent);
  });

  test('everything in Redis is lost: it is told again', async () => {
    await using redis = await startRedis();
    const [a, b] = [await start(redis), await start(redis)];
    await Promise.all([a.stream('?session=one'), b.stream('?session=two')]);
    await a.push.kill('gone');
    await lists(a, ['one', 'two']);
    await redis.command('FLUSHALL');
    await lists(a, ['one', 'two'], 8_000);
    await lists(b, ['one', 'two'], 8_000);
    await elapse(1_200);
    expect((await (await start(redis)).stream('?session=gone')).status).toBe(204);
  });

  test('without Redis streams go on, what concerns others is a 503, and it is told again afterwards', async () => {
    await using redis = await startRedis();
    const [a, b] = [await start(redis), await start(redis)];
    await Promise.all([a.stream('?session=one'), b.stream('?session=two')]);
    const stream = await a.stream('?session=three');
    await lists(b, ['one', 'three', 'two']);
    await redis.kill();
    await elapse(2_500);
    for (const [method, path] of [
      ['GET', '/sessions'],
      ['GET', '/pulses'],
      ['GET', '/api/demo/status'],
      ['POST', '/api/demo/start'],
      ['DELETE', '/sessions/three'],
      ['DELETE', '/killSession?'],
    ] as const) {
      const response = await a.ask(method, path, path.startsWith('/kill') ? 'three' : undefined);
      expect([path, response.status, response.headers.has('retry-after')]).toEqual([path, 503, true]);
    }
    expect(await stream.text()).toContain('"reason":"killed"');
    expect(a.push.sessions()).toMatchObject([{ session: 'one' }]);
    expect((await a.ask('GET', '/health/live')).status).toBe(200);
    expect((await a.ask('POST', '/pulse', 'tab')).status).toBe(204);
    expect(a.reports.filter((where) => where === 'what instances share')).toHaveLength(1);
    await redis.start();
    await expect
      .poll(
        () =>
          a.push.presence().then(
            () => true,
            () => false,
          ),
        { timeout: 8_000 },
      )
      .toBe(true);
    await lists(a, ['one', 'two'], 8_000);
    await expect.poll(() => b.json('/pulses'), { timeout: 8_000 }).toMatchObject([{ session: 'tab' }]);
  });
});
