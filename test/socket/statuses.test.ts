import { expect, test } from 'vitest';
import type { EventClientOptions } from '../../packages/client/src/index.ts';
import { type Exchange, type HttpServer, httpServer } from '../support/http-server.ts';
import { elapse, until } from '../support/until.ts';
import { type WatchedClient, watchIdle } from '../support/watched-client.ts';

const end = ({ client }: WatchedClient): Promise<void> => until(() => client.status === 'closed');

/** Longer than a reconnection would take. */
const notAgain = (): Promise<void> => elapse(400);

/** A body that never ends, unless somebody lets go of it. */
function endless({ response }: Exchange, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers);
  const write = (): void => {
    if (!response.destroyed) response.write('data: forged\n\n'.repeat(1_000), () => setImmediate(write));
  };
  write();
}

/** Holds every response: what is let go of is so by the client, not by the garbage collection. */
function watch(url: string, options: EventClientOptions = {}): WatchedClient {
  const held: Response[] = [];
  const watched = watchIdle(url, {
    ...options,
    fetch: async (to, init) => {
      const response = await fetch(to, init);
      held.push(response);
      return response;
    },
  });
  watched.client.lifecycle.on('close', () => expect(held.length).toBeGreaterThan(0));
  watched.client.connect();
  return watched;
}

const released = ({ pending, sockets }: HttpServer, live: number): boolean =>
  pending.length === live && sockets.size <= live;

test.concurrent.each([
  'text/event-stream',
  'TEXT/EVENT-STREAM; charset=utf-8',
  'text/event-stream ;charset=UTF-8',
  'text/event-stream;charset=latin1',
])('rule 3: 200 and content type "%s" opens', async (contentType) => {
  await using server = await httpServer(({ stream }) => stream('data: "é"\n\n', { 'Content-Type': contentType }));
  using watched = watch(server.url);
  await until(() => watched.data.length === 1);
  expect(watched.data).toEqual(['é']);
});

const wrongTypes = [
  'text/html',
  'application/json',
  'text/event-streamx',
  'text/plain; text/event-stream',
  'text/event-stream, text/html',
  '',
];

test.concurrent.each(wrongTypes)(
  'rule 3: 200 and content type "%s" at first closes with a ContentTypeError, and its body is not read',
  async (contentType) => {
    await using server = await httpServer((exchange) =>
      endless(exchange, 200, contentType ? { 'Content-Type': contentType } : {}),
    );
    using watched = watch(server.url);
    await end(watched);
    expect(watched.closes).toEqual([
      expect.objectContaining({ code: 'content-type', contentType: contentType || null }),
    ]);
    await until(() => released(server, 0));
    await notAgain();
    expect(server.requests).toHaveLength(1);
    expect(watched.data).toEqual([]);
  },
);

test.concurrent('rule 3: a wrong content type after a first success, as of a captive portal, is retried', async () => {
  await using server = await httpServer((exchange) => {
    if (exchange.number === 2) endless(exchange, 200, { 'Content-Type': 'text/html' });
    else exchange.stream(`id: ${exchange.number}\ndata: ${exchange.number}\n\n`);
    if (exchange.number === 1) exchange.response.end();
  });
  using watched = watch(server.url);
  await until(() => watched.data.length === 2);
  expect(watched.data).toEqual([1, 3]);
  expect(watched.errors.map(({ code }) => code)).toEqual(['network', 'content-type']);
  expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '1', '1']);
  await until(() => released(server, 1));
});

