import { createServer, request as ask } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { PushStream, PushStreamOptions } from '../../../packages/server/src/index.ts';
import { until } from '../../support/until.ts';
import { leaveAll, read } from './client.ts';
import { http2Host, listen, nodeHost, type Running } from './hosts.ts';
import { watchedPush } from './push.ts';

const APP = 'https://app.test';

let { push }: { push: PushStream } = watchedPush();
let running: Running | undefined;

async function start(options: PushStreamOptions): Promise<Running> {
  ({ push } = watchedPush(options));
  running = await nodeHost.start(push);
  return running;
}

afterEach(async () => {
  leaveAll();
  await push.close();
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

const ALLOWED = {
  'access-control-allow-origin': APP,
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'retry-after',
};
const ANYBODY = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' };

/** What an answer says about other origins. */
const corsOf = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary'));

describe('S46: pages of other origins', () => {
  const matrix: ReadonlyArray<readonly [readonly string[] | '*', string | undefined, Record<string, string>]> = [
    [[], undefined, {}],
    [[], APP, {}],
    [[APP], undefined, { vary: 'Origin' }],
    [[APP], APP, { ...ALLOWED, vary: 'Origin' }],
    [[APP, 'https://other.test'], APP, { ...ALLOWED, vary: 'Origin' }],
    [[APP], 'https://evil.test', { vary: 'Origin' }],
    [[APP], 'https://app.test.evil.test', { vary: 'Origin' }],
    [[APP], 'http://app.test', { vary: 'Origin' }],
    [[APP], 'https://app.test:8443', { vary: 'Origin' }],
    [[APP], 'HTTPS://APP.TEST', { vary: 'Origin' }],
    [[APP], 'null', { vary: 'Origin' }],
    ['*', undefined, ANYBODY],
    ['*', APP, ANYBODY],
    ['*', 'null', ANYBODY],
  ];

  test.each(matrix)('origins %j, asked by %s: a stream, and a refusal, say %j', async (origins, origin, expected) => {
    const host = await start({ origins });
    const headers = origin === undefined ? {} : { origin };
    expect(corsOf((await read(host, { headers })).headers)).toEqual(expected);
    const refused = await read(host, { headers, path: '/events?session=%20' });
    expect(refused.status).toBe(400);
    expect(corsOf(refused.headers)).toEqual(expected);
  });

  const HEADERS = 'authorization, cache-control, content-type, last-event-id, x-api-key';
  const METHODS = 'GET, HEAD, OPTIONS';
  const granted = (headers: string): Record<string, string> => ({
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': headers,
    'access-control-max-age': '600',
  });

  test.each([
    [[APP], APP, 'last-event-id', { ...ALLOWED, ...granted('last-event-id'), vary: 'Origin' }],
    [[APP], APP, 'x-tenant,authorization', { ...ALLOWED, ...granted('x-tenant,authorization'), vary: 'Origin' }],
    [[APP], APP, undefined, { ...ALLOWED, ...granted(HEADERS), vary: 'Origin' }],
    [[APP], 'https://evil.test', 'last-event-id', { vary: 'Origin' }],
    [[APP], 'null', 'last-event-id', { vary: 'Origin' }],
    [[], APP, 'last-event-id', {}],
    // Of just anybody only what is known to be meant.
    ['*', 'https://evil.test', 'x-tenant', { ...ANYBODY, ...granted(HEADERS) }],
  ] as const)('origins %j: %s, before it sends %s, is told %#', async (origins, origin, asked, expected) => {
    const host = await start({ origins, authorize: () => null });
    const answer = await read(host, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        ...(asked === undefined ? {} : { 'access-control-request-headers': asked }),
      },
    });
    expect(answer.status).toBe(204);
    expect(corsOf(answer.headers)).toEqual(expected);
    expect(push.sessions()).toEqual([]);
  });

  test.each(['null', '*', 'app.test', 'https://app.test/', 'https://APP.test', 'https://*.app.test/'])(
    'an origin that no browser would ever name is refused at once: %s',
    async (origin) => {
      await expect(start({ origins: [origin] })).rejects.toThrow(/options\.origins: expected origins such as/);
    },
  );
});

/** With any `Host`: the clients of the platform know better. */
function statusFor(origin: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = ask(new URL('/events', origin), { headers: { host }, agent: false }, (message) => {
      resolve(message.statusCode ?? 0);
      message.destroy();
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('S47: names that lead here', () => {
  test.each([
    [undefined, 'localhost', 200],
    [undefined, 'LOCALHOST:80', 200],
    [undefined, '127.0.0.1:3000', 200],
    [undefined, '127.8.8.8', 200],
    [undefined, '[::1]:3000', 200],
    [undefined, 'evil.test', 421],
    [undefined, 'localhost.evil.test', 421],
    [undefined, '127.0.0.1.evil.test', 421],
    [undefined, '127.1', 421],
    [['app.test', 'API.test'], 'app.test', 200],
    [['app.test', 'API.test'], 'api.TEST:8080', 200],
    [['app.test', 'API.test'], 'localhost', 421],
    [['app.test', 'API.test'], 'app.test.evil.test', 421],
    [['app.test', 'API.test'], 'evil.test', 421],
  ])('hosts %j, on a loopback address, asked as %s: %d', async (hosts, host, status) => {
    const { origin } = await start({ hosts });
    expect(await statusFor(origin, host)).toBe(status);
  });

  test.each([
    [undefined, 'app.test', 200],
    [undefined, 'anything.test:8080', 200],
    [['app.test'], 'app.test', 200],
    [['app.test'], 'evil.test', 421],
  ])('hosts %j, on all addresses, asked as %s: %d', async (hosts, host, status) => {
    ({ push } = watchedPush({ hosts }));
    running = await listen(createServer(push.handler()), { host: '0.0.0.0' });
    expect(await statusFor(running.origin, host)).toBe(status);
  });

  test('HTTP/2 names it otherwise, and is not left out', async () => {
    ({ push } = watchedPush());
    running = await http2Host.start(push);
    expect(await read(running, { headers: { ':authority': 'evil.test' } })).toMatchObject({ status: 421 });
    expect(await read(running, { headers: { ':authority': 'localhost' } })).toMatchObject({ status: 200 });
  });

  test('the refusal says what is expected, and by which option', async () => {
    const host = await start({});
    const refused = await read(host, { headers: { host: 'evil.test' } });
    await until(() => refused.end !== undefined);
    expect(JSON.parse(refused.text)).toMatchObject({
      status: 421,
      detail: 'Expected as Host one of "localhost", "127.0.0.1", "[::1]" or those of the option hosts, got "evil.test"',
    });
  });

  test('where names are given, the refusal does not tell them', async () => {
    const host = await start({ hosts: ['app.example'] });
    const refused = await read(host, { headers: { host: 'evil.test' } });
    await until(() => refused.end !== undefined);
    const { detail }: { detail?: unknown } = JSON.parse(refused.text);
    expect(detail).toBe('Expected as Host one of those that are served here, got "evil.test"');
  });

  test('over Fetch only names that are given are looked at', async () => {
    ({ push } = watchedPush());
    const fetchAs = async (host: string): Promise<number> => {
      const { status, body } = await push.fetch(new Request(`http://${host}/events`));
      await body?.cancel();
      return status;
    };
    expect(await fetchAs('anything.test')).toBe(200);
    push.configure({ hosts: ['app.test'] });
    expect(await fetchAs('anything.test')).toBe(421);
    expect(await fetchAs('app.test:8080')).toBe(200);
  });
});
