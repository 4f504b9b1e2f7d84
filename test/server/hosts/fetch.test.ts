import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryLog, type PushStream, type PushStreamOptions } from '../../../packages/server/src/index.ts';
import { until } from '../../support/until.ts';
import { open } from '../streams.ts';
import { numbers, publishNumbers, type WatchedPush, watchedPush } from './push.ts';

const KiB = 1_024;

let watched: WatchedPush;
let push: PushStream;

function start(options: PushStreamOptions = {}): void {
  watched = watchedPush(options);
  ({ push } = watched);
}

beforeEach(() => start());
afterEach(async () => {
  await push.close();
  expect(watched.reports).toEqual([]);
});

const request = (init: RequestInit = {}): Request => new Request('http://server.test/events', init);

describe('a handler of Fetch, without any host', () => {
  test('answers with its headers, and with ready before anything is awaited', async () => {
    const response = await push.fetch(request());
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    const first = await response.body?.getReader().read();
    expect(new TextDecoder().decode(first?.value)).toMatch(/^event: pushstream\.ready\ndata: \{/);
  });

  test('resumes where the cursor is, which a burst has passed', async () => {
    const first = await open(push.fetch);
    await publishNumbers(push, 1, 5);
    expect((await first.events()).map(([, n]) => n)).toEqual(numbers(1, 5));
    await first.cancel();
    await publishNumbers(push, 6, 1_500);
    const second = await open(push.fetch, '/events', { 'last-event-id': first.lastEventId });
    expect((await second.events()).map(([, n]) => n)).toEqual(numbers(6, 1_500));
  });

  test.each([
    ['cancels its body', ({ response }: Opened) => void response.body?.cancel()],
    ['aborts its request', ({ controller }: Opened) => controller.abort()],
    [
      'aborts its request and cancels its body',
      ({ response, controller }: Opened) => {
        controller.abort();
        void response.body?.cancel();
      },
    ],
  ])('who %s is forgotten at once, and listened to no more', async (_name, leave) => {
    const controller = new AbortController();
    const asked = request({ signal: controller.signal });
    const before = getEventListeners(asked.signal, 'abort').length;
    const response = await push.fetch(asked);
    expect(push.sessions()).toHaveLength(1);
    leave({ response, controller });
    expect(push.sessions()).toEqual([]);
    expect(getEventListeners(asked.signal, 'abort')).toHaveLength(before);
    expect(push.stats()).toMatchObject({ ended: { client: 1 }, bufferedBytes: 0 });
    await until(() => watched.timers === 0);
  });

  test('who has aborted before, or while it was decided about, gets nothing, and keeps no place', async () => {
    start({ limits: { connections: 1 } });
    const controller = new AbortController();
    const asked = push.fetch(request({ signal: controller.signal }));
    controller.abort();
    expect((await asked).body).toBeNull();
    expect((await push.fetch(request({ signal: AbortSignal.abort() }))).body).toBeNull();
    expect(push.sessions()).toEqual([]);
    expect(await push.fetch(request())).toMatchObject({ status: 200 });
    expect(await push.fetch(request())).toMatchObject({ status: 503 });
  });

  test('HEAD has the head, and takes no place', async () => {
    start({ limits: { connections: 1 } });
    for (let n = 0; n < 3; n += 1) {
      const { status, body, headers } = await push.fetch(request({ method: 'HEAD' }));
      expect({ status, body, type: headers.get('content-type') }).toEqual({
        status: 200,
        body: null,
        type: 'text/event-stream',
      });
    }
    expect(await push.fetch(request())).toMatchObject({ status: 200 });
  });

  test('a reader that takes the buffers away takes them from nobody else', async () => {
    const [greedy, other] = await Promise.all([push.fetch(request()), open(push.fetch)]);
    const reader = greedy.body?.getReader();
    await reader?.read();
    const taken = reader?.read();
    await push.publish('tick', 1);
    const { value } = (await taken) ?? {};
    structuredClone(value, { transfer: value ? [value.buffer] : [] });
    expect(value?.byteLength).toBe(0);
    const late = await open(push.fetch, '/events', { 'last-event-id': (await push.cursor()).replace(/\d+$/, '0') });
    await push.publish('tick', 2);
    expect((await other.events()).map(([, n]) => n)).toEqual([1, 2]);
    expect((await late.events()).map(([, n]) => n)).toEqual([1, 2]);
  });

  test('S1: one that does not read costs what may wait, and misses nothing afterwards', async () => {
    start({
      log: memoryLog({ maxEvents: 10_000, maxBytes: 64 * KiB * KiB }),
      slowConsumer: { capacityBytes: 256 * KiB },
    });
    const stream = await open(push.fetch);
    await publishNumbers(push, 1, 5_000, 1_000);
    await until(() => push.stats().lag === 0 && push.stats().spilled > 0);
    // What the body holds, and one write above that.
    expect(push.sessions()[0]?.bufferedBytes).toBeLessThan(2 * 256 * KiB);
    const got: unknown[] = [];
    while (got.length < 5_000) got.push(...(await stream.events()).map(([, data]) => (data as { n: number }).n));
    expect(got).toEqual(numbers(1, 5_000));
    expect(push.stats()).toMatchObject({ bufferedBytes: 0, dropped: 0 });
  });

  test('one that is given up in the middle of its beginning is forgotten', async () => {
    start({ limits: { bufferedBytes: 1 } });
    const { id } = await push.publish('tick', 'x'.repeat(100_000));
    const seen = await open(push.fetch);
    await seen.take();
    await seen.cancel();
    const from = String(id).replace(/\d+$/, '0');
    const { body } = await push.fetch(request({ headers: { 'last-event-id': from } }));
    await expect(body?.getReader().read()).rejects.toThrow('given up');
    expect(push.sessions()).toEqual([]);
    expect(push.stats()).toMatchObject({ connections: 0, bufferedBytes: 0, ended: { client: 1, memory: 1 } });
  });

  test('close() is the end of its body, after what it had to say', async () => {
    const stream = await open(push.fetch);
    await stream.take();
    const closed = push.close();
    expect(await stream.control('closing')).toMatchObject([{ reason: 'closed' }]);
    expect(stream.isOver).toBe(true);
    await closed;
    expect(await push.fetch(request())).toMatchObject({ status: 503 });
  });
});

describe('what a host hands along with a request', () => {
  type Handler = (request: Request, along?: unknown) => Promise<Response>;

  test('the server of Bun is told that a silent stream is to live', async () => {
    const told: unknown[] = [];
    const server = { timeout: (...args: unknown[]) => told.push(args), requestIP: () => null };
    const asked = request();
    const handler: Handler = push.fetch;
    await handler(asked, server);
    expect(told).toEqual([[asked, 0]]);
  });

  test.each([
    ['parameters of a route', { params: Promise.resolve({}) }],
    ['an environment that has something of that name', { timeout: 5_000 }],
    ['a function of that name, of something else', { timeout: () => expect.unreachable() }],
    ['null', null],
    ['a text', 'timeout'],
  ])('%s are no business of ours', async (_name, along) => {
    const handler: Handler = push.fetch;
    expect(await handler(request(), along)).toMatchObject({ status: 200 });
  });
});

interface Opened {
  readonly response: Response;
  readonly controller: AbortController;
}
