import { readFileSync } from 'node:fs';
import { umdFile } from '../../support/umd-file.ts';
import { type Exchange, type HttpServer, httpServer } from '../../support/http-server.ts';
import { live, type ReaderSpec } from './page.ts';

const EVERY_MS = 50;

/** One request for numbers. */
interface Connection {
  readonly at: number;
  readonly lastEventId: string | undefined;
  readonly exchange: Exchange;
}

/** Counts aloud, twenty numbers a second, to whoever listens; a cursor is a number. It never says how it is. */
export interface NumberServer extends AsyncDisposable {
  readonly http: HttpServer;
  /** The newest number. */
  readonly head: number;
  /** The address of a page with these readers, and of one with nothing. */
  page(...specs: readonly ReaderSpec[]): string;
  readonly elsewhere: string;
  /** Every connection of a reader so far, and those that are not over. */
  connections(name: string): readonly Connection[];
  live(name: string): readonly Connection[];
  /** Ends what a reader has open, without a word. */
  cut(name: string): void;
  /** New connections get a 503 from now on, or not any more. */
  refuse(refuses: boolean): void;
}

export async function numberServer(): Promise<NumberServer> {
  const script = readFileSync(umdFile, 'utf8');
  const all: (Connection & { readonly name: string })[] = [];
  const pumps = new Set<() => void>();
  let head = 0;
  let refuses = false;
  const clock = setInterval(() => {
    head += 1;
    for (const pump of pumps) pump();
  }, EVERY_MS);

  function count(exchange: Exchange, query: URLSearchParams): void {
    const { lastEventId } = exchange;
    all.push({ at: performance.now(), lastEventId, exchange, name: query.get('name') ?? '' });
    if (refuses) {
      exchange.answer(503, { connection: 'close' });
      return;
    }
    const response = exchange.stream();
    const heartbeatMs = Number(query.get('heartbeatMs'));
    if (heartbeatMs > 0) {
      response.write(`event: pushstream.ready\ndata: ${JSON.stringify({ heartbeatMs })}\n\n`);
      const timer = setInterval(() => response.write(':\n\n'), heartbeatMs);
      response.on('close', () => clearInterval(timer));
    }
    if (query.has('silent')) return;
    const behind = Number(query.get('behind'));
    let sent = lastEventId ? Number(lastEventId) : head - behind;
    function pump(): void {
      for (; sent < head - behind; sent += 1) response.write(`id: ${sent + 1}\ndata: ${sent + 1}\n\n`);
    }
    pump();
    pumps.add(pump);
    response.on('close', () => pumps.delete(pump));
  }

  const http = await httpServer((exchange) => {
    const [path, search] = exchange.target.split('?', 2);
    const query = new URLSearchParams(search);
    // A socket of its own for each: what a fault does to the streams that are open does not reach the next.
    const give = (type: string, body: string): void =>
      exchange.answer(200, { 'content-type': `${type}; charset=utf-8`, connection: 'close' }, body);
    if (path === '/numbers') count(exchange, query);
    else if (path === '/pushstream.min.js') give('text/javascript', script);
    else if (path === '/live.js') give('text/javascript', `(${live.toString()})(${query.get('specs')})`);
    else if (path === '/page') {
      const specs = encodeURIComponent(query.get('specs') ?? '');
      give('text/html', `<script src="/pushstream.min.js"></script><script src="/live.js?specs=${specs}"></script>`);
    } else if (path === '/elsewhere') give('text/html', '<title>Elsewhere</title>');
    else exchange.answer(404, { connection: 'close' });
  });
  const of = (name: string): Connection[] => all.filter((connection) => connection.name === name);
  const open = (name: string): Connection[] => of(name).filter(({ exchange }) => !exchange.isOver);

  return {
    http,
    get head() {
      return head;
    },
    page: (...specs) => `${http.origin}/page?specs=${encodeURIComponent(JSON.stringify(specs))}`,
    elsewhere: `${http.origin}/elsewhere`,
    connections: of,
    live: open,
    cut(name) {
      for (const { exchange } of open(name)) exchange.response.destroy();
    },
    refuse(value) {
      refuses = value;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(clock);
      await http[Symbol.asyncDispose]();
    },
  };
}
