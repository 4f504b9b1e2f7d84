import { expect, test } from 'vitest';
import type { EventClientOptions } from '../../packages/client/src/index.ts';
import { type Exchange, type HttpServer, httpServer } from '../support/http-server.ts';
import { until } from '../support/until.ts';
import { type WatchedClient, watch } from '../support/watched-client.ts';

const sent = ({ requests }: HttpServer): (string | undefined)[] => requests.map(({ lastEventId }) => lastEventId);

/** One body per connection, each ended at once; the last connection stays open. */
function scripted(...bodies: readonly string[]): Promise<HttpServer> {
  return httpServer(({ number, stream }: Exchange) => {
    const response = stream(bodies[number - 1] ?? '');
    if (number < bodies.length) response.end();
  });
}

/** The client's last connection is open and read. */
const settled = (watched: WatchedClient, opens: number): Promise<void> => until(() => watched.opens.length === opens);

test.concurrent('rule 4: the cursor is committed at the blank line of a block, also of one without data', async () => {
  await using server = await scripted(
    'id: 1\n\n',
    'data: 1\n\nid: 2\n\n',
    'id: 3\nevent: x\n\n',
    'id: 4\ndata: 4\n\n',
    '',
  );
  using watched = watch(server.url);
  await settled(watched, 5);
  expect(sent(server)).toEqual([undefined, '1', '2', '3', '4']);
  expect(watched.data).toEqual([1, 4]);
  expect(watched.events.map(({ id, lastEventId }) => [id, lastEventId])).toEqual([
    [undefined, '1'],
    ['4', '4'],
  ]);
});

test.concurrent('rule 4: the id of a block that was cut off is never the cursor', async () => {
  await using server = await scripted('id: 1\ndata: 1\n\nid: 2\ndata: 2\n', 'id: 3', 'id: 4\n', 'data: 5\nid: 5\r', '');
  using watched = watch(server.url);
  await settled(watched, 5);
  expect(sent(server)).toEqual([undefined, '1', '1', '1', '1']);
  expect(watched.data).toEqual([1]);
});

test.concurrent('an empty id resets the cursor: the next request has no Last-Event-ID', async () => {
  await using server = await scripted('id: 1\ndata: 1\n\n', 'id\ndata: 2\n\n', 'id: 3\n\n', 'id:\n\n', '');
  using watched = watch(server.url);
  await settled(watched, 5);
  expect(sent(server)).toEqual([undefined, '1', undefined, '3', undefined]);
  expect(watched.events.map(({ lastEventId }) => lastEventId)).toEqual(['1', '']);
  expect(server.requests[2]?.headers).not.toHaveProperty('last-event-id');
});

test.concurrent('rule 4: the cursor survives resumed streams that die before a new id', async () => {
  await using server = await scripted('id: 7\ndata: 1\n\n', '', ': \n\n', 'data: 2\n\n', 'retry: 250\n\n', '');
  using watched = watch(server.url);
  await settled(watched, 6);
  expect(sent(server)).toEqual([undefined, '7', '7', '7', '7', '7']);
  expect(watched.events.map(({ id, lastEventId }) => [id, lastEventId])).toEqual([
    ['7', '7'],
    [undefined, '7'],
  ]);
});

test.concurrent.each(['ä', 'Größe-1', '世界', '😀', 'ÿ\u0080', '\u00A0nbsp', '‮', '€'.repeat(341)])(
  'rule 4: the non-ASCII id "%s" is sent as UTF-8 bytes',
  async (id) => {
    await using server = await scripted(`id: ${id}\ndata: 1\n\n`, '');
    using watched = watch(server.url);
    await settled(watched, 2);
    expect(sent(server)).toEqual([undefined, id]);
    expect(watched.client.lastEventId).toBe(id);
  },
);

test.concurrent.each([
  ['a control character', 'a\u0001b'],
  ['a delete character', 'a\u007Fb'],
  ['an escape sequence', '\u001B[31m'],
  ['a vertical tab', 'a\vb'],
  ['5,000 characters', 'x'.repeat(5_000)],
  ['a million characters', 'x'.repeat(1_000_000)],
])(
  'rule 4: an id with %s cannot stop a client from reconnecting: the event arrives, the cursor stays at the last that can be sent, with a warning',
  async (_what, id) => {
    await using server = await scripted(
      `id: 1\ndata: 1\n\nid: ${id}\ndata: 2\n\n`,
      `id: ${id}\ndata: 3\n\n`,
      'id: 4\ndata: 4\n\n',
      '',
    );
    using watched = watch(server.url);
    await settled(watched, 4);
    expect(watched.data).toEqual([1, 2, 3, 4]);
    expect(watched.events[1]).toMatchObject({ id, lastEventId: id });
    expect(sent(server)).toEqual([undefined, '1', '1', '4']);
    expect(watched.warnings).toHaveLength(1);
    expect(watched.errors.every(({ message }) => message.includes('lasting stream'))).toBe(true);
  },
);

test.concurrent.each([
  ['  7', ' 7', '7'],
  [' 7 ', '7 ', '7'],
  [' \t', '\t', ''],
])(
  'HTTP takes the spaces around a header, so of "id:%s" the header carries less than the query',
  async (written, id, inHeader) => {
    await using server = await scripted(`id:${written}\ndata: 1\n\n`, '');
    using watched = watch(server.url, { resume: 'both' });
    await settled(watched, 2);
    expect(watched.client.lastEventId).toBe(id);
    expect(sent(server)[1]).toBe(inHeader);
    expect(new URL(server.requests[1]?.target ?? '', server.origin).searchParams.get('lastEventId')).toBe(id);
  },
);

