import { expect, test } from 'vitest';
import { caseSeed, createRandom, replayHint, testSeed } from '../support/random.ts';
import { faultProxy } from '../support/fault-proxy.ts';
import { httpServer } from '../support/http-server.ts';
import { httpChunk, type RawExchange, rawServer, streamHead } from '../support/raw-server.ts';
import { until } from '../support/until.ts';
import { type WatchedClient, watch } from '../support/watched-client.ts';

const events = [
  { id: 'eins-ä', text: 'id: eins-ä\r\ndata: "Größe"\r\n\r\n', data: 'Größe' },
  { id: '二', text: 'event: 世界\r\ndata: {"a":\r\ndata:  "€"}\r\nid: 二\r\n\r\n', data: { a: '€' } },
  { id: '😀', text: ': heartbeat\r\ndata: "🚀 end"\r\nid: 😀\r\n\r\n', data: '🚀 end' },
];
const ids = events.map(({ id }) => id);
const textFrom = (index: number): Buffer =>
  Buffer.from(
    events
      .slice(index)
      .map(({ text }) => text)
      .join(''),
  );
const script = textFrom(0);

/** Events whose blank line has begun within so many bytes: a CR ends a line, the LF after it adds nothing. */
function completeWithin(length: number): number {
  return events.filter((_, index) => script.length - textFrom(index + 1).length - 1 <= length).length;
}

interface Framing {
  readonly head: string;
  frame(bytes: Uint8Array): Uint8Array;
}
const closeDelimited: Framing = { head: streamHead('1.1', 'Connection: close'), frame: (bytes) => bytes };
const chunked: Framing = {
  head: streamHead('1.1', 'Transfer-Encoding: chunked'),
  frame: (bytes) => (bytes.length > 0 ? httpChunk(bytes) : bytes),
};

function end({ socket }: RawExchange, by: 'FIN' | 'RST'): void {
  if (by === 'FIN') socket.end();
  // The bytes before it get their turn to leave.
  else setImmediate(() => socket.resetAndDestroy());
}

const cuts: readonly (readonly [by: 'FIN' | 'RST', body: string, framing: Framing])[] = [
  ['FIN', 'that its end delimits', closeDelimited],
  ['RST', 'that its end delimits', closeDelimited],
  ['FIN', 'in HTTP chunks', chunked],
  ['RST', 'in HTTP chunks', chunked],
];

test.concurrent.each(cuts)(
  'rule 4: a stream cut by %s at any byte of three events, in a body %s, gives each event once and in order; the id of a cut block is never sent back',
  async (by, _body, { head, frame }) => {
    const sentBack = new Map<number, (string | undefined)[]>();
    await using server = await rawServer((exchange) => {
      const at = Number(exchange.target.slice(1));
      const earlier = sentBack.get(at);
      sentBack.set(at, [...(earlier ?? []), exchange.lastEventId]);
      const index = exchange.lastEventId === undefined ? 0 : ids.indexOf(exchange.lastEventId) + 1;
      exchange.socket.write(head);
      exchange.socket.write(frame(earlier ? textFrom(index) : script.subarray(0, at)));
      if (!earlier) end(exchange, by);
    });
    const clients = Array.from({ length: script.length + 1 }, (_, at) => watch(`${server.origin}/${at}`));
    await until(() => clients.every(({ opens, client }) => opens.length >= 2 && client.lastEventId === '😀'));

    for (const [at, watched] of clients.entries()) {
      const complete = completeWithin(at);
      // A reset may overtake bytes before it; an end may not.
      const allowed = [undefined, ...ids].slice(by === 'FIN' ? complete : 0, complete + 1);
      const asked = sentBack.get(at) ?? [];
      expect(watched.data, `cut at ${at}`).toEqual(events.map(({ data }) => data));
      expect(watched.events.map(({ id }) => id)).toEqual(ids);
      expect(asked, `cut at ${at}`).toHaveLength(2);
      expect(asked[0]).toBeUndefined();
      expect(allowed, `cut at ${at}`).toContain(asked[1]);
      expect(watched.retries.map(({ attempt }) => attempt)).toEqual([1]);
      watched.client.disconnect();
    }
    await until(() => server.sockets.size === 0);
  },
);

