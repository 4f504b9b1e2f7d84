import { EventSource } from 'eventsource';
import { describe, expect, test } from 'vitest';
import { eventSourceTransport } from '../../packages/client/src/event-source/index.ts';
import { ContentTypeError, NetworkError } from '../../packages/client/src/index.ts';
import { httpServer } from '../support/http-server.ts';
import { until } from '../support/until.ts';
import { block, cursorOf } from './behaviour.ts';
import { watchOn } from './watch.ts';

const watch = watchOn(eventSourceTransport({ EventSource }));

describe('npm eventsource tells statuses, and they mean what they mean elsewhere', () => {
  test('a 204 closes for good, without an error', async () => {
    await using server = await httpServer(({ answer }) => answer(204));
    using watched = watch(server.url);
    await until(() => watched.client.status === 'closed');
    expect([watched.closes, watched.errors]).toEqual([[null], []]);
  });

  test('a 404 closes with its error, which shows no query', async () => {
    await using server = await httpServer(({ answer }) => answer(404));
    using watched = watch(server.url, { query: { token: 'secret' } });
    await until(() => watched.client.status === 'closed');
    expect(watched.closes).toEqual([expect.objectContaining({ code: 'http', status: 404 })]);
    expect(watched.closes[0]?.message).not.toContain('secret');
  });

  test('after a 401 the functions are asked once more, within the attempt', async () => {
    let token = 0;
    await using server = await httpServer(({ target, answer, stream }) => {
      if (target.endsWith('=2')) stream(block(1));
      else answer(401);
    });
    using watched = watch(server.url, { query: () => ({ token: (token += 1) }) });
    await until(() => watched.data.length === 1);
    expect([watched.errors, watched.retries]).toEqual([[], []]);
  });

  test('a second 401, or one without functions, closes', async () => {
    await using server = await httpServer(({ answer }) => answer(401));
    using asking = watch(server.url, { query: () => ({}) });
    await until(() => asking.client.status === 'closed');
    using fixed = watch(server.url);
    await until(() => fixed.client.status === 'closed');
    expect(server.requests).toHaveLength(3);
    expect([...asking.closes, ...fixed.closes]).toEqual([
      expect.objectContaining({ status: 401 }),
      expect.objectContaining({ status: 401 }),
    ]);
  });

  test('a 503 is tried again, by the client alone', async () => {
    await using server = await httpServer(({ number, answer, stream }) => {
      if (number === 1) answer(503);
      else stream(block(1));
    });
    using watched = watch(server.url);
    await until(() => watched.data.length === 1);
    expect(watched.errors).toEqual([expect.objectContaining({ status: 503 })]);
    expect(server.requests).toHaveLength(2);
  });

  test('another content type closes with its error', async () => {
    await using server = await httpServer(({ answer }) => answer(200, { 'Content-Type': 'text/html' }));
    using watched = watch(server.url);
    await until(() => watched.client.status === 'closed');
    expect(watched.closes).toEqual([expect.any(ContentTypeError)]);
  });
});

test('a block with only an id moves the cursor with the next event', async () => {
  await using server = await httpServer((exchange) => {
    if (exchange.number === 1) exchange.stream(`${block(1)}id: 5\n\ndata: "x"\n\n`).end();
    else exchange.stream(block(6));
  });
  using watched = watch(server.url);
  await until(() => watched.data.length === 3);
  expect(watched.events.map(({ id, lastEventId }) => [id, lastEventId])).toEqual([
    [undefined, '1'],
    [undefined, '5'],
    [undefined, '6'],
  ]);
  expect(server.requests.map(cursorOf)).toEqual([null, '5']);
});

test('an end says that EventSource does not tell why', async () => {
  await using server = await httpServer(({ stream }) => stream().end());
  using watched = watch(server.url, { query: { token: 'secret' } });
  await until(() => watched.errors.length === 1);
  expect(watched.errors[0]).toBeInstanceOf(NetworkError);
  expect(watched.errors[0]?.message).toBe(
    `Expected a stream from ${server.url}, got: its failure or end, and EventSource does not tell why`,
  );
});

test("credentials: 'omit' closes with a word on what there is", async () => {
  await using server = await httpServer(({ stream }) => stream());
  using watched = watch(server.url, { credentials: () => 'omit' });
  await until(() => watched.client.status === 'closed');
  expect(watched.closes[0]?.message).toContain('"same-origin" or "include" for an EventSource, got "omit"');
  expect(server.requests).toHaveLength(0);
});

test('what it cannot do throws where it is asked for', () => {
  for (const options of [
    { headers: { a: 'b' } },
    { method: 'POST' },
    { redirect: 'error' as const },
    { resume: 'header' as const },
    { maxEventLength: 1_000 },
    { heartbeatTimeoutMs: 1_000 },
    { dedupe: 'always' as const },
  ]) {
    expect(() => watch('http://server.test/', options)).toThrow(TypeError);
  }
  using watched = watch('http://127.0.0.1:9/', { reconnect: false });
  expect(() => watched.client.on('*', () => {})).toThrow(TypeError);
  expect(() => watched.client.lifecycle.on('comment', () => {})).toThrow(TypeError);
});

test('without an EventSource in the host one must be given', () => {
  expect(() => eventSourceTransport()).toThrow(
    'options.EventSource: expected a constructor, as this host has none, got undefined',
  );
  expect(() => eventSourceTransport({ EventSource: {} as typeof EventSource })).toThrow(TypeError);
});
