import { EventSource } from 'eventsource';
import { Hono } from 'hono';
import { describe, expect, onTestFinished, test } from 'vitest';
import { apiKeys, generateKey } from '../../../packages/server/src/auth/index.ts';
import { createHttpApi, serve } from '../../../packages/server/src/http/index.ts';
import { createPushStream, type PushStream, type PushStreamOptions } from '../../../packages/server/src/index.ts';
import { open } from '../streams.ts';
import { createKeys, KEY, start } from './support.ts';

/** Both ways to the same routes: straight to the hub, and through the app. */
const ways = [
  [
    'by serve()',
    async (push: PushStream, apiKeyInQuery: boolean) => {
      const served = await serve(push, { keys: createKeys(), apiKeyInQuery });
      onTestFinished(() => served.close());
      return (request: Request): Promise<Response> => {
        const { pathname, search } = new URL(request.url);
        return fetch(`${served.url}${pathname}${search}`, { method: request.method, headers: request.headers });
      };
    },
  ],
  [
    'by an app',
    (push: PushStream, apiKeyInQuery: boolean) =>
      Promise.resolve(createHttpApi(push, { keys: createKeys(), apiKeyInQuery }).fetch),
  ],
] as const;

describe.each(ways)('streams %s', (_, serving) => {
  async function create(options: PushStreamOptions = {}, apiKeyInQuery = false) {
    const push = createPushStream(options);
    const ask = await serving(push, apiKeyInQuery);
    onTestFinished(() => push.close());
    return { push, ask };
  }

  const read = async (ask: (request: Request) => Promise<Response>, path: string, until: string): Promise<string> => {
    const stream = await open(ask, path);
    const reads: unknown[] = [];
    await expect
      .poll(async () => {
        reads.push(...(await stream.events()));
        return JSON.stringify(reads);
      })
      .toContain(until);
    await stream.cancel();
    return JSON.stringify(reads);
  };

  test('GET /stream/{channel} is that channel alone, whatever the query says', async () => {
    const { push, ask } = await create();
    const cursor = await push.cursor();
    await push.publish('a', 'elsewhere', { channel: 'other' });
    await push.publish('a', 'here', { channel: 'orders.42' });
    await push.publish('a', 'end', { channel: 'orders.43' });
    const text = await read(ask, `/stream/orders.*?channel=other&lastEventId=${cursor}`, 'end');
    expect(text).toContain('here');
    expect(text).not.toContain('elsewhere');
  });

  test('GET /events takes channels, types and a cursor from the query', async () => {
    const { push, ask } = await create();
    const cursor = await push.cursor();
    await push.publish('order.created', 1, { channel: 'a' });
    await push.publish('order.deleted', 2, { channel: 'b' });
    await push.publish('user.created', 3, { channel: 'b' });
    await push.publish('order.created', 4, { channel: 'b' });
    const text = await read(ask, `/events?channel=b&type=order.*&lastEventId=${cursor}`, ',4]');
    expect(text).toContain(',2]');
    expect(text).not.toMatch(/,[13]\]/);
  });

  test('GET /api/sse/connect understands filter and checkpoint', async () => {
    const { push, ask } = await create();
    const cursor = await push.cursor();
    await push.publish('alert', 1);
    await push.publish('notification', 2);
    const text = await read(ask, `/api/sse/connect?filter=notification&checkpoint=${cursor}`, ',2]');
    expect(text).not.toContain(',1]');
  });

  test('clientId names a session that can be ended, and is nobody: the grant says who somebody is', async () => {
    const { push, ask } = await create();
    const stream = await open(ask, '/api/sse/connect?clientId=ann');
    await expect.poll(() => push.sessions()).toMatchObject([{ session: 'ann', clientId: undefined }]);
    await push.publish('a', 'for Ann alone', { to: 'ann' });
    await push.publish('a', 'for all');
    const events: unknown[] = [];
    await expect.poll(async () => events.push(...(await stream.events()))).toBeGreaterThan(0);
    expect(JSON.stringify(events)).not.toContain('Ann');
    expect(await push.kill('ann')).toBe(true);
    await stream.cancel();
  });

  test('?apikey= opens a stream on GET /api/sse/connect alone, and only where that is wanted', async () => {
    const keys = createKeys();
    const status = async (path: string, isWanted: boolean, headers?: Record<string, string>): Promise<number> => {
      const { ask } = await create({ authorize: keys.authorize }, isWanted);
      const response = await ask(new Request(`http://server.test${path}`, headers ? { headers } : {}));
      await response.body?.cancel();
      return response.status;
    };
    expect(await status(`/api/sse/connect?apikey=${KEY}`, true)).toBe(200);
    expect(await status(`/api/sse/connect?apikey=${KEY}`, false)).toBe(401);
    expect(await status(`/events?apikey=${KEY}`, true)).toBe(401);
    expect(await status(`/stream/a?apikey=${KEY}`, true)).toBe(401);
    expect(await status(`/api/sse/connect?apikey=${generateKey()}`, true)).toBe(401);
    const urls: string[] = [];
    const authorize = ({ url }: { url: URL }) => {
      urls.push(url.search);
      return null;
    };
    const { ask } = await create({ authorize }, true);
    await ask(new Request(`http://server.test/api/sse/connect?filter=a&apikey=${KEY}`));
    expect(urls).toEqual(['?filter=a']);
    // A credential where it belongs is the one that counts.
    expect(await status(`/api/sse/connect?apikey=${KEY}`, true, { 'x-api-key': generateKey() })).toBe(401);
  });
});

