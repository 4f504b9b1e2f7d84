import { expect } from 'vitest';
import { NetworkError } from '../../packages/client/src/index.ts';
import { faultProxy } from '../support/fault-proxy.ts';
import { type Exchange, httpServer } from '../support/http-server.ts';
import { rawServer, streamHead } from '../support/raw-server.ts';
import { until } from '../support/until.ts';
import { behaviour, block, blocks, cursorOf, upTo } from './behaviour.ts';

/** Three events for each connection, then its end, as far as ten. */
const byThree = (exchange: Exchange): void => {
  const from = Number(cursorOf(exchange) ?? 0) + 1;
  const response = exchange.stream(blocks(from, Math.min(10, from + 2)));
  if (from + 2 < 10) response.end();
};

export const resuming = [
  behaviour('a stream that ends is gone on with from the cursor, in the query', async (watch) => {
    await using server = await httpServer(byThree);
    using watched = watch(`${server.url}?a=1`, { resume: 'query' });
    await until(() => watched.data.length >= 10);
    expect(watched.data).toEqual(upTo(10));
    expect(server.requests.map(({ target }) => target)).toEqual([
      '/events?a=1',
      '/events?a=1&lastEventId=3',
      '/events?a=1&lastEventId=6',
      '/events?a=1&lastEventId=9',
    ]);
    expect(server.requests.every(({ lastEventId }) => lastEventId === undefined)).toBe(true);
  }),
  behaviour(
    'a stream that ends is gone on with from the cursor, in the header',
    async (watch) => {
      await using server = await httpServer(byThree);
      using watched = watch(server.url);
      await until(() => watched.data.length >= 10);
      expect(watched.data).toEqual(upTo(10));
      expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '3', '6', '9']);
    },
    ['resume'],
  ),
  behaviour('a cursor that is not ASCII travels in the query', async (watch) => {
    await using server = await httpServer((exchange) => exchange.stream());
    using watched = watch(server.url, { resume: 'query', lastEventId: 'Grüße 世&=' });
    await until(() => watched.opens.length === 1);
    expect(server.requests.map(cursorOf)).toEqual(['Grüße 世&=']);
  }),
  behaviour(
    'a cursor that is not ASCII travels in the header, as its UTF-8',
    async (watch) => {
      await using server = await httpServer((exchange) => exchange.stream());
      using watched = watch(server.url, { lastEventId: 'Grüße 世' });
      await until(() => watched.opens.length === 1);
      expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['Grüße 世']);
    },
    ['resume'],
  ),
  behaviour('a block that is cut off is not delivered, and its id is not adopted', async (watch) => {
    await using server = await httpServer((exchange) => {
      if (exchange.number === 1) exchange.stream(`${block(1)}id: 2\ndata: 2\n`).end();
      else exchange.stream(blocks(Number(cursorOf(exchange)) + 1, 3));
    });
    using watched = watch(server.url, { resume: 'query' });
    await until(() => watched.data.length === 3);
    expect(watched.data).toEqual([1, 2, 3]);
    expect(server.requests.map(cursorOf)).toEqual([null, '1']);
  }),
  behaviour(
    'a block with only an id moves the cursor',
    async (watch) => {
      await using server = await httpServer((exchange) => {
        if (exchange.number === 1) exchange.stream(`${block(1)}id: 5\n\n`).end();
        else exchange.stream(block(6));
      });
      using watched = watch(server.url, { resume: 'query' });
      await until(() => watched.data.length === 2);
      expect(server.requests.map(cursorOf)).toEqual([null, '5']);
    },
    ['ids'],
  ),
  behaviour(
    'an event that comes again after a reconnection is dropped',
    async (watch) => {
      await using server = await httpServer(({ number, stream }) => {
        if (number === 1) stream(blocks(1, 3)).end();
        else stream(blocks(2, 5));
      });
      using watched = watch(server.url);
      await until(() => watched.data.length >= 5);
      expect(watched.data).toEqual(upTo(5));
    },
    ['ids'],
  ),
  behaviour('a connection that is reset is a failure, and is made again', async (watch) => {
    await using server = await httpServer((exchange) => exchange.stream(block(Number(cursorOf(exchange) ?? 0) + 1)));
    await using proxy = await faultProxy(server.url);
    using watched = watch(proxy.url, { resume: 'query' });
    for (const count of upTo(3)) {
      await until(() => watched.data.length === count);
      for (const link of proxy.links) link.cut('RST');
    }
    await until(() => watched.data.length === 4);
    expect(watched.data).toEqual(upTo(4));
    expect(watched.errors).toHaveLength(3);
    expect(watched.errors.every((error) => error instanceof NetworkError)).toBe(true);
  }),
  behaviour('a chunked body that stops before its last chunk is a failure', async (watch) => {
    await using server = await rawServer(({ number, socket }) => {
      socket.write(`${streamHead('1.1', 'Transfer-Encoding: chunked')}9\r\ndata: ${number}\n\n\r\n`);
      if (number === 1) socket.end('40\r\ndata: lost');
    });
    using watched = watch(server.url);
    await until(() => watched.data.length === 2);
    expect(watched.data).toEqual([1, 2]);
    expect(watched.errors).toEqual([expect.any(NetworkError)]);
  }),
  behaviour('a body without a length ends with its connection', async (watch) => {
    await using server = await rawServer(({ number, socket }) => {
      socket.write(`${streamHead('1.0')}data: ${number}\n\n`);
      if (number === 1) socket.end();
    });
    using watched = watch(server.url);
    await until(() => watched.data.length === 2);
    expect(watched.data).toEqual([1, 2]);
  }),
  behaviour('a server that does not answer its port is tried until it does', async (watch) => {
    await using server = await httpServer(({ stream }) => stream(block(1)));
    await using proxy = await faultProxy(server.url);
    await proxy.refuse();
    using watched = watch(proxy.url);
    await until(() => watched.errors.length >= 2);
    expect(watched.errors.every((error) => error instanceof NetworkError)).toBe(true);
    await proxy.accept();
    await until(() => watched.data.length === 1);
  }),
  behaviour(
    'the retry field is the least wait from then on',
    async (watch) => {
      await using server = await httpServer(({ stream }) => stream('retry: 400\ndata: 1\n\n').end());
      using watched = watch(server.url);
      await until(() => watched.retries.length === 2);
      for (const { delayMs } of watched.retries) expect(delayMs).toBeGreaterThanOrEqual(400);
    },
    ['bytes'],
  ),
  behaviour('a function is asked before every attempt', async (watch) => {
    let asked = 0;
    await using server = await httpServer(({ stream }) => stream('data: 1\n\n').end());
    using watched = watch(server.url, { query: () => Promise.resolve({ token: (asked += 1) }) });
    await until(() => watched.data.length === 3);
    expect(server.requests.slice(0, 3).map(({ target }) => target)).toEqual([
      '/events?token=1',
      '/events?token=2',
      '/events?token=3',
    ]);
  }),
  behaviour('a function that fails is a failed attempt', async (watch) => {
    let asked = 0;
    await using server = await httpServer(({ stream }) => stream('data: 1\n\n'));
    const query = () => {
      asked += 1;
      if (asked === 1) throw new Error('no token');
      return {};
    };
    using watched = watch(server.url, { query });
    await until(() => watched.data.length === 1);
    expect(watched.errors.map(({ code, message }) => [code, message])).toEqual([
      ['network', expect.stringContaining('options.query to give a value, got: no token')],
    ]);
  }),
];