test.concurrent('an id with NUL is ignored, as the standard says', async () => {
  await using server = await scripted('id: 1\ndata: 1\n\nid: 2\0\ndata: 2\n\n', '');
  using watched = watch(server.url);
  await settled(watched, 2);
  expect(sent(server)).toEqual([undefined, '1']);
  expect(watched.events.map(({ id, lastEventId }) => [id, lastEventId])).toEqual([
    ['1', '1'],
    [undefined, '1'],
  ]);
});

test.concurrent.each([
  ['"header"', 'header', 'ä 1', undefined, undefined],
  ['"query"', 'query', undefined, 'ä 1', undefined],
  ['"both"', 'both', 'ä 1', 'ä 1', undefined],
  ['a query parameter of another name', { by: 'query', name: 'since' }, undefined, undefined, 'ä 1'],
  ['both, under another name', { by: 'both', name: 'since' }, 'ä 1', undefined, 'ä 1'],
  ['false', false, undefined, undefined, undefined],
] as const)('resume: %s sends the cursor there and nowhere else', async (_name, resume, header, query, since) => {
  await using server = await scripted('id: ä 1\ndata: 1\n\n', '');
  using watched = watch(`${server.origin}/events?room=a&room=b`, {
    resume,
    query: { tag: ['x', 'y'], none: undefined },
  });
  await settled(watched, 2);
  const urls = server.requests.map(({ target }) => new URL(target, server.origin).searchParams);
  expect(server.requests[0]?.target).toBe('/events?room=a&room=b&tag=x&tag=y');
  expect(sent(server)).toEqual([undefined, header]);
  expect(urls[1]?.get('lastEventId') ?? undefined).toBe(query);
  expect(urls[1]?.get('since') ?? undefined).toBe(since);
  expect(urls[1]?.getAll('room')).toEqual(['a', 'b']);
  expect(watched.client.lastEventId).toBe('ä 1');
  expect(watched.client.url).toBe(`${server.origin}/events?room=a&room=b`);
});

test.concurrent('lastEventId is where the first connection resumes from', async () => {
  await using server = await scripted('', 'id: b\n\n', '');
  using watched = watch(server.url, { lastEventId: 'a' });
  await settled(watched, 3);
  expect(sent(server)).toEqual(['a', 'a', 'b']);
});

test.concurrent('the cursor of the newest block counts, whichever origin or order it has: ids are opaque', async () => {
  await using server = await scripted('id: 9\ndata: 1\n\nid: 3\ndata: 2\n\n', 'id: z\ndata: 3\n\n', 'id: 10\n\n', '');
  using watched = watch(server.url);
  await settled(watched, 4);
  expect(sent(server)).toEqual([undefined, '3', 'z', '10']);
});

const dedupes: readonly (readonly [string, EventClientOptions, readonly unknown[]])[] = [
  ['drops by default what an earlier connection delivered', {}, [1, 2, 2, 3, 4]],
  ['drops nothing with dedupe: false', { dedupe: false }, [1, 2, 2, 1, 2, 3, 4]],
  ['drops repetitions within a connection too with dedupe: "always"', { dedupe: 'always' }, [1, 2, 3, 4]],
  ["drops by a key of the caller's", { dedupe: { key: ({ data }) => String(data) } }, [1, 2, 3, 4]],
];

test.concurrent.each(dedupes)(
  'of a server that ignores Last-Event-ID and starts over, a client %s',
  async (_what, options, data) => {
    const first = 'id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n';
    await using server = await scripted(
      `${first}id: 2\ndata: 2\n\n`,
      `${first}id: 3\ndata: 3\n\n`,
      'id: 4\ndata: 4\n\n',
    );
    using watched = watch(server.url, options);
    await until(() => watched.data.at(-1) === 4);
    expect(watched.data).toEqual(data);
  },
);

test.concurrent('a server whose ids start at 1 again with other data loses no event to dedupe', async () => {
  await using server = await scripted(
    'id: 1\ndata: "a"\n\nid: 2\ndata: "b"\n\n',
    'id: 1\ndata: "c"\n\nid: 2\ndata: "b!"\n\n',
  );
  using watched = watch(server.url);
  await until(() => watched.data.length === 4);
  expect(watched.data).toEqual(['a', 'b', 'c', 'b!']);
});

test.concurrent('a reset announced by the server is told once, before the events after it, and clears what dedupe knows', async () => {
  const reset = 'event: pushstream.reset\ndata: {"reason":"epoch","requested":"1","resumedFrom":""}\n\n';
  await using server = await scripted('id: 1\ndata: 1\n\n', `${reset}id: 1\ndata: 1\n\n`);
  const order: unknown[] = [];
  using watched = watch(server.url);
  watched.client.lifecycle.on('reset', (info) => order.push(info));
  watched.client.on('*', (data) => order.push(data));
  await until(() => watched.data.length === 2);
  expect(order).toEqual([1, { reason: 'epoch', requested: '1', resumedFrom: '' }, 1]);
});