test('an EventSource reads what is published over HTTP', async () => {
  const { ask, url, push } = await start();
  const source = new EventSource(`${url}/stream/demo`);
  onTestFinished(() => source.close());
  const seen: unknown[] = [];
  source.addEventListener('hello', ({ data, lastEventId }) => seen.push([JSON.parse(data), lastEventId]));
  await expect.poll(() => push.stats().connections).toBe(1);
  const first = (await (await ask('POST', '/publish/demo', { type: 'hello', data: { text: 'Hi\nthere' } })).json()) as {
    id: string;
  };
  await expect.poll(() => seen).toEqual([[{ text: 'Hi\nthere' }, first.id]]);
});

test('an app is mounted in another below a path of its own', async () => {
  const push = createPushStream();
  const app = new Hono().route('/push', createHttpApi(push, { keys: createKeys() }).app);
  const get = (path: string): Promise<Response> =>
    Promise.resolve(app.request(`http://server.test${path}`, { headers: { 'x-api-key': KEY } }));
  expect((await get('/push/health/ready')).status).toBe(200);
  expect((await get('/push/sessions')).status).toBe(200);
  expect((await get('/push/publish/a')).status).toBe(405);
  const stream = await open((request) => Promise.resolve(app.fetch(request)), '/push/stream/demo');
  await push.publish('a', 1, { channel: 'demo' });
  expect(await stream.events()).toHaveLength(1);
  await stream.cancel();
});

test('origins and hosts that the API is given are those of the streams too; what is not given stays', async () => {
  const push = createPushStream({ origins: ['https://first.example'] });
  const allowed = async (origin: string): Promise<string | null> => {
    const response = await push.fetch(
      new Request('http://server.test/events', { method: 'HEAD', headers: { origin } }),
    );
    return response.headers.get('access-control-allow-origin');
  };
  createHttpApi(push, { open: true });
  expect(await allowed('https://first.example')).toBe('https://first.example');
  createHttpApi(push, { open: true, origins: ['https://second.example'] });
  expect([await allowed('https://first.example'), await allowed('https://second.example')]).toEqual([
    null,
    'https://second.example',
  ]);
});

test('serve() says where it listens, and that it cannot', async () => {
  const { port, url } = await start();
  expect(url).toBe(`http://127.0.0.1:${port}`);
  await expect(serve(createPushStream(), { keys: apiKeys([KEY]), port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await expect(serve(createPushStream(), { open: true, port: 65_536 })).rejects.toThrow(
    'options.port: expected whole 0..65535, got 65536',
  );
  await expect(serve(createPushStream(), { open: true, prot: 1 } as never)).rejects.toThrow('got "prot"');
  // Node takes it for every address of the machine.
  await expect(serve(createPushStream(), { open: true, host: '' })).rejects.toThrow(
    'options.host: expected an address, got ""',
  );
  const everywhere = await start({ host: '0.0.0.0' });
  expect(everywhere.url).toBe(`http://127.0.0.1:${everywhere.port}`);
});

test('close() ends what is open after a moment, and the hub lives on', async () => {
  const { close, push, url } = await start();
  const stream = await fetch(`${url}/events`);
  const ended = stream.text().catch(() => 'cut');
  await close();
  expect(await ended).toBe('cut');
  await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  expect((await push.publish('a', 1)).id).not.toBeNull();
});
