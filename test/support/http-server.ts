import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request as it arrived, its body read, and the response to write. */
export interface Exchange {
  /** 1 for the first request of the server. */
  readonly number: number;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** `Last-Event-ID`, its bytes read as UTF-8; `undefined` where none came. */
  readonly lastEventId: string | undefined;
  readonly response: ServerResponse;
  /** The client let go of the response, or it was sent to its end. */
  readonly isOver: boolean;
  /** Answers without a stream. */
  answer(status: number, headers?: Record<string, string>, body?: string): void;
  /** Begins a stream: headers first, then these bytes. */
  stream(body?: string | Uint8Array, headers?: Record<string, string>): ServerResponse;
}

export interface HttpServer extends AsyncDisposable {
  readonly origin: string;
  readonly url: string;
  readonly requests: readonly Exchange[];
  /** Requests whose response is not over. */
  readonly pending: readonly Exchange[];
  /** Open sockets. */
  readonly sockets: ReadonlySet<Socket>;
  /** Sockets so far. */
  readonly accepted: number;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A real `node:http` server on a port of its own. */
export async function httpServer(onRequest: (exchange: Exchange) => void): Promise<HttpServer> {
  const requests: Exchange[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let isOver = false;
    response.on('close', () => {
      isOver = true;
    });
    // A client may leave at any time.
    response.on('error', () => {});
    const body = await read(request);
    const id = request.headers['last-event-id'];
    const exchange: Exchange = {
      number: requests.length + 1,
      method: request.method ?? '',
      target: request.url ?? '',
      headers: request.headers,
      body,
      lastEventId: typeof id === 'string' ? Buffer.from(id, 'latin1').toString('utf8') : undefined,
      response,
      get isOver() {
        return isOver;
      },
      answer(status, headers = {}, text = '') {
        response.writeHead(status, headers).end(text);
      },
      stream(text, headers = {}) {
        response.writeHead(200, { 'Content-Type': 'text/event-stream', ...headers });
        response.flushHeaders();
        if (text !== undefined) response.write(text);
        return response;
      },
    };
    requests.push(exchange);
    onRequest(exchange);
  }

  const server = createServer((request, response) => {
    // Only a client that left in the middle of its own request fails here.
    handle(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: `${origin}/events`,
    requests,
    get pending() {
      return requests.filter(({ isOver }) => !isOver);
    },
    sockets,
    get accepted() {
      return accepted;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      await closed;
    },
  };
}
