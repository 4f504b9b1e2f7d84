import { type AddressInfo, createServer, type Socket } from 'node:net';

/** One request of which the head arrived; the response is the test's, byte by byte. */
export interface RawExchange {
  readonly number: number;
  readonly target: string;
  /** `Last-Event-ID`, its bytes read as UTF-8; `undefined` where none came. */
  readonly lastEventId: string | undefined;
  readonly socket: Socket;
}

export interface RawServer extends AsyncDisposable {
  readonly origin: string;
  readonly url: string;
  readonly exchanges: readonly RawExchange[];
  /** Open sockets, those that never asked for anything included. */
  readonly sockets: ReadonlySet<Socket>;
}

/** A response head that an event stream may start with, up to the body's first byte. */
export function streamHead(version: '1.0' | '1.1' = '1.1', ...headers: readonly string[]): string {
  return [`HTTP/${version} 200 OK`, 'Content-Type: text/event-stream', ...headers, '', ''].join('\r\n');
}

/** One chunk of a chunked body. */
export function httpChunk(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** A TCP server for exact bytes. Requests have no body; one that never gets its answer stays open. */
export async function rawServer(onRequest: (exchange: RawExchange) => void): Promise<RawServer> {
  const exchanges: RawExchange[] = [];
  const sockets = new Set<Socket>();

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        const head = received.slice(0, end);
        received = received.slice(end + 4);
        const id = /^last-event-id: ?(.*)$/im.exec(head)?.[1];
        const exchange: RawExchange = {
          number: exchanges.length + 1,
          target: head.split(' ', 2)[1] ?? '',
          lastEventId: id === undefined ? undefined : Buffer.from(id, 'latin1').toString('utf8'),
          socket,
        };
        exchanges.push(exchange);
        onRequest(exchange);
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: `${origin}/events`,
    exchanges,
    sockets,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
