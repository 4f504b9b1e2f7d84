import { describe, expect, test } from 'vitest';
import { LogUnavailableError } from '../../../packages/server/src/errors.ts';
import { createHttpApi } from '../../../packages/server/src/http/index.ts';
import {
  createPushStream,
  memoryLog,
  type PushStream,
  type PushStreamOptions,
} from '../../../packages/server/src/index.ts';
import { createMemoryShared } from '../../../packages/server/src/log/memory-shared.ts';
import { open } from '../streams.ts';
import { createTestEnvironment } from '../support.ts';
import { createKeys, KEY, ORDERS_KEY, problemOf } from './support.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

type Ask = (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>;

/** The API without a network: the same routes. */
function createApi(push: PushStream = createPushStream()): { push: PushStream; ask: Ask } {
  const api = createHttpApi(push, { keys: createKeys() });
  return {
    push,
    ask: (path, body, headers = { authorization: `Bearer ${KEY}` }) =>
      api.fetch(
        new Request(`http://server.test${path}`, {
          method: 'POST',
          headers: { ...(body === undefined ? {} : JSON_TYPE), ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      ),
  };
}

describe('who may publish', () => {
  const event = { type: 'order.created', data: 1 };

  test.each([
    ['no key', 401, {}],
    ['a key that is not good', 401, { authorization: 'Bearer ps_0123456789abcdefgh' }],
    ['a key as Bearer', 202, { authorization: `Bearer ${KEY}` }],
    ['a key as X-API-Key', 202, { 'x-api-key': KEY }],
    ['a key in a cookie', 401, { cookie: `x-api-key=${KEY}` }],
    ['a key for other channels', 403, { 'x-api-key': ORDERS_KEY }],
  ])('with %s publishing is answered by %i', async (_, status, headers) => {
    const { ask, push } = createApi();
    const response = await ask('/publish/invoices', event, headers);
    expect(response.status).toBe(status);
    expect(push.stats().published).toBe(status === 202 ? 1 : 0);
    if (status === 401) expect(response.headers.get('www-authenticate')).toBe('Bearer realm="pushstream"');
  });

  test('a key in the query is not taken', async () => {
    expect((await createApi().ask(`/publish/orders?apikey=${KEY}`, event, {})).status).toBe(401);
  });

  test('a key for some channels publishes to those, and not to everybody by the other routes', async () => {
    const { ask } = createApi();
    const headers = { 'x-api-key': ORDERS_KEY };
    expect((await ask('/publish/orders.42', event, headers)).status).toBe(202);
    expect((await ask('/api/sse/notification', { message: 'x' }, headers)).status).toBe(403);
    expect((await ask('/api/sse/broadcast', { data: 'x' }, headers)).status).toBe(403);
  });

  test('without keys and without open: true there is no API', () => {
    expect(() => createHttpApi(createPushStream(), {})).toThrow(
      'options: expected keys, or open: true where everybody may publish, got neither',
    );
    expect(() => createHttpApi(createPushStream(), { keys: createKeys(), open: true })).toThrow('got both');
  });

  test('a list of keys is refused at once, not with each request', () => {
    // What a user of JavaScript writes.
    const keys = ['k'.repeat(32)] as unknown as ReturnType<typeof createKeys>;
    expect(() => createHttpApi(createPushStream(), { keys })).toThrow(
      'options.keys.publisher: expected function, got undefined',
    );
  });

  test('an open API takes everything from everybody', async () => {
    const push = createPushStream();
    const { fetch } = createHttpApi(push, { open: true });
    const request = { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(event) };
    expect((await fetch(new Request('http://server.test/publish/a', request))).status).toBe(202);
  });
});

describe('POST /publish/{channel}', () => {
  test('answers 202 with the id, and a repetition with the first id', async () => {
    const { ask, push } = createApi();
    const body = { type: 'order.created', data: { id: 1 }, key: 'order-1' };
    const first = await ask('/publish/orders', body);
    expect([first.status, first.headers.get('content-type')]).toEqual([202, 'application/json']);
    const id = await push.cursor();
    expect(await first.json()).toEqual({ id, duplicate: false });
    expect(await (await ask('/publish/orders', body)).json()).toEqual({ id, duplicate: true });
  });

  test('an ephemeral event has no id', async () => {
    const { ask } = createApi();
    const response = await ask('/publish/orders', { type: 'user.typing', data: null, ephemeral: true });
    expect(await response.json()).toEqual({ id: null, duplicate: false });
  });

  test('what is published arrives: data, channel, tags, addressee', async () => {
    const push = createPushStream({ authorize: ({ url }) => ({ clientId: url.searchParams.get('me') ?? 'nobody' }) });
    const { ask } = createApi(push);
    const mine = await open(push.fetch, '/events?me=ann&channel=orders&tag=region:eu');
    await ask('/publish/orders', { type: 'a', data: { __proto__: 1, list: [1, '\u2028'] }, tags: { region: 'eu' } });
    await ask('/publish/orders', { type: 'b', data: 'to Ann', tags: { region: 'eu' }, to: 'ann' });
    await ask('/publish/orders', { type: 'c', data: 'to Bob', tags: { region: 'eu' }, to: 'bob' });
    await ask('/publish/orders', { type: 'd', data: 'elsewhere', tags: { region: 'us' } });
    await ask('/publish/others', { type: 'e', data: 'elsewhere', tags: { region: 'eu' } });
    expect((await mine.events()).map(([, data]) => data)).toEqual([{ list: [1, '\u2028'] }, 'to Ann']);
  });

  test('{ Message, Value } is the data of an event without a type of its own', async () => {
    const { ask, push } = createApi();
    const stream = await open(push.fetch, '/events?channel=test');
    const seed = { Message: 'Hello', Value: 7 };
    expect((await ask('/publish/test', seed)).status).toBe(202);
    expect((await ask('/publish/test', { Message: 'Hello' })).status).toBe(202);
    const frames = (await stream.take()).filter((frame) => frame.kind === 'event').slice(1);
    expect(frames).toMatchObject([
      { type: 'message', data: JSON.stringify(seed) },
      { type: 'message', data: '{"Message":"Hello"}' },
    ]);
  });

  test.each([
    [{ data: 1 }, 'body.type: expected string, got undefined'],
    [{ type: 7, data: 1 }, 'body.type: expected string, got 7'],
    [{ type: 'a' }, 'body.data: expected object | string | number | boolean | null, got undefined'],
    [{ type: 'a', data: 1, chanel: 'x' }, 'body: expected type, data, to, tags, key, ephemeral, got "chanel"'],
    [{ type: 'a', data: 1, ephemeral: 'yes' }, 'body.ephemeral: expected true | false, got string'],
    [{ type: 'a', data: 1, to: '' }, 'to: expected 1 to 256 printable ASCII characters'],
    [{ type: 'a', data: 1, tags: ['a'] }, 'tags: expected an object of strings, got an array'],
    [{ type: 'pushstream.reset', data: 1 }, 'type: expected segments'],
    [{ type: 'a\nid: 1', data: 1 }, 'type: expected segments'],
    [{ Message: 1 }, 'body.Message: expected string, got 1'],
    [[], 'body: expected an object, got an array'],
    [null, 'body: expected an object, got null'],
    ['text', 'body: expected an object, got a string'],
  ])('%j is a 400 that says what was expected', async (body, detail) => {
    const { ask, push } = createApi();
    const response = await ask('/publish/orders', body);
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ type: 'about:blank', title: 'Bad Request', status: 400 });
    expect(problem.detail).toContain(detail);
    expect(push.stats().published).toBe(0);
  });

  test.each(['de%20mo', '%ff', 'a..b', 'pushstream.x', 'a%2Fb', '%00', 'x'.repeat(300)])(
    'a channel %s is a 400',
    async (channel) => {
      expect((await createApi().ask(`/publish/${channel}`, { type: 'a', data: 1 })).status).toBe(400);
    },
  );

  test('data that its schema refuses is a 422 with the issues', async () => {
    const issues = [{ message: 'Expected a number', path: ['items', { key: 0 }, 'price'] }];
    const options: PushStreamOptions = {
      schemas: { order: { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) } } },
    };
    const push = createPushStream(options);
    const response = await createApi(push).ask('/publish/orders', { type: 'order', data: {} });
    expect(response.status).toBe(422);
    expect(await problemOf(response)).toMatchObject({
      title: 'Unprocessable Content',
      issues: [{ message: 'Expected a number', path: ['items', '0', 'price'] }],
    });
  });

  test('data above the limit of an event is a 413', async () => {
    const push = createPushStream({ limits: { eventBytes: 10 } });
    const response = await createApi(push).ask('/publish/orders', { type: 'a', data: 'x'.repeat(20) });
    expect(response.status).toBe(413);
  });

  test('a log that cannot store is a 503 that says when to come back, and not where the log is', async () => {
    const log = memoryLog();
    const failing = () =>
      Promise.reject(new LogUnavailableError('redis://user:secret@host is away', { retryAfterMs: 2_500 }));
    const push = createPushStream({ log: { ...log, publish: failing } });
    const response = await createApi(push).ask('/publish/orders', { type: 'a', data: 1 });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3']);
    const text = await response.text();
    expect(text).not.toContain('redis');
    expect(text).toContain('The log cannot be reached at the moment; with a key it is safe to try again');
  });

  test.each([
    ['GET', '/sessions', null],
    ['DELETE', '/sessions/tab-7', null],
    ['POST', '/api/sse/broadcast', '{"eventType":"a","data":1}'],
    ['POST', '/api/demo/start', '{}'],
  ])('while the log is away %s %s is told to try again, and of no key: it takes none', async (method, path, body) => {
    const log = memoryLog();
    const away = () => Promise.reject(new LogUnavailableError('away'));
    const environment = createTestEnvironment();
    const shared = { ...createMemoryShared(environment), read: away, write: away, claim: away };
    await using push = createPushStream({ log: { ...log, publish: away, shared }, environment });
    const { fetch } = createHttpApi(push, { open: true, demo: true, environment });
    const headers = { 'content-type': 'application/json' };
    const answered = fetch(new Request(`http://server.test${path}`, { method, headers, body }));
    await environment.advance(5_000);
    const response = await answered;
    const { detail } = (await response.json()) as { detail: string };
    expect([response.status, detail]).toEqual([503, 'The log cannot be reached at the moment; try again']);
    const closing = push.close();
    await environment.advance(5_000);
    await closing;
  });

  test('a hub that was closed is a 503', async () => {
    const { ask, push } = createApi();
    await push.close();
    const response = await ask('/publish/orders', { type: 'a', data: 1 });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  });

  test('a schema that fails itself is our failure, and reported', async () => {
    const environment = createTestEnvironment();
    const validate = () => {
      throw new Error('password');
    };
    const push = createPushStream({ schemas: { order: { '~standard': { version: 1, vendor: 'test', validate } } } });
    const { fetch } = createHttpApi(push, { open: true, environment });
    const request = { method: 'POST', headers: JSON_TYPE, body: '{"type":"order","data":1}' };
    const response = await fetch(new Request('http://server.test/publish/a', request));
    expect([response.status, environment.reports.length]).toEqual([500, 1]);
    expect(await response.text()).not.toContain('password');
  });

  test('a failure of ours is a 500 without a word about it, and reported', async () => {
    const environment = createTestEnvironment();
    const publish = () => Promise.reject(new TypeError('Cannot read properties of undefined (reading password)'));
    const push = createPushStream({ log: { ...memoryLog(), publish } });
    const { fetch } = createHttpApi(push, { open: true, environment });
    const request = { method: 'POST', headers: JSON_TYPE, body: '{"type":"order","data":1}' };
    const response = await fetch(new Request('http://server.test/publish/a', request));
    expect(response.status).toBe(500);
    expect(await problemOf(response)).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: 'The server failed',
    });
    expect(environment.reports).toEqual([['the answer to /publish/:channel', expect.any(TypeError)]]);
  });
});

