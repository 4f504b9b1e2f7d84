import { createServer, type RequestListener } from 'node:http';
import { createConnection } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import express from 'express';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PushStream, StreamRequest } from '../../../packages/server/src/index.ts';
import { elapse, until } from '../../support/until.ts';
import { leaveAll } from './client.ts';
import { listen, nodeHost, type Running } from './hosts.ts';
import { publishNumbers, type WatchedPush, watchedPush } from './push.ts';
import { destroyAll, rawClient, request } from './raw.ts';

let watched: WatchedPush;
let push: PushStream;
let running: Running;

beforeEach(async () => {
  watched = watchedPush();
  ({ push } = watched);
  running = await nodeHost.start(push);
});

afterEach(async () => {
  leaveAll();
  destroyAll();
  await push.close();
  await running[Symbol.asyncDispose]();
  expect(watched.reports).toEqual([]);
});

/** Serves another application, with the hub's streams somewhere in it. */
async function instead(listener: RequestListener): Promise<void> {
  await running[Symbol.asyncDispose]();
  running = await listen(createServer(listener));
}

describe('S51: what a request may be', () => {
  test.each([
    ['GET', 200],
    ['OPTIONS', 204],
    ['POST', 405],
    ['PUT', 405],
    ['PATCH', 405],
    ['DELETE', 405],
    ['TRACE', 405],
    ['PROPFIND', 405],
  ])('%s: %d', async (method, status) => {
    const client = await rawClient(running.origin);
    client.send(request(`${method} /events`));
    const answer = await client.response(1);
    expect(answer.status).toBe(status);
    if (status !== 200) expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect(push.sessions()).toHaveLength(status === 200 ? 1 : 0);
  });

  test.each([
    [undefined, 200],
    ['*/*', 200],
    ['text/event-stream', 200],
    ['TEXT/Event-Stream; charset=utf-8', 200],
    ['text/*', 200],
    ['application/json, */*;q=0.1', 200],
    ['application/json', 406],
    ['text/html, application/xhtml+xml', 406],
    ['text/event-streams', 406],
  ])('Accept: %s: %d', async (accept, status) => {
    const client = await rawClient(running.origin);
    client.send(request('GET /events', ...(accept === undefined ? [] : [`Accept: ${accept}`])));
    expect(await client.response(1)).toMatchObject({ status });
  });

  test.each([
    ['an absolute target', 'GET http://127.0.0.1/events?type=tick', [], 200],
    ['a target that begins with two slashes', 'GET //elsewhere.test/events', [], 200],
    ['a broken escape in the path', 'GET /%zz', [], 200],
    ['a broken escape in the query', 'GET /events?channel=%zz', [], 400],
    ['an absolute target that is none', 'GET http://', [], 400],
    ['a target with a control character', 'GET /\u0001', [], 400],
    ['a part of it', 'GET /events', ['Range: bytes=0-10'], 200],
    ['another protocol', 'GET /events', ['Connection: Upgrade', 'Upgrade: websocket'], 200],
    ['two lengths', 'GET /events', ['Content-Length: 3', 'Transfer-Encoding: chunked'], 400],
    [
      'S10: a header with the name of a prototype',
      'GET /events',
      ['__proto__: x', '__proto__: y', 'constructor: z'],
      200,
    ],
    ['S9: headers of 20 KiB', 'GET /events', [`X-Long: ${'x'.repeat(20_480)}`], 431],
    ['S9: 10,000 headers', 'GET /events', Array.from({ length: 10_000 }, (_, n) => `X-${n}: y`), 431],
  ])('%s: %s', async (_name, line, headers, status) => {
    const client = await rawClient(running.origin);
    client.send(request(line, ...headers));
    const answer = await client.response(1, status === 200 ? 'pushstream.ready' : '');
    expect(answer.status).toBe(status);
    expect(answer.headers.has('content-range')).toBe(false);
  });

  test('S9: a last event ID of 8 KiB is malformed, and a reset that repeats 1 KiB of it', async () => {
    const client = await rawClient(running.origin);
    client.send(request('GET /events', `Last-Event-ID: ${'x'.repeat(8_192)}`));
    const { body } = await client.response(1, 'pushstream.reset');
    expect(body).toContain(`"reason":"malformed","requested":"${'x'.repeat(1_024)}"`);
  });

  test('a last event ID is UTF-8, whatever the host makes of its bytes', async () => {
    const client = createConnection(Number(new URL(running.origin).port), '127.0.0.1');
    let text = '';
    client.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    client.write(request('GET /events', 'Last-Event-ID: größe.7'));
    await until(() => text.includes('"requested":"größe.7"'));
    client.destroy();
  });

  test('Expect: 100-continue is continued', async () => {
    const client = await rawClient(running.origin);
    client.send(request('GET /events', 'Expect: 100-continue'));
    expect(await client.response(1)).toMatchObject({ status: 100 });
    expect(await client.response(2, 'pushstream.ready')).toMatchObject({ status: 200 });
  });

  test('HEAD has no body, and its connection serves on', async () => {
    const client = await rawClient(running.origin);
    client.send(request('HEAD /events'));
    expect(await client.response(1)).toMatchObject({ status: 200, body: '' });
    client.send(request('GET /events'));
    expect(await client.response(2, 'pushstream.ready')).toMatchObject({ status: 200 });
  });

  test('after a refusal the same connection gets a stream', async () => {
    const client = await rawClient(running.origin);
    for (const [number, line] of ['POST /events', 'GET /events?session=%20', 'DELETE /events'].entries()) {
      client.send(request(line));
      expect((await client.response(number + 1)).status).toBeGreaterThanOrEqual(400);
    }
    client.send(request('GET /events'));
    expect(await client.response(4, 'pushstream.ready')).toMatchObject({ status: 200 });
    expect(running.sockets.size).toBe(1);
  });
});

