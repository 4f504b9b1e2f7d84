import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { check, complete, type Manual, misuse, MS } from 'pushstream-protocol';
import type { Environment } from '../environment.ts';
import type { DrainOptions, PushStream } from '../push-stream.ts';
import { type Assembly, assemble } from './api.ts';
import type { HttpApiOptions } from './options.ts';
import { Problem } from './problem.ts';
import { findStream, hasCredential, KEY_HEADER } from './streams.ts';

/** Where a server listens, and how long it waits for requests. */
export interface ServeOptions extends HttpApiOptions {
  /** 0: one that is free. @default 0 */
  readonly port?: number | undefined;
  /** The address; `0.0.0.0` and `::` are all of them. @default "127.0.0.1" */
  readonly host?: string | undefined;
  /** How long the head of a request may take, in milliseconds. @default 15_000 */
  readonly headersTimeoutMs?: number | undefined;
  /** How long a whole request may take, in milliseconds; streams are answers, and not cut. @default 30_000 */
  readonly requestTimeoutMs?: number | undefined;
  /** How long a connection is kept for another request, in milliseconds. @default 65_000 */
  readonly keepAliveTimeoutMs?: number | undefined;
  /** Connections, those for streams included; above, they are closed at once. @default 11_000 */
  readonly maxConnections?: number | undefined;
}

/** A server that listens. */
export interface Served {
  /** With the port that it got. */
  readonly url: string;
  /** The one that it got. */
  readonly port: number;
  /** Node's own. */
  readonly server: Server;
  /** Says that it is not ready, then ends the streams over a window; goes on answering. */
  drain(options?: DrainOptions): Promise<void>;
  /** Listens no more and ends every connection. The hub lives on. */
  close(): Promise<void>;
}

interface Listening {
  readonly port: number;
  readonly host: string;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
}

const manual: Manual<Listening> = {
  port: ['whole 0..65535', 0],
  host: '127.0.0.1',
  headersTimeoutMs: [MS, 15_000],
  requestTimeoutMs: [MS, 30_000],
  // Longer than a proxy in front keeps one, so that it never sends into a connection that closes.
  keepAliveTimeoutMs: [MS, 65_000],
  maxConnections: ['whole 1..10000000', 11_000],
};

const GRACE_MS = 1_000;

/** How often Node looks for requests that take too long, at least. */
const LOOK_MS = 5_000;

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Streams go to the hub as they are, everything else by way of the app. */
function createListener({ app, options, push }: Assembly): Listener {
  const { environment } = options;
  const answer = getRequestListener(app.fetch, {
    // A library does not replace what belongs to everybody.
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      if (error instanceof RequestError) return new Problem(400, 'Expected a target that is a URL').toResponse();
      environment.reportError(error, 'a request');
      return new Problem(500, 'The server failed').toResponse();
    },
  });
  return (request, response) => {
    const stream = findStream(request.url ?? '', options.apiKeyInQuery);
    if (!stream) {
      void answer(request, response);
      return;
    }
    const { headers } = request;
    if (stream.key !== undefined && !hasCredential((name) => name in headers)) headers[KEY_HEADER] = stream.key;
    request.url = stream.target;
    push.handler(stream.route)(request, response);
  };
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address);
      else reject(new Error('Expected an address, got none'));
    });
  });
}

/** An address that this machine can ask: of all addresses, its own. */
function urlOf({ address, family, port }: AddressInfo): string {
  if (family === 'IPv6') return `http://[${address === '::' ? '::1' : address}]:${port}`;
  return `http://${address === '0.0.0.0' ? '127.0.0.1' : address}:${port}`;
}

/** What is being answered may be finished for a moment. */
function close(server: Server, { setTimer }: Environment): Promise<void> {
  return new Promise((resolve) => {
    const cancel = setTimer(() => server.closeAllConnections(), GRACE_MS);
    server.close(() => {
      cancel();
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** The options that are its own, and those of the API. */
function split(options: ServeOptions): [listening: Listening, api: HttpApiOptions] {
  check('options', options, 'object');
  const { port, host, headersTimeoutMs, requestTimeoutMs, keepAliveTimeoutMs, maxConnections, ...api } = options;
  const own = { port, host, headersTimeoutMs, requestTimeoutMs, keepAliveTimeoutMs, maxConnections };
  // Node would listen at every address of the machine.
  if (host === '') throw misuse('options.host', 'an address', '""');
  return [complete('options', own, manual), api];
}

/**
 * Serves a hub over HTTP with `node:http`; resolves when it listens.
 *
 * @throws {TypeError | RangeError} For an option that cannot be, or where nobody is said to publish.
 * @throws {Error} What Node says where it cannot listen.
 */
export async function serve<Events extends object>(push: PushStream<Events>, options: ServeOptions): Promise<Served> {
  const [listening, given] = split(options);
  const { headersTimeoutMs, requestTimeoutMs, keepAliveTimeoutMs } = listening;
  const assembly = assemble(push, given);
  const server = createServer(
    {
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(LOOK_MS, headersTimeoutMs, requestTimeoutMs),
    },
    createListener(assembly),
  );
  server.maxConnections = listening.maxConnections;
  const address = await listen(server, listening.port, listening.host);
  return {
    url: urlOf(address),
    port: address.port,
    server,
    drain: (drainOptions) => assembly.drain(drainOptions),
    close: () => close(server, assembly.options.environment),
  };
}
