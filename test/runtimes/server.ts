import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type Exchange, type HttpServer, httpServer } from '../support/http-server.ts';

/** What the suite reads of a request. */
interface Seen {
  readonly method: string;
  readonly headers: Exchange['headers'];
  readonly lastEventId: string | undefined;
  readonly at: number;
  readonly isOver: boolean;
}

export interface SuiteServer extends AsyncDisposable {
  readonly origin: string;
}

const block = (id: number): string => `id: ${id}\ndata: ${id}\n\n`;
const blocks = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, at) => block(from + at)).join('');
const CORS = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*, authorization' };

type Scenario = (exchange: Exchange, attempt: number, elsewhere: string) => void;

/** What the server does at each place, by the number of the place's request. */
const scenarios: Record<string, Scenario> = {
  named: ({ stream }) =>
    stream('event: task.started\ndata: 1\n\ndata: 2\n\nevent: task.started\ndata: 3\n\n: a comment\n\n'),
  json: ({ stream }) => stream('data: {"list":\ndata: [1,null,"ü"]}\n\ndata: {broken\n\ndata: "after"\n\n'),
  bytes: ({ stream }) => void byteByByte(stream(), Buffer.from('data: "grün 世界 🚀"\n\n')),
  // The block that is cut off must not count.
  cut({ stream, lastEventId = '0' }) {
    const last = Number(lastEventId) + 10;
    stream(`${blocks(last - 9, last)}id: ${last + 1}\ndata: cut o`);
  },
  'foreign-cursor': ({ stream }) => stream(block(1)),
  unavailable: ({ answer, stream }, attempt) =>
    attempt === 1 ? answer(503, { 'Retry-After': '1' }) : stream(block(1)),
  'no-content': ({ answer }) => answer(204),
  unauthorized: ({ answer, stream }, attempt) => (attempt === 1 ? answer(401) : stream(block(1))),
  redirect: ({ answer, target }, _attempt, elsewhere) => answer(307, { Location: elsewhere + target }),
  mute: ({ stream }, attempt) => attempt > 1 && stream(block(1)),
  silent: ({ stream }, attempt) => stream(block(attempt)),
  burst: ({ stream, lastEventId = '0' }) => stream(blocks(Number(lastEventId) + 1, 100)),
  open: ({ stream }) => stream(block(1)),
  post: ({ stream, body }) => stream(`data: ${body}\n\n`),
  many: ({ stream }) => stream(blocks(1, 10_000)),
  throwing: ({ stream }) => stream(blocks(1, 2)),
};

const seen = ({ exchange, at }: { readonly exchange: Exchange; readonly at: number }): Seen => {
  const { method, headers, lastEventId, isOver } = exchange;
  return { method, headers, lastEventId, at, isOver };
};

async function byteByByte(response: Exchange['response'], bytes: Buffer): Promise<void> {
  response.socket?.setNoDelay(true);
  for (const byte of bytes) {
    response.write(Uint8Array.of(byte));
    await turn();
  }
}

/** `/<folder>/<file>` of the folders that pages may load from. */
async function serveFile({ answer }: Exchange, path: string, folders: Readonly<Record<string, string>>): Promise<void> {
  const [, folder = '', ...file] = path.split('/');
  try {
    const text = await readFile(join(folders[folder] ?? '/nowhere', ...file), 'utf8');
    answer(200, { 'Content-Type': extname(path) === '.html' ? 'text/html' : 'text/javascript' }, text);
  } catch {
    answer(404);
  }
}

/**
 * The server that the suite expects, and another origin beside it. `/<run>/<number>/<scenario>` is a
 * stream, `/<run>/<number>/seen/<scenario>` tells what was asked there so far, and
 * `/<run>/<number>/cut/<scenario>` cuts its connections.
 */
export async function suiteServer(folders: Readonly<Record<string, string>>): Promise<SuiteServer> {
  const log = new Map<string, { readonly exchange: Exchange; readonly at: number }[]>();

  function note(exchange: Exchange): number {
    const entries = log.get(exchange.target) ?? [];
    entries.push({ exchange, at: performance.now() });
    log.set(exchange.target, entries);
    return entries.length;
  }

  const other: HttpServer = await httpServer((exchange) => {
    note(exchange);
    if (exchange.method === 'OPTIONS') exchange.answer(204, CORS);
    else exchange.stream('data: "arrived"\n\n', CORS);
  });

  const server: HttpServer = await httpServer((exchange) => {
    const { pathname } = new URL(exchange.target, 'http://any.test');
    const scenario = scenarios[pathname.slice(pathname.lastIndexOf('/') + 1)];
    const [, about] = /\/(seen|cut)\//.exec(pathname) ?? [];
    if (about) {
      const entries = log.get(pathname.replace(`/${about}/`, '/')) ?? [];
      if (about === 'cut') for (const { exchange: open } of entries) open.response.destroy();
      exchange.answer(200, { 'Content-Type': 'application/json' }, JSON.stringify(entries.map(seen)));
    } else if (scenario) scenario(exchange, note(exchange), other.origin);
    else void serveFile(exchange, pathname, folders);
  });

  return {
    origin: server.origin,
    async [Symbol.asyncDispose]() {
      await Promise.all([server, other].map((each) => each[Symbol.asyncDispose]()));
    },
  };
}
