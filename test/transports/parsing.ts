import { expect } from 'vitest';
import { EventTooLargeError } from '../../packages/client/src/index.ts';
import { httpServer } from '../support/http-server.ts';
import { httpChunk, rawServer, streamHead } from '../support/raw-server.ts';
import { until } from '../support/until.ts';
import { behaviour, blocks, upTo } from './behaviour.ts';

/** A stream as it stands here, and what a client has of it. */
const reads = (text: string, expected: readonly unknown[], types?: readonly string[]) => {
  return async (watch: Parameters<Parameters<typeof behaviour>[1]>[0]): Promise<void> => {
    await using server = await httpServer(({ stream }) => stream(text));
    using watched = watch(server.url, { decode: 'text', ...(types && { types }) });
    await until(() => watched.data.length >= expected.length);
    expect(watched.events.map(({ type, data }) => (types ? [type, data] : data))).toEqual(expected);
    expect(watched.errors).toEqual([]);
  };
};

export const parsing = [
  behaviour('an event without a name is a message', reads('data: a\n\ndata:b\n\n', ['a', 'b'])),
  behaviour(
    'a named event reaches the listeners of its name',
    reads(
      'event: a\ndata: 1\n\nevent: c\ndata: 2\n\nevent: b\ndata: 3\n\n',
      [
        ['a', '1'],
        ['b', '3'],
      ],
      ['a', 'b'],
    ), // prettier
  ),
  behaviour('data of several lines is joined by line feeds', reads('data: a\ndata:\ndata: b\n\n', ['a\n\nb'])),
  behaviour('lines end in LF, CR or CRLF', reads('data: a\r\r\ndata: b\r\n\r\ndata: c\n\n', ['a', 'b', 'c'])),
  behaviour('a byte order mark before the stream is no part of it', reads('\ufeffdata: a\n\n', ['a'])),
  behaviour('an event with empty data is one', reads('data\n\ndata:\n\n', ['', ''])),
  behaviour('a block without data dispatches nothing', reads('event: message\n\ndata: a\n\n', ['a'])),
  behaviour(
    'a server\'s event that is called "error" is an event, and no failure',
    reads(
      'event: error\ndata: 1\n\nevent: error\ndata: 2\n\n',
      [
        ['error', '1'],
        ['error', '2'],
      ],
      ['error'],
    ),
  ),
  behaviour('a server\'s event that is called "open" is an event, and opens nothing', async (watch) => {
    await using server = await httpServer(({ stream }) => stream('event: open\ndata: 1\n\n'));
    using watched = watch(server.url, { types: ['open'] });
    await until(() => watched.data.length === 1);
    expect(watched.opens).toHaveLength(1);
  }),
  behaviour('UTF-8 may be cut anywhere', async (watch) => {
    const bytes = Buffer.from('id: ü\nevent: größe\ndata: "世界 🌍"\n\n');
    await using server = await rawServer(({ socket }) => {
      socket.setNoDelay(true);
      socket.write(streamHead('1.1', 'Transfer-Encoding: chunked'));
      for (const byte of bytes) socket.write(httpChunk(Uint8Array.of(byte)));
    });
    using watched = watch(server.url, { types: ['größe'] });
    await until(() => watched.data.length === 1);
    expect(watched.data).toEqual(['世界 🌍']);
    expect(watched.client.lastEventId).toBe('ü');
  }),
  behaviour('10,000 events in one burst come in order, each once', async (watch) => {
    await using server = await httpServer(({ stream }) => stream(blocks(1, 10_000)));
    using watched = watch(server.url);
    await until(() => watched.data.length >= 10_000);
    expect(watched.data).toEqual(upTo(10_000));
    expect(watched.client.lastEventId).toBe('10000');
  }),
  behaviour(
    'rule 6: the host has its turn in the middle of a burst, however slow the listener',
    async (watch) => {
      const padded = upTo(2_000).map((id) => `x: ${'x'.repeat(200)}\ndata: ${id}\n\n`);
      await using server = await httpServer(({ stream }) => stream(padded.join('')));
      using watched = watch(server.url);
      let turns = 0;
      let timer = setImmediate(function turn() {
        turns += 1;
        timer = setImmediate(turn);
      });
      const turnsAt: number[] = [];
      watched.client.on('message', () => {
        const end = performance.now() + 0.2;
        while (performance.now() < end);
        turnsAt.push(turns);
      });
      await until(() => watched.data.length === 2_000);
      clearImmediate(timer);
      expect(watched.data).toEqual(upTo(2_000));
      expect(new Set(turnsAt).size).toBeGreaterThan(8);
    },
    ['bytes'],
  ),
  behaviour(
    'an event that is too long is one error; the stream lives, and the cursor passes it',
    async (watch) => {
      await using server = await httpServer(({ stream }) => {
        stream(`id: 1\ndata: ${'x'.repeat(20_000)}\n\n`).write('data: 2\n\n');
      });
      using watched = watch(server.url, { maxEventLength: 10_000 });
      await until(() => watched.data.length === 1);
      expect(watched.errors).toEqual([expect.any(EventTooLargeError)]);
      expect(watched.client.lastEventId).toBe('1');
    },
    ['bytes'],
  ),
  behaviour(
    'comments are told',
    async (watch) => {
      await using server = await httpServer(({ stream }) => stream(': hello\n\n:x\ndata: 1\n\n'));
      using watched = watch(server.url);
      await until(() => watched.data.length === 1);
      expect(watched.told).toEqual([
        ['comment', 'hello'],
        ['comment', 'x'],
      ]);
    },
    ['comments'],
  ),
  behaviour(
    'a pattern hears types that nobody named',
    reads('event: task.a\ndata: 1\n\nevent: other\ndata: 2\n\n', [['task.a', '1']], ['task.*']),
    ['patterns'],
  ),
  behaviour(
    "an event has its own block's id",
    async (watch) => {
      await using server = await httpServer(({ stream }) => stream('id: 7\ndata: 1\n\ndata: 2\n\n'));
      using watched = watch(server.url);
      await until(() => watched.data.length === 2);
      expect(watched.events.map(({ id, lastEventId }) => [id, lastEventId])).toEqual([
        ['7', '7'],
        [undefined, '7'],
      ]);
    },
    ['ids'],
  ),
  behaviour('an event has the last event ID of its stream', async (watch) => {
    await using server = await httpServer(({ stream }) =>
      stream('data: 0\n\nid: 7\ndata: 1\n\ndata: 2\n\nid: 8\n\ndata: 3\n\nid\ndata: 4\n\n'),
    );
    using watched = watch(server.url, { lastEventId: 'a', resume: 'query' });
    await until(() => watched.data.length === 5);
    expect(watched.events.map(({ lastEventId }) => lastEventId)).toEqual(['a', '7', '7', '8', '']);
    expect(watched.client.lastEventId).toBe('');
  }),
];
