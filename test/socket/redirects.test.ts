import { describe, expect, test } from 'vitest';
import type { EventClientOptions } from '../../packages/client/src/index.ts';
import { type HttpServer, httpServer } from '../support/http-server.ts';
import { elapse, until } from '../support/until.ts';
import { type WatchedClient, watch } from '../support/watched-client.ts';

const statuses = [301, 302, 303, 307, 308];
const secrets = {
  'X-Api-Key': 'secret',
  Authorization: 'Bearer secret',
  Cookie: 'session=secret',
  'X-Tenant': 'secret',
};

/** Answers `/start` with a redirect, and everything else with a stream of one event. */
function redirecting(
  status: number,
  location: (server: { origin: string }) => string | undefined,
): Promise<HttpServer> {
  return httpServer(({ target, headers, answer, stream }) => {
    if (!target.startsWith('/start')) return void stream('id: 1\ndata: "arrived"\n\n');
    const to = location({ origin: `http://${headers.host}` });
    answer(status, to === undefined ? {} : { Location: to }, 'elsewhere');
  });
}

const end = ({ client }: WatchedClient): Promise<void> => until(() => client.status === 'closed', 3_000);

describe.each([
  ['without headers of the caller', {}],
  ['with headers of the caller', { headers: secrets }],
] as const)('%s', (_name, options: EventClientOptions) => {
  test.concurrent.each(statuses)('a %d within the origin is followed, cursor and headers included', async (status) => {
    await using server = await redirecting(status, () => '/there?a=1');
    using watched = watch(`${server.origin}/start`, { ...options, lastEventId: '世界' });
    await until(() => watched.data.length === 1);
    const last = server.requests.at(-1);
    expect(last?.target).toBe('/there?a=1');
    expect(last?.lastEventId).toBe('世界');
    expect(last?.headers.accept).toBe('text/event-stream');
    expect(last?.headers['x-api-key']).toBe(options.headers ? 'secret' : undefined);
    expect(last?.headers.authorization).toBe(options.headers ? 'Bearer secret' : undefined);
    expect(watched.opens).toEqual([`${server.origin}/there?a=1`]);
    expect(watched.client.url).toBe(`${server.origin}/start`);
  });

  test.concurrent.each(statuses)('a %d keeps method and body only where the standard says so', async (status) => {
    await using server = await redirecting(status, () => '/there');
    using watched = watch(`${server.origin}/start`, { ...options, method: 'POST', body: '{"ask":1}' });
    await until(() => watched.data.length === 1);
    const kept = status >= 307;
    expect(server.requests.map(({ method, body }) => [method, body])).toEqual([
      ['POST', '{"ask":1}'],
      kept ? ['POST', '{"ask":1}'] : ['GET', ''],
    ]);
    expect(server.requests.at(-1)?.headers['content-type']).toBe(kept ? 'text/plain;charset=UTF-8' : undefined);
  });

  test.concurrent.each([
    ['nowhere: no Location', () => undefined],
    ['nowhere: an empty Location', () => ''],
    ['what is no URL', () => 'http://['],
    ['a data: URL', () => 'data:text/event-stream,data:%20%22forged%22%0A%0A'],
    ['a file', () => 'file:///etc/passwd'],
    ['itself, for ever', ({ origin }: { origin: string }) => `${origin}/start`],
  ])('a redirect to %s ends with an HttpError', async (_where, location) => {
    await using server = await redirecting(302, location);
    using watched = watch(`${server.origin}/start`, options);
    await end(watched);
    expect(watched.closes).toEqual([expect.objectContaining({ code: 'http', status: 302 })]);
    expect(watched.data).toEqual([]);
    expect(server.requests.length).toBeLessThanOrEqual(21);
    await elapse(400);
    expect(server.requests.length).toBeLessThanOrEqual(21);
  });

  test.concurrent('a redirect that is refused leaves no secret in the error', async () => {
    await using server = await redirecting(302, () => undefined);
    using watched = watch(`${server.origin}/start?token=secret`, options);
    await end(watched);
    expect(JSON.stringify(watched.errors.map(({ message, stack }) => [message, stack]))).not.toContain('secret');
  });
});

