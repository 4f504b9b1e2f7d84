import { check } from 'pushstream-protocol';
import { Connection, type TestConnection } from './connection.ts';
import { readRequest, redirectedRequest } from './request.ts';
import { settle } from './settle.ts';

/** A server in memory: each request of a client waits until the test, or a handler, answers it. */
export interface TestServer<Events extends object = Record<string, unknown>> {
  /**
   * For the client's option of this name, or in the place of the global one. As a real one it takes
   * a signal, follows redirects unless told otherwise, and shows them where told `manual`.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Every request so far, in order. */
  readonly connections: readonly TestConnection<Events>[];
  /** Those that nobody has ended. None is left after `disconnect()`. */
  readonly live: readonly TestConnection<Events>[];
  /** The next request that this has not given yet; resolves when it comes. */
  next(): Promise<TestConnection<Events>>;
  /** Resolves when what was sent has been read. No time passes. */
  settled(): Promise<void>;
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** As many as `fetch` follows. */
const MAX_REDIRECTS = 20;

/** Rejects when it aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/**
 * A server without a network, for one test.
 *
 * @param handler Answers every request as it comes. What it throws is an unhandled rejection, which
 * test runners report.
 * @throws {TypeError} For a handler that is no function.
 */
export function createTestServer<Events extends object = Record<string, unknown>>(
  handler: (connection: TestConnection<Events>) => unknown = () => {},
): TestServer<Events> {
  check('handler', handler, 'function');
  const connections: Connection[] = [];
  const untaken: Connection[] = [];
  const takers: ((connection: Connection) => void)[] = [];

  async function handle(connection: Connection): Promise<void> {
    await handler(connection);
  }

  async function serve(request: Request, signal: AbortSignal, hops = 0): Promise<Response> {
    const read = readRequest(request);
    const connection = new Connection(read, connections.length + 1);
    signal.addEventListener('abort', () => connection.abort(signal.reason), { once: true });
    connections.push(connection);
    const taker = takers.shift();
    if (taker) taker(connection);
    else untaken.push(connection);
    void handle(connection);
    const response = await connection.response;
    const { status } = response;
    const location = REDIRECTS.includes(status) && request.redirect !== 'manual' && response.headers.get('location');
    if (location && (request.redirect === 'error' || hops === MAX_REDIRECTS)) throw new TypeError('fetch failed');
    if (location) return serve(await redirectedRequest(read, status, location), signal, hops + 1);
    // A response that a script makes has neither.
    return Object.defineProperties(response, { url: { value: request.url }, redirected: { value: hops > 0 } });
  }

  return {
    async fetch(input, { signal: given, ...init } = {}) {
      const request = new Request(input, init);
      const signal = given ?? (input instanceof Request ? input : request).signal;
      signal.throwIfAborted();
      const response = await Promise.race([serve(request, signal), aborted(signal)]);
      return response;
    },
    connections,
    get live() {
      return connections.filter(({ isOver }) => !isOver);
    },
    next() {
      const connection = untaken.shift();
      return connection ? Promise.resolve(connection) : new Promise((resolve) => void takers.push(resolve));
    },
    settled: settle,
  };
}
