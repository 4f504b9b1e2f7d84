import { expect } from 'vitest';
import { ContentTypeError, HttpError } from '../../packages/client/src/index.ts';
import { httpServer } from '../support/http-server.ts';
import { until } from '../support/until.ts';
import { behaviour, block } from './behaviour.ts';

const secrets = { authorization: 'Bearer secret', cookie: 'a=secret', 'x-api-key': 'secret' };

export const answers = [
  behaviour('an event stream opens', async (watch) => {
    await using server = await httpServer(({ stream }) => stream());
    using watched = watch(server.url);
    await until(() => watched.opens.length === 1);
    expect(watched.client.status).toBe('open');
    expect(watched.opens[0]).toMatchObject({ url: server.url, status: 200 });
    expect(server.requests.map(({ method, headers }) => [method, headers.accept])).toEqual([
      ['GET', 'text/event-stream'],
    ]);
  }),
  behaviour(
    'the headers of the answer are told',
    async (watch) => {
      await using server = await httpServer(({ stream }) => stream('', { 'X-Served-By': 'a7' }));
      using watched = watch(server.url);
      await until(() => watched.opens.length === 1);
      const { headers } = watched.opens[0] ?? {};
      expect([headers?.get('x-served-by'), headers?.get('X-Served-By'), headers?.get('x-none')]).toEqual([
        'a7',
        'a7',
        null,
      ]);
    },
    ['status'],
  ),
  behaviour(
    'rule 3: a 204 closes for good, without an error',
    async (watch) => {
      await using server = await httpServer(({ answer }) => answer(204));
      using watched = watch(server.url);
      await until(() => watched.client.status === 'closed');
      expect([watched.closes, watched.errors]).toEqual([[null], []]);
    },
    ['status'],
  ),
  behaviour(
    'rule 3: a 404 closes with its error, and its socket is free',
    async (watch) => {
      await using server = await httpServer(({ response }) => response.writeHead(404).write('and more to come'));
      using watched = watch(server.url);
      await until(() => watched.client.status === 'closed');
      expect(watched.closes).toEqual([expect.objectContaining({ code: 'http', status: 404 })]);
      await until(() => server.sockets.size === 0);
    },
    ['status'],
  ),
  behaviour(
    'rule 3: after a 401 the functions are asked once more, within the attempt',
    async (watch) => {
      let token = 0;
      await using server = await httpServer(({ target, stream, response }) => {
        if (target.endsWith('=2')) stream(block(1));
        else response.writeHead(401).write('and more to come');
      });
      using watched = watch(server.url, { query: () => ({ token: (token += 1) }) });
      await until(() => watched.data.length === 1);
      expect([watched.errors, watched.retries]).toEqual([[], []]);
      await until(() => server.sockets.size === 1);
    },
    ['status'],
  ),
  behaviour(
    'rule 3: a second 401 closes',
    async (watch) => {
      await using server = await httpServer(({ answer }) => answer(401));
      using watched = watch(server.url, { query: () => ({}) });
      await until(() => watched.client.status === 'closed');
      expect(watched.closes).toEqual([expect.objectContaining({ code: 'http', status: 401 })]);
      expect(server.requests).toHaveLength(2);
    },
    ['status'],
  ),
  behaviour(
    'rule 3: a 503 is tried again, not before what its Retry-After says',
    async (watch) => {
      await using server = await httpServer(({ answer }) => answer(503, { 'Retry-After': '7' }));
      using watched = watch(server.url);
      await until(() => watched.retries.length === 1);
      expect(watched.errors).toEqual([expect.any(HttpError)]);
      expect(watched.errors[0]).toMatchObject({ status: 503, retryAfterMs: 7_000 });
      expect(watched.retries[0]?.delayMs).toBeGreaterThanOrEqual(7_000);
    },
    ['status'],
  ),
  behaviour(
    'rule 3: another content type closes with its error',
    async (watch) => {
      await using server = await httpServer(({ answer }) =>
        answer(200, { 'Content-Type': 'text/html' }, 'data: 1\n\n'),
      );
      using watched = watch(server.url);
      await until(() => watched.client.status === 'closed');
      expect(watched.closes).toEqual([expect.any(ContentTypeError)]);
      expect(watched.closes[0]).toMatchObject({ contentType: 'text/html' });
    },
    ['status'],
  ),
  behaviour('a redirect is followed', async (watch) => {
    await using server = await httpServer(({ target, answer, stream }) => {
      if (target === '/events') answer(307, { Location: '/there?a=1' });
      else stream(block(1));
    });
    using watched = watch(server.url);
    await until(() => watched.data.length === 1);
    expect(server.requests.map(({ target }) => target)).toEqual(['/events', '/there?a=1']);
  }),
  behaviour('a redirect to another origin takes the request there', async (watch) => {
    await using there = await httpServer(({ stream }) => stream(block(1)));
    await using server = await httpServer(({ answer }) => answer(302, { Location: there.url }));
    using watched = watch(server.url);
    await until(() => watched.data.length === 1);
  }),
  behaviour(
    'the URL that answered is told, and is the origin of its events',
    async (watch) => {
      await using there = await httpServer(({ stream }) => stream(block(1)));
      await using server = await httpServer(({ answer }) => answer(302, { Location: there.url }));
      using watched = watch(server.url);
      await until(() => watched.data.length === 1);
      expect([watched.opens[0]?.url, watched.events[0]?.origin]).toEqual([there.url, there.origin]);
    },
    ['status'],
  ),
  behaviour(
    'a redirect to another origin takes no header of the caller along',
    async (watch) => {
      await using there = await httpServer(({ stream }) => stream(block(1)));
      await using server = await httpServer(({ answer }) => answer(307, { Location: there.url }));
      using watched = watch(server.url, { headers: secrets });
      await until(() => watched.data.length === 1);
      expect(JSON.stringify(server.requests[0]?.headers)).toContain('secret');
      expect(JSON.stringify(there.requests[0]?.headers)).not.toContain('secret');
    },
    ['headers'],
  ),
  behaviour(
    "redirect: 'follow' takes along what is no credential",
    async (watch) => {
      await using there = await httpServer(({ stream }) => stream(block(1)));
      await using server = await httpServer(({ answer }) => answer(307, { Location: there.url }));
      using watched = watch(server.url, { headers: secrets, redirect: 'follow' });
      await until(() => watched.data.length === 1);
      const { authorization, cookie, 'x-api-key': key } = there.requests[0]?.headers ?? {};
      expect([authorization, cookie, key]).toEqual([undefined, undefined, 'secret']);
      expect(watched.opens[0]?.url).toBe(there.url);
    },
    ['redirect'],
  ),
  behaviour(
    "redirect: 'error' follows none",
    async (watch) => {
      await using server = await httpServer(({ answer }) => answer(307, { Location: '/there' }));
      using watched = watch(server.url, { redirect: 'error' });
      await until(() => watched.client.status === 'closed');
      expect(watched.closes).toEqual([expect.any(HttpError)]);
      expect(server.requests).toHaveLength(1);
    },
    ['redirect'],
  ),
  behaviour(
    'headers are sent, and their functions asked before every attempt',
    async (watch) => {
      let asked = 0;
      await using server = await httpServer(({ stream }) => stream('data: 1\n\n').end());
      using watched = watch(server.url, { headers: () => ({ 'X-Count': `ü${(asked += 1)}` }) });
      await until(() => watched.data.length === 2);
      expect(server.requests.slice(0, 2).map(({ headers }) => headers['x-count'])).toEqual(['ü1', 'ü2']);
    },
    ['headers'],
  ),
  behaviour(
    'another method is sent',
    async (watch) => {
      await using server = await httpServer(({ stream }) => stream(block(1)));
      using watched = watch(server.url, { method: 'post' });
      await until(() => watched.data.length === 1);
      expect(server.requests.map(({ method, body, headers }) => [method, body, headers['content-length']])).toEqual([
        ['POST', '', '0'],
      ]);
    },
    ['method'],
  ),
  ...(
    [
      ['text', () => 'ä', 'text/plain;charset=UTF-8', 'ä', '2'],
      ['bytes', () => new TextEncoder().encode('ä'), undefined, 'ä', '2'],
      ['a buffer', () => new TextEncoder().encode('ä').buffer, undefined, 'ä', '2'],
      [
        'parameters',
        () => new URLSearchParams('a=1&b=2'),
        'application/x-www-form-urlencoded;charset=UTF-8',
        'a=1&b=2',
        '7',
      ],
      ['a blob', () => new Blob(['{}'], { type: 'application/json' }), 'application/json', '{}', '2'],
    ] as const
  ).map(([what, body, type, text, length]) =>
    behaviour(
      `a body of ${what} is sent with its type and length`,
      async (watch) => {
        await using server = await httpServer(({ stream }) => stream(block(1)));
        using watched = watch(server.url, { method: 'POST', body });
        await until(() => watched.data.length === 1);
        const [request] = server.requests;
        expect([request?.method, request?.body, request?.headers['content-type']]).toEqual(['POST', text, type]);
        expect(request?.headers['content-length']).toBe(length);
      },
      ['body'],
    ),
  ),
  behaviour(
    'a form is sent with its boundary',
    async (watch) => {
      await using server = await httpServer(({ stream }) => stream(block(1)));
      const body = (): FormData => {
        const form = new FormData();
        form.set('name', 'Grüße');
        return form;
      };
      using watched = watch(server.url, { method: 'POST', body });
      await until(() => watched.data.length === 1);
      const [request] = server.requests;
      const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(request?.headers['content-type'] ?? '')?.[1];
      expect(request?.body).toContain(`--${boundary}`);
      expect(request?.body).toContain('Grüße');
    },
    ['body'],
  ),
  behaviour(
    'a stream as body is sent as it comes',
    async (watch) => {
      await using server = await httpServer(({ stream }) => stream(block(1)));
      const body = () => new Blob(['one two']).stream();
      using watched = watch(server.url, { method: 'POST', body });
      await until(() => watched.data.length === 1);
      expect(server.requests.map(({ body: text, headers }) => [text, headers['transfer-encoding']])).toEqual([
        ['one two', 'chunked'],
      ]);
    },
    ['body'],
  ),
  behaviour(
    'a stream as body that fails is a failed attempt, and the next one asks for another',
    async (watch) => {
      let asked = 0;
      await using server = await httpServer(({ stream }) => stream(block(1)));
      const body = () => {
        asked += 1;
        if (asked > 1) return 'whole';
        return new ReadableStream({ pull: (controller) => controller.error(new Error('broken source')) });
      };
      using watched = watch(server.url, { method: 'POST', body });
      await until(() => watched.data.length === 1);
      expect(watched.errors.map(({ code }) => code)).toEqual(['network']);
    },
    ['body'],
  ),
];
