import { describe, expect, test } from 'vitest';
import { createHttpApi, type HttpApiOptions } from '../../../packages/server/src/http/index.ts';
import { createRateLimit } from '../../../packages/server/src/http/rate-limit.ts';
import { createPushStream } from '../../../packages/server/src/index.ts';
import { createTestEnvironment } from '../support.ts';
import { createKeys, KEY, ORDERS_KEY, start } from './support.ts';

describe('a token bucket', () => {
  function create(perSecond: number, burst: number) {
    let now = 1_000;
    const { take } = createRateLimit({ perSecond, burst }, () => now);
    return { take, pass: (ms: number) => void (now += ms) };
  }

  test('gives its burst at once, and then as much as time gives', () => {
    const { take, pass } = create(10, 3);
    expect([take('a'), take('a'), take('a'), take('a')]).toEqual([0, 0, 0, 100]);
    pass(99);
    expect(take('a')).toBeCloseTo(1);
    pass(1);
    expect([take('a'), take('a')]).toEqual([0, 100]);
  });

  test('never holds more than its burst', () => {
    const { take, pass } = create(10, 2);
    take('a');
    pass(60_000);
    expect([take('a'), take('a'), take('a')]).toEqual([0, 0, 100]);
  });

  test('gives one token a time below one per second', () => {
    const { take, pass } = create(0.5 * 2, 1);
    expect([take('a'), take('a')]).toEqual([0, 1_000]);
    pass(1_000);
    expect(take('a')).toBe(0);
  });

  test('is one per name', () => {
    const { take } = create(1, 1);
    expect([take('a'), take('b'), take('a')]).toEqual([0, 0, 1_000]);
  });
});

describe('S27: a flood of publishing', () => {
  function createApi(options: Partial<HttpApiOptions>) {
    const environment = createTestEnvironment();
    const push = createPushStream({ environment });
    const { fetch } = createHttpApi(push, { keys: createKeys(), environment, ...options });
    const publish = (key = KEY): Promise<Response> =>
      fetch(
        new Request('http://server.test/publish/orders', {
          method: 'POST',
          headers: { 'x-api-key': key, 'content-type': 'application/json' },
          body: '{"type":"a","data":1}',
        }),
      );
    return { environment, push, publish };
  }

  test('S27: above the limit of a key the answer is a 429 that says when to come back', async () => {
    const { environment, push, publish } = createApi({ rateLimit: { perSecond: 0.5 * 2, burst: 2 } });
    expect([(await publish()).status, (await publish()).status]).toEqual([202, 202]);
    const response = await publish();
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
    expect(push.stats().published).toBe(2);
    await environment.advance(1_000);
    expect((await publish()).status).toBe(202);
  });

  test('S27: another key has a bucket of its own', async () => {
    const { publish } = createApi({ rateLimit: { perSecond: 1, burst: 1 } });
    await publish();
    expect([(await publish()).status, (await publish(ORDERS_KEY)).status]).toEqual([429, 202]);
  });

  test('S27: 2,000 at once are let in where nothing else is said, and the next one is not', async () => {
    const { publish } = createApi({});
    const answers = await Promise.all(Array.from({ length: 2_001 }, () => publish()));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(2_000);
  });

  test('S27: without a limit there is none', async () => {
    const { publish } = createApi({ rateLimit: false });
    const answers = await Promise.all(Array.from({ length: 3_000 }, () => publish()));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
  });

  test('S27: who is refused costs nothing of what others may do', async () => {
    const { url, ask } = await start({ rateLimit: { perSecond: 1, burst: 1 } });
    for (let count = 0; count < 5; count += 1) await fetch(`${url}/publish/a`, { method: 'POST' });
    expect((await ask('POST', '/publish/a', { type: 'a', data: 1 })).status).toBe(202);
  });
});