test.concurrent.each([408, 425, 429, 500, 502, 503, 504, 511, 599])(
  'rule 3: %d is retried, and its body released',
  async (status) => {
    await using server = await httpServer((exchange) => {
      if (exchange.number < 3) endless(exchange, status, { 'Content-Type': 'text/event-stream' });
      else exchange.stream('data: 1\n\n');
    });
    using watched = watch(server.url);
    await until(() => watched.data.length === 1);
    expect(watched.data).toEqual([1]);
    expect(watched.errors).toMatchObject([
      { code: 'http', status },
      { code: 'http', status },
    ]);
    expect(watched.retries.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(watched.statuses).toEqual(['connecting', 'reconnecting', 'open']);
    await until(() => released(server, 1));
  },
);

test.concurrent.each([201, 206, 304, 400, 404, 405, 406, 410, 415, 431, 451])(
  'rule 3: %d closes with the error, and its body is released',
  async (status) => {
    await using server = await httpServer((exchange) => {
      if (status === 304) exchange.answer(status);
      else endless(exchange, status, { 'Content-Type': 'text/event-stream' });
    });
    using watched = watch(server.url);
    await end(watched);
    expect(watched.closes).toEqual([expect.objectContaining({ code: 'http', status })]);
    if (status !== 304) await until(() => released(server, 0));
    await notAgain();
    expect(server.requests).toHaveLength(1);
    expect(watched.data).toEqual([]);
  },
);

test.concurrent('rule 3: 421 closes with the error, though the platform itself asks a second time', async () => {
  await using server = await httpServer(({ answer }) => answer(421));
  using watched = watch(server.url);
  await end(watched);
  await notAgain();
  expect(watched.closes).toEqual([expect.objectContaining({ code: 'http', status: 421 })]);
  expect(server.requests.length).toBeLessThanOrEqual(2);
});

test.concurrent.each([401, 403])(
  'rule 3: after a %d the credentials functions are asked exactly once more, then the client is closed',
  async (status) => {
    const asked: string[] = [];
    await using server = await httpServer((exchange) => endless(exchange, status));
    using watched = watch(`${server.url}?token=secret`, {
      headers: () => {
        asked.push('headers');
        return { Authorization: `Bearer secret-${asked.length}` };
      },
      query: async () => {
        await elapse(1);
        asked.push('query');
        return { attempt: asked.length };
      },
    });
    await end(watched);
    await notAgain();
    expect(watched.closes).toEqual([expect.objectContaining({ code: 'http', status })]);
    expect(asked.toSorted()).toEqual(['headers', 'headers', 'query', 'query']);
    expect(server.requests).toHaveLength(2);
    expect(new Set(server.requests.map(({ headers }) => headers.authorization)).size).toBe(2);
    expect(String(watched.errors[0]?.stack)).not.toContain('secret');
    await until(() => released(server, 0));
  },
);

test.concurrent.each([401, 403])(
  'rule 3: a second answer that is right after a %d opens the stream, and nobody hears of it',
  async (status) => {
    let token = 0;
    await using server = await httpServer((exchange) => {
      if (exchange.headers.authorization === 'Bearer 2') exchange.stream('data: 1\n\n');
      else endless(exchange, status);
    });
    using watched = watch(server.url, { headers: () => ({ Authorization: `Bearer ${(token += 1)}` }) });
    await until(() => watched.data.length === 1);
    expect(watched.errors).toEqual([]);
    expect(watched.statuses).toEqual(['connecting', 'open']);
    expect(server.requests).toHaveLength(2);
    await until(() => released(server, 1));
  },
);

test.concurrent('rule 3: after a 401 without a function to ask, the client is closed at once', async () => {
  await using server = await httpServer((exchange) => endless(exchange, 401));
  using watched = watch(server.url, { headers: { Authorization: 'Bearer old' } });
  await end(watched);
  await notAgain();
  expect(server.requests).toHaveLength(1);
  expect(watched.closes).toEqual([expect.objectContaining({ code: 'http', status: 401 })]);
});

test.concurrent('credentials functions are asked before every attempt, and one that throws is a failure like any other', async () => {
  let asked = 0;
  await using server = await httpServer(({ number, stream }) => {
    const response = stream(`id: ${number}\ndata: ${number}\n\n`);
    if (number < 3) response.end();
  });
  using watched = watch(server.url, {
    headers: () => {
      asked += 1;
      if (asked === 2) throw new Error('no token now');
      return { 'X-Asked': String(asked) };
    },
  });
  await until(() => watched.data.length === 3);
  expect(server.requests.map(({ headers }) => headers['x-asked'])).toEqual(['1', '3', '4']);
  expect(watched.errors[1]).toMatchObject({
    code: 'network',
    cause: expect.objectContaining({ message: 'no token now' }),
  });
  expect(watched.reported).toEqual([]);
});

test.concurrent('rule 3: shouldRetry overrides, in both directions', async () => {
  await using server = await httpServer(({ number, answer }) => answer(number < 3 ? 404 : 503));
  using watched = watch(server.url, {
    reconnect: { shouldRetry: (error) => ('status' in error ? error.status === 404 : undefined) },
  });
  await end(watched);
  expect(server.requests).toHaveLength(3);
  expect(watched.closes).toEqual([expect.objectContaining({ status: 503 })]);
});

test.concurrent('a keep-alive connection is used again after an answer that was not read', async () => {
  await using server = await httpServer(({ number, answer, stream }) => {
    if (number < 5) answer(503, { 'Content-Length': '4' }, 'busy');
    else stream('data: 1\n\n');
  });
  using watched = watch(server.url);
  await until(() => watched.data.length === 1);
  await until(() => server.sockets.size === 1);
  expect(server.accepted).toBeLessThanOrEqual(5);
});