test.concurrent('a response cut at any byte of its head is a NetworkError, and the next attempt gets everything', async () => {
  const seen = new Set<string>();
  const { head } = closeDelimited;
  await using server = await rawServer((exchange) => {
    const first = !seen.has(exchange.target);
    seen.add(exchange.target);
    exchange.socket.write(
      first ? head.slice(0, Number(exchange.target.slice(1))) : Buffer.concat([Buffer.from(head), script]),
    );
    if (first) end(exchange, 'FIN');
  });
  const clients = Array.from({ length: head.length - 1 }, (_, at) => watch(`${server.origin}/${at}`));
  await until(() => clients.every(({ data }) => data.length === 3));
  for (const { client, data, errors, opens } of clients) {
    expect(data).toEqual(events.map((event) => event.data));
    expect(errors.map(({ code }) => code)).toEqual(['network']);
    expect(opens).toHaveLength(1);
    client.disconnect();
  }
});

test.concurrent('rule 4: a stream cut again and again makes progress with each connection, and its cursor never goes back', async () => {
  const total = 40;
  const cursors: number[] = [];
  await using server = await httpServer(({ lastEventId = '0', stream }) => {
    cursors.push(Number(lastEventId));
    let body = '';
    for (let id = Number(lastEventId) + 1; id <= total; id += 1) body += `id: ${id}\ndata: ${id}\n\n`;
    stream(body);
  });
  // The head takes about 150 bytes: ten events or so pass, and a part of the next.
  await using proxy = await faultProxy(server.url, (number) =>
    number < 6 ? { cutAfter: 300 + number, cutBy: number % 2 ? 'FIN' : 'RST' } : {},
  );
  using watched = watch(proxy.url);
  await until(() => watched.data.length >= total);
  expect(watched.data).toEqual(Array.from({ length: total }, (_, at) => at + 1));
  expect(cursors).toEqual(cursors.toSorted((a, b) => a - b));
  expect(new Set(cursors).size).toBe(cursors.length);
});

test.concurrent('through a proxy that splits and cuts at random, no event is lost, repeated or out of order', async () => {
  const seed = testSeed();
  const random = createRandom(seed);
  const total = 300;
  const names = ['tick', 'Größe', '世界'];
  const block = (id: number): string =>
    `event: ${names[id % 3]}\r\nid: ${id}-😀\r\ndata: ${JSON.stringify({ id, text: '€'.repeat(id % 7) })}\r\n\r\n`;

  await using server = await httpServer(({ lastEventId = '0', stream }) => {
    const response = stream();
    let id = Number.parseInt(lastEventId, 10);
    const timer = setInterval(() => {
      for (let count = 0; count < 20 && id < total; count += 1) response.write(block((id += 1)));
    }, 5);
    response.on('close', () => clearInterval(timer));
  });
  const proxies = await Promise.all(
    Array.from({ length: 16 }, (_, index) =>
      faultProxy(server.url, (number) => {
        random.reseed(caseSeed(seed, index * 1000 + number));
        return {
          pieceLength: random.pick([1, 7, 100, Infinity]),
          cutAfter: number > 8 ? Infinity : random.between(0, 6000),
          cutBy: random.pick(['FIN', 'RST']),
        };
      }),
    ),
  );
  const clients: WatchedClient[] = proxies.map(({ url }) => watch(url));
  await until(() => clients.every(({ data }) => data.length >= total), 30_000);
  for (const { client, data, events: got } of clients) {
    expect(
      got.map(({ id }) => Number.parseInt(id ?? '', 10)),
      replayHint(seed),
    ).toEqual(Array.from({ length: total }, (_, at) => at + 1));
    expect(JSON.stringify(data)).not.toContain('\uFFFD');
    client.disconnect();
  }
  await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
});
