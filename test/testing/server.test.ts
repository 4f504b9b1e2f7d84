import { describe, expect, test } from 'vitest';
import { EventClient } from '../../packages/client/src/index.ts';
import { createTestServer } from '../../packages/client/src/testing/index.ts';
import { kit, opened, url } from './support.ts';

/** What the listeners were given. */
const data = (events: readonly { readonly data: unknown }[]): readonly unknown[] => events.map((event) => event.data);

describe('what a server sends', () => {
  test('an event has type, data and id; data that is no string is JSON', async () => {
    const { server, connection, events } = await opened();
    connection
      .send({ type: 'task', data: { n: 1 }, id: 'a' })
      .send({ data: '[2]' })
      .send({ data: null });
    await server.settled();
    expect(events).toMatchObject([
      { type: 'task', data: { n: 1 }, id: 'a', lastEventId: 'a' },
      { type: 'message', data: [2], id: undefined, lastEventId: 'a' },
      { type: 'message', data: null },
    ]);
  });

  test('an id alone moves the cursor, a comment and a heartbeat are seen as such', async () => {
    const { server, client, connection, events } = await opened();
    const comments: string[] = [];
    client.lifecycle.on('comment', (text) => comments.push(text));
    connection.send({ id: '7' }).comment('hello').heartbeat();
    await server.settled();
    expect(events).toEqual([]);
    expect(client.lastEventId).toBe('7');
    expect(comments).toEqual(['hello', '']);
  });

  test('text and bytes arrive as they are, also a character that is cut in two', async () => {
    const { server, connection, events } = await opened();
    const [first = 0, ...rest] = new TextEncoder().encode('ü');
    connection.write('data: "').write(Uint8Array.of(first)).write(Uint8Array.from(rest)).write('"\n\n');
    await server.settled();
    expect(data(events)).toEqual(['ü']);
  });

  test('a thousand events that are sent at once have all arrived when it is settled', async () => {
    const { server, connection, events } = await opened();
    for (let n = 0; n < 1_000; n += 1) connection.send({ data: n });
    await server.settled();
    expect(data(events)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
  });

  test('headers of the answer are what the client sees, the content type too', async () => {
    const { server, client } = kit();
    client.connect();
    const seen: (string | null)[] = [];
    client.lifecycle.on('open', ({ headers }) => seen.push(headers.get('x-node'), headers.get('content-type')));
    (await server.next()).open({ headers: { 'x-node': 'b' } });
    await server.settled();
    expect(seen).toEqual(['b', 'text/event-stream']);
  });

  test('a stream of another content type is refused by the client', async () => {
    const { server, client } = kit();
    client.connect();
    (await server.next()).open({ headers: { 'content-type': 'text/html' } });
    await server.settled();
    expect(client.status).toBe('closed');
    expect(client.snapshot.value.error).toMatchObject({ code: 'content-type' });
  });
});

describe('how a connection ends', () => {
  test('a cut loses nothing of what was sent before it, and the client resumes from there', async () => {
    const { clock, server, client, connection, events } = await opened();
    connection.send({ data: 1, id: '1' }).send({ data: 2, id: '2' }).cut();
    await server.settled();
    expect(data(events)).toEqual([1, 2]);
    expect(client.status).toBe('reconnecting');
    expect(client.snapshot.value.error).toMatchObject({ code: 'network' });
    await clock.advance(750);
    expect((await server.next()).request.lastEventId).toBe('2');
  });

  test('an event that a cut leaves without its end is not delivered, nor does its id count', async () => {
    const { clock, server, client, connection, events } = await opened();
    connection.send({ data: 1, id: '1' }).cut({ midEvent: { data: 2, id: '2' } });
    await server.settled();
    expect(data(events)).toEqual([1]);
    await clock.advance(750);
    const again = await server.next();
    expect(again.request.lastEventId).toBe('1');
    again.open().send({ data: 2, id: '2' });
    await server.settled();
    expect(data(events)).toEqual([1, 2]);
    expect(client.status).toBe('open');
  });

  test('a clean end is reconnected too', async () => {
    const { clock, server, connection, client } = await opened();
    connection.send({ data: 1, id: '1' }).end();
    await server.settled();
    expect(client.status).toBe('reconnecting');
    await clock.advance(750);
    expect(server.connections).toHaveLength(2);
  });

  test('a refused request waits longer each time', async () => {
    const { clock, server, client } = kit({}, (connection) => connection.refuse());
    const delays: number[] = [];
    client.lifecycle.on('retry', ({ delayMs }) => delays.push(delayMs));
    client.connect();
    await clock.advance(10_000);
    expect(delays).toEqual([750, 1_250, 2_250, 4_250, 8_250]);
    expect(server.connections).toHaveLength(5);
    expect(client.snapshot.value.error).toMatchObject({
      code: 'network',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  test('a 503 with Retry-After is waited for', async () => {
    const { clock, server, client } = kit({}, (connection) => {
      if (connection.number === 1) connection.respond(503, { headers: { 'retry-after': '2' }, body: 'later' });
      else connection.open();
    });
    client.connect();
    await clock.advance(2_499);
    expect(server.connections).toHaveLength(1);
    await clock.advance(1);
    expect(client.status).toBe('open');
  });

  test('a 204 closes for good', async () => {
    const { clock, server, client } = kit({}, (connection) => connection.respond(204));
    client.connect();
    await clock.advance(1e9);
    expect(client.status).toBe('closed');
    expect(server.connections).toHaveLength(1);
  });

  test('a redirect is followed, to a relative place too', async () => {
    const { server, client } = kit({ headers: { 'x-secret': '1' } });
    const opens: string[] = [];
    client.lifecycle.on('open', (info) => opens.push(info.url));
    client.connect();
    (await server.next()).redirect('/moved?x=1');
    const there = await server.next();
    expect(there.request.url.href).toBe('https://example.test/moved?x=1');
    expect(there.request.headers.get('x-secret')).toBe('1');
    there.redirect('https://elsewhere.test/', 308);
    const elsewhere = await server.next();
    expect(elsewhere.request.headers.get('x-secret')).toBeNull();
    elsewhere.open();
    await server.settled();
    expect(opens).toEqual(['https://elsewhere.test/']);
  });

  test('a server that never answers runs into the connect timeout', async () => {
    const { clock, server, client } = kit();
    client.connect();
    const connection = await server.next();
    await clock.advance(15_000);
    expect(client.snapshot.value.error).toMatchObject({ code: 'connect-timeout' });
    expect(connection.aborted).toBe(true);
    expect(server.live).toEqual([]);
    await connection.closed;
  });

  test('a stream that falls silent runs into the heartbeat timeout', async () => {
    const { clock, server, client, connection } = await opened({ heartbeatTimeoutMs: 20_000 });
    await clock.advance(19_999);
    connection.heartbeat();
    await clock.advance(19_999);
    expect(client.status).toBe('open');
    await clock.advance(1);
    expect(client.snapshot.value.error).toMatchObject({ code: 'heartbeat-timeout' });
    expect(connection.aborted).toBe(true);
    await clock.advance(750);
    expect(server.connections).toHaveLength(2);
  });

  test('a client that leaves is seen at once; what is sent to it afterwards is lost', async () => {
    const { server, client, connection, events } = await opened();
    connection.send({ data: 1 });
    await server.settled();
    client.disconnect();
    expect(connection.aborted).toBe(true);
    expect(connection.isOver).toBe(true);
    await connection.closed;
    connection.send({ data: 2 }).cut();
    await server.settled();
    expect(data(events)).toEqual([1]);
  });

  test('a client that leaves before the answer does not get it', async () => {
    const { server, client } = kit();
    client.connect();
    const connection = await server.next();
    client.disconnect();
    connection.open().send({ data: 1 }).end();
    await server.settled();
    expect(connection.aborted).toBe(true);
    expect(client.status).toBe('closed');
  });

  test('an end of the server is no abort', async () => {
    const { connection } = await opened();
    connection.end();
    await connection.closed;
    expect(connection).toMatchObject({ aborted: false, isOver: true });
  });
});

describe('what a client asks for', () => {
  test('method, URL, headers and body are seen', async () => {
    const { server, client } = kit({
      method: 'POST',
      body: JSON.stringify({ ask: 'ü' }),
      query: { room: 'a b' },
      headers: { authorization: 'Bearer x' },
    });
    client.connect();
    const { request } = await server.next();
    expect(request.method).toBe('POST');
    expect(request.url.searchParams.get('room')).toBe('a b');
    expect(request.headers.get('authorization')).toBe('Bearer x');
    expect(request.headers.get('accept')).toBe('text/event-stream');
    expect(JSON.parse(await request.text())).toEqual({ ask: 'ü' });
    expect(request.lastEventId).toBe('');
  });

  test('any body is read, also twice, and one that takes its time holds up nothing', async () => {
    const form = new FormData();
    form.set('ask', new Blob(['streamed']));
    const { clock, server, client } = kit({ method: 'POST', body: () => form }, (connection) => connection.open());
    client.connect();
    await clock.advance(60_000);
    expect(server.connections).toHaveLength(1);
    const { request } = await server.next();
    expect(await request.text()).toContain('streamed');
    expect(await request.text()).toContain('streamed');
  });

  test.each(['header', 'query', 'both'] as const)(
    'the cursor is found in the %s, whatever its letters',
    async (resume) => {
      const { server, client } = kit({ lastEventId: 'ü-1', resume });
      client.connect();
      expect((await server.next()).request.lastEventId).toBe('ü-1');
    },
  );

  test('requests are handed out one by one, to those who waited first', async () => {
    const server = createTestServer();
    const first = server.next();
    const second = server.next();
    for (const path of ['a', 'b', 'c']) void server.fetch(`https://example.test/${path}`);
    const paths = [await first, await second, await server.next()].map(({ request }) => request.url.pathname);
    expect(paths).toEqual(['/a', '/b', '/c']);
    expect(server.connections.map(({ number }) => number)).toEqual([1, 2, 3]);
  });
});

describe('fetch', () => {
  test('rejects with the reason of a signal that is aborted, before, during and after the answer', async () => {
    const server = createTestServer();
    await expect(server.fetch(url, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(server.connections).toEqual([]);

    const during = new AbortController();
    const asked = server.fetch(url, { signal: during.signal });
    const first = await server.next();
    during.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    expect(first.aborted).toBe(true);

    const after = new AbortController();
    const answered = server.fetch(new Request(url, { signal: after.signal }));
    const second = await server.next();
    second.open();
    const reader = (await answered).body?.getReader();
    const read = reader?.read();
    const reason = new Error('left');
    after.abort(reason);
    await expect(read).rejects.toBe(reason);
    expect(second.aborted).toBe(true);
  });

  test('a request body that never ends does not hold up the abort', async () => {
    const server = createTestServer();
    const controller = new AbortController();
    const init = { method: 'POST', body: new ReadableStream(), duplex: 'half', signal: controller.signal } as const;
    const asked = server.fetch(url, init);
    controller.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('a body that is cancelled is a client that left', async () => {
    const server = createTestServer((connection) => connection.open());
    const response = await server.fetch(url);
    await response.body?.cancel();
    expect(server.connections[0]?.aborted).toBe(true);
  });

  test('a cut body fails with a TypeError after its last byte', async () => {
    const server = createTestServer((connection) => connection.open().write('x').cut());
    const reader = (await server.fetch(url)).body?.getReader();
    expect(await reader?.read()).toMatchObject({ done: false });
    await expect(reader?.read()).rejects.toThrow(TypeError);
  });

  test('follows redirects by itself unless told otherwise, and then says where it went', async () => {
    const server = createTestServer((connection) => {
      const { method, url: to } = connection.request;
      if (to.pathname === '/events') connection.redirect('https://other.test/there', 303);
      else connection.respond(200, { body: `${method} ${connection.request.headers.get('authorization')}` });
    });
    const init = { method: 'POST', body: 'x', headers: { authorization: 'secret' } };
    const response = await server.fetch(url, init);
    expect(response).toMatchObject({ url: 'https://other.test/there', redirected: true, status: 200 });
    expect(await response.text()).toBe('GET null');
    const manual = await server.fetch(url, { ...init, redirect: 'manual' });
    expect(manual).toMatchObject({ url, redirected: false, status: 303 });
    expect(manual.headers.get('location')).toBe('https://other.test/there');
    await expect(server.fetch(url, { ...init, redirect: 'error' })).rejects.toThrow(TypeError);
  });

  test('gives up on a redirect that leads nowhere', async () => {
    const server = createTestServer((connection) => connection.redirect('/events', 301));
    await expect(server.fetch(url, { method: 'POST', body: 'x' })).rejects.toThrow(TypeError);
    expect(server.connections).toHaveLength(21);
    expect(server.connections.at(-1)?.request.method).toBe('GET');
  });

  test('refuses what the real one refuses', async () => {
    const { fetch } = createTestServer();
    await expect(fetch('/relative')).rejects.toThrow(TypeError);
    await expect(fetch(url, { method: 'a method' })).rejects.toThrow(TypeError);
  });
});

describe('misuse', () => {
  test.each([
    ['send', (server) => server.send({ data: 1 })],
    ['comment', (server) => server.comment('')],
    ['heartbeat', (server) => server.heartbeat()],
    ['write', (server) => server.write('')],
    ['cut', (server) => server.cut()],
    ['cut', (server) => server.cut({ midEvent: { data: 1 } })],
    ['end', (server) => server.end()],
  ] satisfies [string, (server: Awaited<ReturnType<typeof opened>>['connection']) => unknown][])(
    '%s before open() and after the end throws at once',
    async (verb, act) => {
      const { server, client } = kit();
      client.connect();
      const connection = await server.next();
      expect(() => act(connection)).toThrow(
        new TypeError(`connection.${verb}: expected an open stream, got a request without an answer`),
      );
      connection.open().end();
      expect(() => act(connection)).toThrow(
        new TypeError(`connection.${verb}: expected an open stream, got one that the server has ended`),
      );
    },
  );

  test('a second answer throws at once', async () => {
    const { connection } = await opened();
    const message = 'expected a request without an answer, got an open stream';
    expect(() => connection.open()).toThrow(new TypeError(`connection.open: ${message}`));
    expect(() => connection.refuse()).toThrow(new TypeError(`connection.refuse: ${message}`));
    expect(() => connection.respond(500)).toThrow(new TypeError(`connection.respond: ${message}`));
    expect(() => connection.redirect('/')).toThrow(new TypeError(`connection.redirect: ${message}`));
  });

  test('a forged line, an event that nobody would see and a status that is none are refused', async () => {
    const { server, client } = kit();
    client.connect();
    const connection = await server.next();
    expect(() => connection.redirect('/', 200)).toThrow('status: expected 301 | 302 | 303 | 307 | 308, got 200');
    expect(() => connection.respond(99)).toThrow(RangeError);
    connection.open();
    expect(() => connection.send({ type: 'a\ndata: forged', data: 1 })).toThrow(TypeError);
    expect(() => connection.send({ id: '1\n2' })).toThrow(TypeError);
    expect(() => connection.send({})).toThrow(TypeError);
    expect(() => connection.send({ id: '1', retryMs: -1 })).toThrow(RangeError);
    expect(() => connection.send({ data: () => {} })).toThrow(TypeError);
  });

  test('a handler that is no function is refused', () => {
    expect(() => createTestServer([] as never)).toThrow('handler: expected function, got object');
  });
});

test('with an event map, what does not fit its type does not compile', async () => {
  interface TaskEvents {
    'task.progress': { taskId: string; percentage: number };
  }
  const server = createTestServer<TaskEvents>((connection) => {
    connection
      .open()
      .send({ type: 'task.progress', data: { taskId: 'a', percentage: 1 } })
      .send({ type: 'pushstream.ready', data: { heartbeatMs: 1_000 } })
      // @ts-expect-error a number is wanted
      .send({ type: 'task.progress', data: { taskId: 'a', percentage: '1' } })
      // @ts-expect-error no such type
      .send({ type: 'task.progres', data: null })
      .end();
  });
  const response = await server.fetch(url);
  expect(await response.text()).toContain('event: task.progress\ndata: {"taskId":"a","percentage":1}\n\n');
});

test('it can stand in the place of the global fetch', async () => {
  const server = createTestServer((connection) => connection.open().send({ data: 1 }));
  const global = globalThis.fetch;
  globalThis.fetch = server.fetch;
  using client = new EventClient(url);
  const seen = new Promise((resolve) => client.on('*', resolve));
  try {
    client.connect();
    expect(await seen).toBe(1);
  } finally {
    globalThis.fetch = global;
  }
});
