import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PushStream } from '../../../packages/server/src/index.ts';
import { elapse, until } from '../../support/until.ts';
import { watchOn } from '../../transports/watch.ts';
import { leaveAll, read, type Reading } from './client.ts';
import { hasNginx, type Nginx, nginxMayMiss, startNginx } from './nginx.ts';
import { numbers, publishNumbers, watchedPush } from './push.ts';

if (!hasNginx && nginxMayMiss) console.warn('Skipped: no `nginx` on the PATH, and tests behind a proxy need one.');

describe.skipIf(!hasNginx && nginxMayMiss)('behind nginx', () => {
  let upstream: Server;
  let port: number;
  let handler: ReturnType<PushStream['handler']>;
  let push: PushStream;
  let nginx: Nginx;

  async function listen(): Promise<void> {
    upstream = createServer((request, response) => handler(request, response));
    upstream.listen(port, '127.0.0.1');
    await once(upstream, 'listening');
    ({ port } = upstream.address() as AddressInfo);
  }

  beforeAll(async () => {
    port = 0;
    await listen();
    const to = `proxy_pass http://127.0.0.1:${port};`;
    nginx = await startNginx(`
      location /plain/ { ${to} }
      location /kept/ { ${to} proxy_http_version 1.1; proxy_set_header Connection ""; }
      location /impatient/ { ${to} proxy_read_timeout 2s; }
      location /gzip/ { ${to} gzip on; gzip_proxied any; gzip_min_length 0; gzip_types text/event-stream; }
      location /deaf/ { ${to} proxy_ignore_headers X-Accel-Buffering; }
      location /named/ { ${to} proxy_set_header Host $host; }
    `);
  });
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    upstream.closeAllConnections();
    upstream.close();
  });

  beforeEach(() => start());
  afterEach(async () => {
    leaveAll();
    await push.close();
  });

  function start(options: Parameters<typeof watchedPush>[0] = {}): void {
    ({ push } = watchedPush(options));
    handler = push.handler();
  }

  const ask = (path: string, headers: Record<string, string> = {}): Promise<Reading> =>
    read({ origin: nginx.origin, version: 1 }, { path, headers });

  /** One at a time: a buffer would keep the first until there are more. */
  async function expectAtOnce(stream: Reading): Promise<void> {
    await until(() => stream.control('ready').length === 1, 1_000);
    for (let n = 1; n <= 10; n += 1) {
      await publishNumbers(push, n, n);
      await until(() => stream.events.length === n, 1_000);
    }
    expect(stream.data).toEqual(numbers(1, 10));
  }

  test.each([
    ['with its default settings', '/plain/events'],
    ['with HTTP/1.1 and connections that it keeps', '/kept/events'],
    ['that would compress', '/gzip/events'],
  ])('%s: events arrive at once, although it buffers what others send', async (_name, path) => {
    await expectAtOnce(await ask(path));
  });

  test('that compresses, for a client that wants it: events arrive at once, compressed', async () => {
    const response = await fetch(`${nginx.origin}/gzip/events`, { headers: { 'accept-encoding': 'gzip' } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    let text = '';
    const decoder = new TextDecoder();
    const reading = (async () => {
      for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true });
    })();
    await until(() => text.includes('pushstream.ready'), 1_000);
    for (let n = 1; n <= 5; n += 1) {
      await push.publish('tick', `number ${n}`);
      await until(() => text.includes(`number ${n}`), 1_000);
    }
    await push.close();
    await reading;
  });

  test('over HTTP/2, as browsers get it: at once, and without a Connection', async () => {
    const stream = await read({ origin: nginx.secureOrigin, version: 2 }, { path: '/plain/events' });
    expect(stream.headers).not.toHaveProperty('connection');
    await expectAtOnce(stream);
  });

  test('X-Accel-Buffering is what does it: where it is ignored, nothing arrives', async () => {
    const answer = ask('/deaf/events');
    await until(() => push.sessions().length === 1);
    let stream: Reading | undefined;
    void answer.then((value) => (stream = value)).catch(() => {});
    await publishNumbers(push, 1, 3);
    await elapse(300);
    expect(stream?.events.length ?? 0).toBe(0);
  });

  test('it keeps X-Accel-Buffering to itself, and hands on the other headers', async () => {
    const { headers } = await ask('/plain/events');
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('x-accel-buffering');
  });

  test('a burst of 2 MB arrives whole and in order', async () => {
    const stream = await ask('/plain/events');
    await until(() => stream.control('ready').length === 1);
    await publishNumbers(push, 1, 2_000, 1_000);
    await until(() => stream.events.length === 2_000);
    expect(stream.data.map((data) => (data as { n: number }).n)).toEqual(numbers(1, 2_000));
  });

  test('who leaves the proxy is forgotten by the server', async () => {
    const stream = await ask('/plain/events');
    await until(() => push.sessions().length === 1);
    stream.leave();
    await until(() => push.sessions().length === 0);
  });

  test('heartbeats outlive proxy_read_timeout, which ends a silent stream', async () => {
    const silent = await ask('/impatient/events');
    await until(() => silent.end !== undefined);
    expect(silent.end).toBe('cut');
    await push.close();
    start({ heartbeatMs: 1_000 });
    const lively = await ask('/impatient/events');
    await elapse(5_000);
    expect(lively.end).toBeUndefined();
    await publishNumbers(push, 1, 3);
    await until(() => lively.events.length === 3);
  });

  test('the death of the server is seen by the client, which resumes when it is back: 0 lost, 0 twice', async () => {
    using watched = watchOn(undefined)(`${nginx.origin}/kept/events`, { types: ['tick'], dedupe: false });
    await until(() => watched.client.lastEventId !== '');
    await publishNumbers(push, 1, 100);
    await until(() => watched.data.length === 100);
    upstream.closeAllConnections();
    upstream.close();
    await until(() => watched.client.status === 'reconnecting');
    await publishNumbers(push, 101, 200);
    await until(() =>
      watched.errors.some((error) => error.code === 'http' && 'status' in error && error.status === 502),
    );
    await listen();
    await until(() => watched.data.length >= 200);
    expect(watched.data).toEqual(numbers(1, 200));
  });

  test('S47: handed the name that the client asked for, the server has to know it', async () => {
    const status = async (): Promise<number> => (await ask('/named/events', { host: 'app.test' })).status;
    expect(await status()).toBe(421);
    push.configure({ hosts: ['app.test'] });
    expect(await status()).toBe(200);
    expect((await ask('/named/events', { host: 'evil.test' })).status).toBe(421);
    push.configure({ hosts: undefined });
    // Without being told, nginx names the server by its address.
    expect((await ask('/plain/events', { host: 'app.test' })).status).toBe(200);
  });

  test('close() ends streams properly through it', async () => {
    const streams = await Promise.all([ask('/plain/events'), ask('/kept/events')]);
    await until(() => push.sessions().length === 2);
    await push.close();
    for (const stream of streams) {
      await until(() => stream.end === 'complete');
      expect(stream.control('closing')).toMatchObject([{ reason: 'closed' }]);
    }
  });
});