describe('POST /api/sse/…', () => {
  const common = { messageId: expect.any(String), timestamp: expect.stringMatching(/^\d{4}-.*Z$/), version: '1.0' };

  test.each([
    ['notification', { message: 'Hi' }, { type: 'notification', message: 'Hi', severity: 'info' }],
    [
      'alert',
      { message: 'Fire', severity: 'critical' },
      { type: 'alert', message: 'Fire', severity: 'critical', category: 'system' },
    ],
    [
      'data-update',
      { entityId: '7', entityType: 'order', changes: { state: 'paid' } },
      { type: 'dataUpdate', entityId: '7', entityType: 'order', changes: { state: 'paid' } },
    ],
    ['data-update', { entityId: '7', entityType: 'order' }, { changes: {} }],
    ['heartbeat', undefined, { type: 'heartbeat' }],
    ['heartbeat', {}, { type: 'heartbeat' }],
  ])('%s sends its message to everybody: %j', async (route, body, message) => {
    const { ask, push } = createApi();
    const stream = await open(push.fetch);
    expect((await ask(`/api/sse/${route}`, body)).status).toBe(202);
    expect((await stream.events()).map(([, data]) => data)).toEqual([
      expect.objectContaining({ ...common, ...message }),
    ]);
  });

  test('a heartbeat is ephemeral', async () => {
    const { ask } = createApi();
    expect(await (await ask('/api/sse/heartbeat')).json()).toEqual({ id: null, duplicate: false });
  });

  test.each([
    ['notification', {}, 'body.message: expected string, got undefined'],
    ['notification', { message: '' }, 'body.message: expected some text, got ""'],
    ['alert', { message: 'x', level: 1 }, 'body: expected message, severity, category, got "level"'],
    ['data-update', { entityId: 7, entityType: 'order' }, 'body.entityId: expected string, got 7'],
    ['data-update', { entityId: '7', entityType: 'order', changes: 'all' }, 'body.changes: expected object'],
    ['heartbeat', { a: 1 }, 'body: expected no parts, got some'],
    ['broadcast', { eventType: 'a' }, 'body.data: expected'],
  ])('%s refuses %j', async (route, body, detail) => {
    const response = await createApi().ask(`/api/sse/${route}`, body);
    expect(response.status).toBe(400);
    expect((await problemOf(response)).detail).toContain(detail);
  });

  test('broadcast sends an event of any type, and one without a type as message', async () => {
    const { ask, push } = createApi();
    const stream = await open(push.fetch);
    await ask('/api/sse/broadcast', { eventType: 'custom', data: { a: 1 } });
    await ask('/api/sse/broadcast', { data: 'text' });
    expect((await stream.types()).slice(1)).toEqual(['custom', 'message']);
  });

  test.each(['notification', 'alert', 'send'])('%s/{clientId} sends to that client alone', async (route) => {
    const push = createPushStream({ authorize: ({ url }) => ({ clientId: url.searchParams.get('me') ?? '' }) });
    const { ask } = createApi(push);
    const [ann, bob] = [await open(push.fetch, '/events?me=ann'), await open(push.fetch, '/events?me=bob')];
    const body = route === 'send' ? { data: 'Hi' } : { message: 'Hi' };
    expect((await ask(`/api/sse/${route}/ann`, body)).status).toBe(202);
    expect([(await ann.events()).length, (await bob.events()).length]).toEqual([1, 0]);
  });
});
