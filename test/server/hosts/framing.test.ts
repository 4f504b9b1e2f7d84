import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';
import compression from 'compression';
import express from 'express';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createPushStream, type PushStream } from '../../../packages/server/src/index.ts';
import { until } from '../../support/until.ts';
import { leaveAll, read } from './client.ts';
import { type Host, listen, nodeHost, type Running, tlsHost } from './hosts.ts';
import { publishNumbers } from './push.ts';
import { destroyAll, rawClient, request } from './raw.ts';

const TEXTS = ['', 'plain', 'grün 世界 🚀', 'two\nlines', '0\r\n\r\n', '5\r\nhello\r\n', 'x'.repeat(100_000)];

let push: PushStream;
let running: Running | undefined;

/** What each stream says is the same: its names are counted. */
async function start({ start: on }: Pick<Host, 'start'>): Promise<Running> {
  let names = 0;
  push = createPushStream({ environment: { token: () => `t${(names += 1)}` } });
  running = await on(push);
  return running;
}

afterEach(async () => {
  leaveAll();
  destroyAll();
  await push.close();
  await running?.[Symbol.asyncDispose]();
});

/** Behind something that does something to the response first. */
const behind = (name: string, before: (response: ServerResponse) => void): Host => ({
  name,
  kind: 'node',
  start(hub) {
    const handler = hub.handler();
    return listen(
      createServer((asked, response) => {
        before(response);
        handler(asked, response);
      }),
    );
  },
});

const compressed: Host = {
  name: 'Express with compression',
  kind: 'node',
  start(hub) {
    const app = express();
    app.use(compression({ threshold: 0 }));
    app.get('/events', hub.handler());
    return listen(createServer(app as RequestListener));
  },
};

const paths: readonly Host[] = [
  nodeHost,
  tlsHost,
  behind('a response whose write is not its own', (response) => {
    const { write } = response;
    response.write = function (this: ServerResponse, ...args: Parameters<typeof write>) {
      return write.apply(this, args);
    } as typeof write;
  }),
  behind('a response that names an encoding', (response) => void response.setHeader('content-encoding', 'identity')),
  compressed,
];

/** Everything that one stream says, while the hub is used and closed. */
async function use(hub: PushStream): Promise<void> {
  for (const text of TEXTS) await hub.publish('text.said', text);
  await Promise.all([1, 2, 3].map((n) => hub.publish('tick', n)));
}

/** As a host gets it that does no framing of its own. */
async function inMemory(): Promise<string> {
  await start({ start: () => listen(createServer()) });
  const response = await push.fetch(new Request('http://localhost/events'));
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  await use(push);
  const position = await push.cursor();
  for (let text = ''; ;) {
    const { done, value = '' } = (await reader?.read()) ?? { done: true };
    text += value;
    if (done) return text;
    if (text.includes(`id: ${position}\n\n`)) void push.close();
  }
}

async function overSocket(host: Host, line: string): Promise<string> {
  const { origin } = await start(host);
  const client = await rawClient(origin);
  client.send(request(line));
  await client.response(1, 'pushstream.ready');
  await use(push);
  await client.response(1, `id: ${await push.cursor()}\n\n`);
  await push.close();
  await until(() => client.isClosed);
  const { body, isComplete } = await client.response(1);
  expect(isComplete).toBe(true);
  return body;
}

describe('whichever way the bytes take, a reader of sockets finds the same', () => {
  let expected: string;

  beforeAll(async () => {
    expected = await inMemory();
    expect(expected).toContain('data: "grün 世界 🚀"\n');
  });

  test.each(paths)('$name', async (host) => {
    expect(await overSocket(host, 'GET /events')).toBe(expected);
  });

  test('HTTP/1.0: a body that ends with its connection', async () => {
    expect(await overSocket(nodeHost, 'GET /events HTTP/1.0')).toBe(expected);
  });
});

test('an answer of HTTP/1.0 is not chunked, and says that it closes', async () => {
  const { origin } = await start(nodeHost);
  const client = await rawClient(origin);
  client.send('GET /events HTTP/1.0\r\n\r\n');
  const { headers, body } = await client.response(1, 'pushstream.ready');
  expect(headers.has('transfer-encoding')).toBe(false);
  expect(headers.get('connection')).toBe('close');
  expect(body).toMatch(/^event: pushstream\.ready\n/);
});

describe('S50: compression in front', () => {
  test('events arrive at once, and are not compressed', async () => {
    const running50 = await start(compressed);
    const stream = await read(running50, { headers: { 'accept-encoding': 'gzip, br' } });
    expect(stream.headers).not.toHaveProperty('content-encoding');
    for (let n = 1; n <= 5; n += 1) {
      await publishNumbers(push, n, n);
      await until(() => stream.events.length === n, 1_000);
    }
    stream.leave();
    await until(() => push.sessions().length === 0);
  });

  test('one that compresses nevertheless is flushed with every write', async () => {
    const { origin } = await start(
      behind('gzip', (response) => {
        const { end, write } = response;
        const gzip = createGzip();
        gzip.on('data', (bytes: Buffer) => write.call(response, bytes, 'utf8'));
        gzip.on('end', () => end.call(response, undefined, 'utf8'));
        response.setHeader('content-encoding', 'gzip');
        Object.assign(response, {
          write: (bytes: Uint8Array) => gzip.write(bytes),
          end: () => gzip.end(),
          flush: () => gzip.flush(),
        });
      }),
    );
    const { body } = await fetch(`${origin}/events`);
    let text = '';
    const reading = body?.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({
        write(piece) {
          text += piece;
        },
      }),
    );
    await until(() => text.includes('pushstream.ready'), 1_000);
    await push.publish('tick', 1);
    await until(() => text.includes('event: tick'), 1_000);
    await push.close();
    await reading;
    expect(text).toContain('pushstream.closing');
  });
});