test.concurrent.each(statuses)(
  'a %d to another origin takes no header of the caller along; Accept and Last-Event-ID arrive',
  async (status) => {
    await using other = await httpServer(({ stream }) => stream('data: "arrived"\n\n'));
    await using server = await redirecting(status, () => `${other.origin}/there`);
    using watched = watch(`${server.origin}/start`, { headers: secrets, lastEventId: '7' });
    await until(() => watched.data.length === 1);
    expect(server.requests[0]?.headers['x-api-key']).toBe('secret');
    const { headers, lastEventId } = other.requests[0] ?? {};
    expect(JSON.stringify(headers)).not.toContain('secret');
    expect(headers?.accept).toBe('text/event-stream');
    expect(lastEventId).toBe('7');
    expect(watched.events[0]?.origin).toBe(other.origin);
    expect(watched.opens).toEqual([`${other.origin}/there`]);
  },
);

test.concurrent('a header that was dropped at another origin does not come back when a redirect leads home again', async () => {
  let home = '';
  await using other = await httpServer(({ answer }) => answer(307, { Location: `${home}/there` }));
  await using server = await redirecting(307, () => `${other.origin}/via`);
  home = server.origin;
  using watched = watch(`${server.origin}/start`, { headers: secrets });
  await until(() => watched.data.length === 1);
  expect(JSON.stringify([other.requests[0]?.headers, server.requests[1]?.headers])).not.toContain('secret');
});

test.concurrent("a caller's own Accept goes along to another origin, a custom one does not", async () => {
  await using other = await httpServer(({ stream }) => stream('data: "arrived"\n\n'));
  await using server = await redirecting(302, () => other.url);
  using watched = watch(`${server.origin}/start`, { headers: { Accept: 'text/event-stream;q=1', 'X-Own': 'secret' } });
  await until(() => watched.data.length === 1);
  expect(other.requests[0]?.headers.accept).toBe('text/event-stream;q=1');
  expect(JSON.stringify(other.requests[0]?.headers)).not.toContain('secret');
});

test.concurrent('every attempt starts at the first URL again, with the headers that belong there', async () => {
  await using other = await httpServer(({ stream }) => stream('id: 1\ndata: "arrived"\n\n').end());
  await using server = await redirecting(302, () => other.url);
  using watched = watch(`${server.origin}/start`, { headers: secrets });
  await until(() => watched.opens.length === 2);
  expect(server.requests.map(({ headers }) => headers['x-api-key'])).toEqual(['secret', 'secret']);
  expect(other.requests.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '1']);
});

test.concurrent('a redirect from https to http ends with an HttpError', async () => {
  await using server = await redirecting(302, ({ origin }) => `${origin}/there`);
  const asked: string[] = [];
  using watched = watch('https://secure.test/start', {
    headers: secrets,
    // The first hop stands for a TLS server.
    fetch: (url, init) => {
      asked.push(url);
      return fetch(url.replace('https://secure.test', server.origin), init);
    },
  });
  await end(watched);
  expect(watched.closes).toEqual([expect.objectContaining({ code: 'http', status: 302 })]);
  expect(asked).toEqual(['https://secure.test/start']);
});

test.concurrent.each([
  ['with headers of the caller', secrets],
  ['without', {}],
])('redirect: "error" follows nothing, %s, and ends with an HttpError', async (_name, headers) => {
  await using other = await httpServer(({ stream }) => stream('data: "arrived"\n\n'));
  await using server = await redirecting(302, () => other.url);
  using watched = watch(`${server.origin}/start`, { redirect: 'error', headers });
  await end(watched);
  expect(watched.closes).toEqual([expect.objectContaining({ code: 'http', status: 302 })]);
  expect(other.accepted).toBe(0);
  expect(server.requests).toHaveLength(1);
});

test.concurrent('redirect: "follow" leaves redirects to the platform, on the caller\'s word', async () => {
  await using other = await httpServer(({ stream }) => stream('data: "arrived"\n\n'));
  await using server = await redirecting(302, () => other.url);
  using watched = watch(`${server.origin}/start`, { redirect: 'follow', headers: { 'X-Trace': '1' } });
  await until(() => watched.data.length === 1);
  expect(other.requests[0]?.headers['x-trace']).toBe('1');
});