describe('S51: never two streams on one connection', () => {
  test('of two requests at once the first is a stream, and the second waits for nothing', async () => {
    const client = await rawClient(running.origin);
    client.send(request('GET /events') + request('GET /events'));
    await client.response(1, 'pushstream.ready');
    await elapse(20);
    expect(push.sessions()).toHaveLength(1);
    expect(client.responses).toHaveLength(1);
    await publishNumbers(push, 1, 3);
    const { body } = await client.response(1, 'data: 3');
    expect(body.match(/^data: \d/gm)).toHaveLength(3);
    client.destroy();
    await until(() => push.sessions().length === 0);
  });

  test('nor where the second is decided about first', async () => {
    const grants: Array<() => void> = [];
    push.configure({ authorize: () => new Promise((grant) => void grants.push(() => grant({}))) });
    const client = await rawClient(running.origin);
    client.send(request('GET /events?session=one') + request('GET /events?session=two'));
    await until(() => grants.length > 0);
    await elapse(20);
    for (const grant of grants.toReversed()) grant();
    await client.response(1, 'pushstream.ready');
    expect(push.sessions()).toMatchObject([{ session: 'one' }]);
  });

  test('a stream behind an answer that takes its time is refused, and can be asked for again', async () => {
    let finish = (): void => {};
    const app = express();
    app.get('/slow', (_request, response) => {
      finish = () => response.send('done');
    });
    app.get('/events', push.handler());
    await instead(app as RequestListener);
    const client = await rawClient(running.origin);
    client.send(request('GET /slow') + request('GET /events'));
    await elapse(20);
    finish();
    expect(await client.response(1)).toMatchObject({ status: 200, body: 'done' });
    const refused = await client.response(2);
    expect(refused).toMatchObject({ status: 503 });
    expect(refused.headers.get('retry-after')).toBe('1');
    client.send(request('GET /events'));
    expect(await client.response(3, 'pushstream.ready')).toMatchObject({ status: 200 });
  });

  test('one that leaves behind such an answer leaves nothing', async () => {
    const app = express();
    app.get('/slow', () => {});
    app.get('/events', push.handler());
    await instead(app as RequestListener);
    const client = await rawClient(running.origin);
    client.send(request('GET /slow') + request('GET /events'));
    await elapse(20);
    client.destroy();
    await until(() => running.sockets.size === 0);
    expect(push.sessions()).toEqual([]);
  });
});

