import { describe, expect, test } from 'vitest';
import { apiKeys } from '../../../packages/server/src/auth/index.ts';
import { createPushStream } from '../../../packages/server/src/index.ts';
import { createHttpApi, type HttpApiOptions } from '../../../packages/server/src/http/index.ts';
import { createKeys, KEY, rawAnswer, start } from './support.ts';

const APP = 'https://app.example';
const EVIL = 'https://evil.test';

const event = JSON.stringify({ type: 'a', data: 1 });

function createApi(options: Partial<HttpApiOptions> = {}) {
  const { fetch } = createHttpApi(createPushStream(), { ...(options.open ? {} : { keys: createKeys() }), ...options });
  return (method: string, path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(
      new Request(`http://server.test${path}`, {
        method,
        headers: { host: 'server.test', 'x-api-key': KEY, 'content-type': 'application/json', ...headers },
        ...(method === 'POST' ? { body: event } : {}),
      }),
    );
}

describe('what a page may read', () => {
  test.each([
    ['no list', undefined, APP, null],
    ['a list', [APP], APP, APP],
    ['a list', [APP], EVIL, null],
    ['a list', [APP], 'null', null],
    ['a list', [APP], `${APP}.evil.test`, null],
    ['a list', [APP], 'http://app.example', null],
    ['a list', [APP], `${APP}:8443`, null],
    ['any', '*' as const, EVIL, '*'],
  ])('S46: with %s (%j) a page of %s is told %j', async (_, origins, origin, allowed) => {
    const ask = createApi(origins === undefined ? {} : { origins });
    for (const [method, path] of [
      ['GET', '/health/live'],
      ['GET', '/events'],
      ['OPTIONS', '/publish/a'],
      ['GET', '/nothing'],
      ['PUT', '/metrics'],
    ] as const) {
      const { headers, body } = await ask(method, path, { origin, 'access-control-request-method': 'POST' });
      await body?.cancel();
      expect([path, headers.get('access-control-allow-origin')]).toEqual([path, allowed]);
      // Never both: any page, and its visitor's cookies.
      const credentials = allowed === null || allowed === '*' ? null : 'true';
      expect(headers.get('access-control-allow-credentials')).toBe(credentials);
      if (Array.isArray(origins)) expect(headers.get('vary')).toContain('Origin');
    }
  });

  test('S46: a preflight names methods and headers to pages on the list alone', async () => {
    const ask = createApi({ origins: [APP] });
    const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
    const ours = await ask('OPTIONS', '/publish/a', { origin: APP, ...preflight });
    expect([ours.status, ours.headers.get('access-control-allow-methods')]).toEqual([204, 'POST, OPTIONS']);
    expect(ours.headers.get('access-control-allow-headers')).toContain('content-type');
    const theirs = await ask('OPTIONS', '/publish/a', { origin: EVIL, ...preflight });
    expect([theirs.status, theirs.headers.get('access-control-allow-methods')]).toEqual([204, null]);
  });

  test('S46: a list that says null or has a path is refused at the start', () => {
    for (const origin of ['null', 'https://app.example/', 'app.example', '*']) {
      expect(() => createHttpApi(createPushStream(), { open: true, origins: [origin] })).toThrow('options.origins');
    }
  });
});

describe('what a page may have its visitor do', () => {
  test.each([
    ['no page', {}, 202],
    ['a page of its own', { origin: 'http://server.test' }, 202],
    ['a page of its own behind a proxy that ends TLS', { origin: 'https://server.test' }, 202],
    ['a page on the list', { origin: APP, 'sec-fetch-site': 'cross-site' }, 202],
    ['a foreign page', { origin: EVIL, 'sec-fetch-site': 'cross-site' }, 403],
    ['a foreign page of an old browser', { origin: EVIL }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['a page that hides where it is from', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page of the same site', { 'sec-fetch-site': 'same-site' }, 403],
    ['an address that was typed', { 'sec-fetch-site': 'none' }, 202],
    ['a page of another port', { origin: 'http://server.test:81' }, 403],
  ])('S13: publishing by %s is answered as it should be: %j, %i', async (_, headers, status) => {
    for (const options of [{ origins: [APP] }, { origins: [APP], open: true }]) {
      const response = await createApi(options)('POST', '/publish/a', headers);
      expect(response.status).toBe(status);
    }
  });

  test.each([
    ['POST', '/api/sse/heartbeat'],
    ['POST', '/api/demo/start'],
    ['POST', '/api/demo/stop'],
    ['POST', '/pulse'],
    ['DELETE', '/sessions/a'],
    ['DELETE', '/killall'],
  ])('S13: %s %s is refused to foreign pages also where everybody may ask', async (method, path) => {
    const ask = createApi({ open: true, demo: true });
    expect((await ask(method, path, { origin: EVIL })).status).toBe(403);
  });

  test('S13: where any page may ask, none may with its visitor’s cookies', async () => {
    const ask = createApi({ origins: '*', open: true });
    expect((await ask('POST', '/publish/a', { origin: EVIL })).status).toBe(202);
    expect((await ask('POST', '/publish/a', { origin: EVIL, cookie: 'session=1' })).status).toBe(403);
  });

  test('S13: a cookie is no key for publishing', async () => {
    const { fetch } = createHttpApi(createPushStream(), { keys: apiKeys([KEY], { cookie: 'key' }) });
    const headers = { cookie: `key=${KEY}`, 'content-type': 'application/json' };
    const response = await fetch(new Request('http://server.test/publish/a', { method: 'POST', headers, body: event }));
    expect(response.status).toBe(401);
  });
});

describe('the names of a server', () => {
  const paths = ['/health/live', '/events', '/stream/a', '/nothing', '/api/sse/connect', '/metrics'];
  const status = async (port: number, path: string, host: string): Promise<string> =>
    (await rawAnswer(port, `HEAD ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).slice(9, 12);

  test.each(paths)(
    'S47: on a loopback address %s answers to no name that a foreign page could bend there',
    async (path) => {
      const { port, push } = await start();
      for (const host of ['evil.test', `evil.test:${port}`, 'localhost.evil.test', '127.0.0.1.evil.test']) {
        expect([host, await status(port, path, host)]).toEqual([host, '421']);
      }
      for (const host of ['localhost', `LOCALHOST:${port}`, '127.0.0.1', `127.0.0.1:${port}`, `[::1]:${port}`]) {
        expect([host, await status(port, path, host)]).not.toEqual([host, '421']);
      }
      expect(push.stats().connections).toBe(0);
    },
  );

  test('S47: where others than this machine ask, any name is answered that is not said to be foreign', async () => {
    const { port } = await start({ host: '0.0.0.0' });
    for (const path of paths.slice(0, 3)) expect(await status(port, path, 'app.example')).toBe('200');
  });

  test('S47: a target with a name of its own is held to the names, too', async () => {
    const { port } = await start();
    expect(await status(port, 'http://evil.test/events', 'evil.test')).toBe('421');
    expect(await status(port, 'http://evil.test/health/live', 'evil.test')).toBe('421');
  });

  test('S47: names that are listed are answered, and no others', async () => {
    const { port } = await start({ hosts: ['app.example'] });
    for (const path of paths.slice(0, 3)) {
      expect(await status(port, path, 'app.example:8080')).toBe('200');
      expect(await status(port, path, 'localhost')).toBe('421');
    }
  });

  test('S48: nothing can be controlled without a key, and a page gets no key', async () => {
    const { url } = await start({ demo: true });
    for (const [method, path] of [
      ['POST', '/publish/a'],
      ['POST', '/api/sse/broadcast'],
      ['POST', '/api/demo/start'],
      ['DELETE', '/sessions/a'],
      ['DELETE', '/killSession'],
      ['DELETE', '/killall'],
      ['GET', '/sessions'],
      ['GET', '/pulses'],
      ['GET', '/metrics'],
      ['GET', '/api/demo/status'],
    ] as const) {
      const response = await fetch(`${url}${path}`, { method });
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get('set-cookie')).toBeNull();
    }
  });

  test('S48: answers cannot be taken for pages', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/%3Cscript%3Ealert(1)%3C/script%3E`);
    expect([response.headers.get('content-type'), response.headers.get('x-content-type-options')]).toEqual([
      'application/problem+json',
      'nosniff',
    ]);
    expect(await response.text()).not.toContain('script');
  });
});
