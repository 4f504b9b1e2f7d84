import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { apiKeys, type ApiKeyRing, generateKey } from '../../../packages/server/src/auth/index.ts';
import { serve, type Served, type ServeOptions } from '../../../packages/server/src/http/index.ts';
import { createPushStream, type PushStream, type PushStreamOptions } from '../../../packages/server/src/index.ts';

/** A key that may do everything, and one that may publish below `orders` only. */
export const KEY: string = generateKey();
export const ORDERS_KEY: string = generateKey();

export const createKeys = (): ApiKeyRing =>
  apiKeys([KEY, { id: 'orders', secret: ORDERS_KEY, scopes: { publish: ['orders', 'orders.*'] } }]);

/** A server over real HTTP. */
export interface TestServer extends Served {
  readonly push: PushStream;
  /** Asks with the key, JSON as JSON. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** Serves on a free port until the test is over. `keys` where nothing else is said. */
export async function start(
  options: Partial<ServeOptions> = {},
  pushOptions: PushStreamOptions = {},
): Promise<TestServer> {
  const push = createPushStream(pushOptions);
  const served = await serve(push, { ...(options.open ? {} : { keys: createKeys() }), ...options });
  onTestFinished(async () => {
    await push.close();
    served.server.closeAllConnections();
    await served.close();
  });
  return {
    ...served,
    push,
    ask: (method, path, body, headers) =>
      fetch(`${served.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${KEY}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  };
}

/** A connection without a client: every byte is the test's. */
export interface RawConnection {
  readonly socket: Socket;
  readonly text: string;
  readonly isClosed: boolean;
  /** Resolves when it is closed, also where the server refused what was written last. */
  readonly closed: Promise<void>;
  write(text: string | Buffer): void;
}

/** Connects, and says something. */
export function raw(port: number, text: string): RawConnection {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  let isClosed = false;
  socket.setEncoding('utf8');
  socket.on('data', (part: string) => (received += part));
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      isClosed = true;
      resolve();
    });
  });
  socket.write(text);
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    get text() {
      return received;
    },
    get isClosed() {
      return isClosed;
    },
    closed,
    write: (more) => void socket.write(more),
  };
}

/** Says something, and gives back everything that comes until the server closes. */
export async function rawAnswer(port: number, text: string): Promise<string> {
  const connection = raw(port, text);
  await connection.closed;
  return connection.text;
}

/** What a problem says. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly issues?: ReadonlyArray<{ readonly message: string; readonly path: readonly string[] }>;
}

export const problemOf = async (response: Response): Promise<ProblemBody> => (await response.json()) as ProblemBody;