describe('the end of a connection is seen', () => {
  test.each([
    ['a small body', 'hello', 5],
    ['a body that nobody waits for', 'x'.repeat(300_000), 10_000_000],
  ])('behind %s', async (_name, body, length) => {
    const client = await rawClient(running.origin);
    client.send(request('GET /events', `Content-Length: ${length}`));
    await client.response(1, 'pushstream.ready');
    client.send(body);
    await elapse(20);
    client.destroy();
    await until(() => push.sessions().length === 0, 2_000);
  });

  test('by half: what is published to who still has to read is no error of the connection', async () => {
    const errors: unknown[] = [];
    let isHalf = false;
    await running[Symbol.asyncDispose]();
    const server = createServer(push.handler());
    server.on('clientError', (error) => errors.push(error));
    server.on('connection', (socket) => socket.on('end', () => (isHalf = true)));
    running = await listen(server);
    const client = await rawClient(running.origin);
    client.send(request('GET /events'));
    await client.response(1, 'pushstream.ready');
    client.pause();
    // Something waits, and yet not so much that nothing more is written.
    while (push.sessions()[0]?.bufferedBytes === 0) {
      await push.publish('tick', 'x'.repeat(4_000));
      await turn();
    }
    client.end();
    await until(() => isHalf);
    await publishNumbers(push, 1, 10);
    await turn();
    client.resume();
    await until(() => push.sessions().length === 0);
    expect(errors).toEqual([]);
  });
});

describe('what others do with the response', () => {
  test('a response that was begun by somebody else is not a stream, and its place is free again', async () => {
    push.configure({ limits: { connections: 1 } });
    const handler = push.handler();
    await instead((asked, response) => {
      if (asked.url === '/begun') response.write('begun');
      handler(asked, response);
    });
    const client = await rawClient(running.origin);
    client.send(request('GET /begun'));
    await until(() => watched.reports.length === 1);
    expect((watched.reports as Error[]).map(({ message }) => message)).toEqual([
      expect.stringContaining('after they are sent'),
    ]);
    (watched.reports as unknown[]).length = 0;
    const next = await rawClient(running.origin);
    next.send(request('GET /events'));
    expect(await next.response(1, 'pushstream.ready')).toMatchObject({ status: 200 });
  });

  test('what it varies by, and cookies of a refusal, are kept', async () => {
    push.configure({
      origins: ['https://app.test'],
      authorize: ({ headers }) => {
        if (headers.has('cookie')) return {};
        const refusal = new Response('Who are you?', { status: 401 });
        refusal.headers.append('set-cookie', 'a=1');
        refusal.headers.append('set-cookie', 'b=2');
        return refusal;
      },
    });
    const app = express();
    app.use((_request, response, next) => {
      response.vary('X-Tenant');
      next();
    });
    app.get('/events', push.handler());
    await instead(app as RequestListener);
    const refused = await fetch(`${running.origin}/events`);
    expect(refused.status).toBe(401);
    expect(refused.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await refused.text()).toBe('Who are you?');
    const client = await rawClient(running.origin);
    client.send(request('GET /events', 'Cookie: a=1'));
    expect((await client.response(1)).headers.get('vary')).toBe('X-Tenant, Origin');
  });

  test.each([
    ['mounted', '/tenants/7/events?type=a', '/tenants/7/events', 'type=a'],
    ['with a query that a middleware wrote anew', '/tenants/7/events?anew', '/tenants/7/events', 'type=b'],
    ['of two slashes', '//evil.test/events', '//evil.test/events', ''],
  ])('authorize sees the path as it came: %s', async (_name, target, path, query) => {
    let seen: StreamRequest | undefined;
    push.configure({
      authorize: (asked) => {
        seen = asked;
        return {};
      },
    });
    const router = express.Router({ mergeParams: true });
    router.use((asked, _response, next) => {
      asked.url = asked.url.replace('?anew', '?type=b');
      next();
    });
    router.get('/events', push.handler());
    const app = express();
    app.use('/tenants/:tenant', router);
    app.use(push.handler());
    await instead(app as RequestListener);
    const client = await rawClient(running.origin);
    client.send(request(`GET ${target}`));
    await client.response(1, 'pushstream.ready');
    expect(seen?.url.pathname).toBe(path);
    expect(seen?.url.searchParams.toString()).toBe(query);
    expect(seen?.url.host).toBe('localhost');
  });
});
