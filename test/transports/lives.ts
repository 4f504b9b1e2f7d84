import { expect } from 'vitest';
import { ConnectTimeoutError, HeartbeatTimeoutError } from '../../packages/client/src/index.ts';
import { type Exchange, httpServer } from '../support/http-server.ts';
import { elapse, until } from '../support/until.ts';
import { behaviour, block, blocks, cursorOf, upTo } from './behaviour.ts';

const twenty = (exchange: Exchange): void => void exchange.stream(blocks(Number(cursorOf(exchange) ?? 0) + 1, 20));

const control = (type: string, data: object): string => `event: pushstream.${type}\ndata: ${JSON.stringify(data)}\n\n`;

export const lives = [
  behaviour('no answer in time is a ConnectTimeoutError, and the socket is free', async (watch) => {
    await using server = await httpServer(({ number, stream }) => number > 1 && stream(block(1)));
    using watched = watch(server.url, { connectTimeoutMs: 100 });
    await until(() => watched.data.length === 1);
    expect(watched.errors).toEqual([expect.any(ConnectTimeoutError)]);
    await until(() => server.sockets.size === 1);
  }),
  behaviour(
    'silence is a HeartbeatTimeoutError, and the socket is free',
    async (watch) => {
      await using server = await httpServer(({ number, stream }) => stream(block(number)));
      using watched = watch(server.url, { heartbeatTimeoutMs: 100 });
      await until(() => watched.data.length >= 2);
      expect(watched.errors[0]).toBeInstanceOf(HeartbeatTimeoutError);
      await until(() => server.sockets.size <= 1);
    },
    ['comments'],
  ),
  behaviour(
    'any byte is a sign of life',
    async (watch) => {
      await using server = await httpServer(({ stream }) => stream());
      using watched = watch(server.url, { heartbeatTimeoutMs: 400 });
      await until(() => watched.opens.length === 1);
      const { response } = server.requests[0] ?? {};
      for (const _ of upTo(12)) {
        response?.write(':');
        await elapse(50);
      }
      response?.write(`\n${block(1)}`);
      await until(() => watched.data.length === 1);
      expect(watched.errors).toEqual([]);
    },
    ['bytes'],
  ),
  behaviour('rule 7: disconnect() in a listener stops the very next event, and connect() gets it', async (watch) => {
    await using server = await httpServer(twenty);
    using watched = watch(server.url, { resume: 'query' });
    watched.client.on('message', (value) => value === 4 && watched.client.disconnect());
    await until(() => watched.client.status === 'closed');
    expect(watched.data).toEqual(upTo(4));
    expect(watched.client.lastEventId).toBe('4');
    await until(() => server.sockets.size === 0);
    watched.client.connect();
    await until(() => watched.data.length === 20);
    expect(watched.data).toEqual(upTo(20));
  }),
  behaviour('a listener that throws is reported, and the next event comes', async (watch) => {
    await using server = await httpServer(twenty);
    using watched = watch(server.url);
    watched.client.on('message', (value) => {
      if (value === 2) throw new Error('mine');
    });
    await until(() => watched.data.length === 20);
    expect(watched.reported).toEqual([new Error('mine')]);
    expect(watched.errors).toEqual([]);
  }),
  behaviour('rule 10: disconnect(); connect() in one tick connects, and leaves one socket', async (watch) => {
    await using server = await httpServer(twenty);
    using watched = watch(server.url, { resume: 'query' });
    await until(() => watched.data.length === 20);
    for (const round of upTo(3)) {
      watched.client.disconnect();
      watched.client.connect();
      await until(() => watched.opens.length === round + 1);
      await until(() => server.sockets.size === 1);
    }
    expect(watched.data).toEqual(upTo(20));
    expect(watched.errors).toEqual([]);
  }),
  behaviour('what an old connection still has to say is not heard', async (watch) => {
    await using server = await httpServer(({ stream }) => stream());
    using watched = watch(server.url);
    await until(() => watched.opens.length === 1);
    server.requests[0]?.response.write('data: "old"\n\n');
    watched.client.reconnect();
    server.requests[0]?.response.write('data: "old"\n\n');
    await until(() => watched.opens.length === 2);
    server.requests[1]?.response.write('data: "new"\n\n');
    await until(() => watched.data.length === 1);
    await until(() => server.pending.length === 1);
    expect(watched.data).toEqual(['new']);
  }),
  behaviour('a listener that comes after the opening hears', async (watch) => {
    await using server = await httpServer(({ stream }) => stream());
    using watched = watch(server.url);
    await until(() => watched.opens.length === 1);
    const heard: unknown[] = [];
    watched.client.on('later', (value) => heard.push(value));
    server.requests[0]?.response.write('event: later\ndata: 1\n\n');
    await until(() => heard.length === 1);
  }),
  behaviour('a listener that left does not hear, and may come back', async (watch) => {
    await using server = await httpServer(({ stream }) => stream());
    using watched = watch(server.url, { types: ['last'] });
    const heard: unknown[] = [];
    const off = watched.client.on('a', (value) => heard.push(value));
    await until(() => watched.opens.length === 1);
    const { response } = server.requests[0] ?? {};
    off();
    response?.write('event: a\ndata: 1\n\nevent: last\ndata: 1\n\n');
    await until(() => watched.data.length === 1);
    watched.client.once('a', (value) => heard.push(value));
    response?.write('event: a\ndata: 2\n\nevent: a\ndata: 3\n\nevent: last\ndata: 2\n\n');
    await until(() => watched.data.length === 2);
    expect(heard).toEqual([2]);
  }),
  behaviour('pause() frees the socket, and resume() goes on from the cursor', async (watch) => {
    await using server = await httpServer((exchange) => {
      const from = Number(cursorOf(exchange) ?? 0) + 1;
      exchange.stream(blocks(from, from + 1));
    });
    using watched = watch(server.url, { resume: 'query' });
    await until(() => watched.data.length === 2);
    watched.client.pause();
    await until(() => server.sockets.size === 0);
    watched.client.resume();
    await until(() => watched.data.length === 4);
    expect(watched.data).toEqual(upTo(4));
  }),
  behaviour('disconnect() frees the socket of an open stream', async (watch) => {
    await using server = await httpServer(twenty);
    using watched = watch(server.url);
    await until(() => watched.data.length === 20);
    watched.client.disconnect();
    await until(() => server.sockets.size === 0);
    expect([watched.closes, watched.errors]).toEqual([[null], []]);
  }),
  behaviour('disconnect() frees the socket of a request without an answer', async (watch) => {
    await using server = await httpServer(() => {});
    using watched = watch(server.url);
    await until(() => server.requests.length === 1);
    watched.client.disconnect();
    await until(() => server.sockets.size === 0);
    expect([watched.closes, watched.errors]).toEqual([[null], []]);
  }),
  behaviour('disconnect() in the middle of a burst frees the socket', async (watch) => {
    await using server = await httpServer(({ response, stream }) => {
      const more = (): void => {
        while (!response.destroyed && response.write('data: 1\n\n'.repeat(1_000)));
      };
      stream().on('drain', more);
      more();
    });
    using watched = watch(server.url);
    await until(() => watched.data.length > 1_000);
    watched.client.disconnect();
    const { length } = watched.data;
    await until(() => server.sockets.size === 0);
    expect(watched.data).toHaveLength(length);
  }),
  behaviour('a stream without events stays', async (watch) => {
    await using server = await httpServer(({ stream }) => stream());
    using watched = watch(server.url);
    await until(() => watched.opens.length === 1);
    await elapse(300);
    server.requests[0]?.response.write(block(1));
    await until(() => watched.data.length === 1);
    expect([watched.opens.length, watched.errors]).toEqual([1, []]);
  }),
  behaviour('control events are for the client: resets and drops are told, nobody else hears them', async (watch) => {
    await using server = await httpServer(({ stream }) =>
      stream(
        control('ready', { heartbeatMs: 15_000 }) +
          control('reset', { reason: 'trimmed', requested: '1', resumedFrom: '5' }) +
          control('dropped', { count: 2, from: '6', to: '7' }) +
          block(8),
      ),
    );
    using watched = watch(server.url, { types: ['message', 'pushstream.reset'] });
    await until(() => watched.data.length === 1);
    expect(watched.data).toEqual([8]);
    expect(watched.told).toEqual([
      ['reset', { reason: 'trimmed', requested: '1', resumedFrom: '5' }],
      ['dropped', { count: 2, from: '6', to: '7' }],
    ]);
  }),
  behaviour('a server that says that it closes is not asked again before the time it names', async (watch) => {
    await using server = await httpServer(({ stream }) => stream(control('closing', { retryMs: 5_000 })).end());
    using watched = watch(server.url);
    await until(() => watched.retries.length === 1);
    expect(watched.retries[0]?.delayMs).toBeGreaterThanOrEqual(5_000);
  }),
  behaviour(
    'an announced heartbeat that fails to come is a HeartbeatTimeoutError',
    async (watch) => {
      await using server = await httpServer(({ stream }) => stream(control('ready', { heartbeatMs: 100 })));
      using watched = watch(server.url);
      await until(() => watched.errors.length === 1);
      expect(watched.errors).toEqual([expect.any(HeartbeatTimeoutError)]);
    },
    ['comments'],
  ),
];
