import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import type { PushStream } from '../../../packages/server/src/index.ts';
import { cert, key } from '../../transports/certificate.ts';

/** A host that listens; its streams are at `/events`. */
export interface Running {
  readonly origin: string;
  readonly version: 1 | 2;
  /** Open connections. */
  readonly sockets: ReadonlySet<Socket>;
  /** Listens no more; resolves when the last connection has ended by itself. */
  close(): Promise<void>;
  /** Ends everything at once. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** One way to serve a hub's streams. */
export interface Host {
  readonly name: string;
  /** Whose connections are known to the hub: they are claimed for a stream, and end with it. */
  readonly kind: 'node' | 'fetch';
  start(push: PushStream): Promise<Running>;
}

interface Listening {
  readonly scheme?: 'http' | 'https';
  readonly version?: 1 | 2;
  /** Ends it where it is more than a server. */
  readonly close?: () => Promise<void>;
  readonly host?: string;
}

/** Waits for a server to listen on a port of its own. */
export async function listen(server: Server, options: Listening = {}): Promise<Running> {
  const { scheme = 'http', version = 1, host = '127.0.0.1' } = options;
  const sockets = new Set<Socket>();
  server.on(scheme === 'https' ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  if (!server.listening) {
    server.listen(0, host);
    await once(server, 'listening');
  }
  const { port } = server.address() as AddressInfo;
  const close =
    options.close ??
    (() =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }));
  let closed: Promise<void> | undefined;
  return {
    origin: `${scheme}://127.0.0.1:${port}`,
    version,
    sockets,
    close: () => (closed ??= close()),
    async [Symbol.asyncDispose]() {
      closed ??= close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Of the whole path, as `fetch`-shaped hosts are asked. */
function fetchServer(answer: (request: Request) => Response | Promise<Response>): Promise<Running> {
  return listen(createAdaptorServer({ fetch: answer, overrideGlobalObjects: false }));
}

const tls = { key, cert };

/** With `node:http`'s own server. */
export const nodeHost: Host = {
  name: 'node:http',
  kind: 'node',
  start: (push) => listen(createServer(push.handler())),
};

export const tlsHost: Host = {
  name: 'node:https',
  kind: 'node',
  start: (push) => listen(https.createServer(tls, push.handler()), { scheme: 'https' }),
};

const expressHost: Host = {
  name: 'Express',
  kind: 'node',
  start(push) {
    const app = express().disable('x-powered-by');
    app.get('/events', push.handler());
    return listen(createServer(app as RequestListener));
  },
};

const routerHost: Host = {
  name: 'Express, under a router',
  kind: 'node',
  start(push) {
    const router = express.Router();
    router.use('/', push.handler());
    const app = express().disable('x-powered-by');
    app.use(express.json());
    app.use('/events', router);
    return listen(createServer(app as RequestListener));
  },
};

const fastifyHost: Host = {
  name: 'Fastify',
  kind: 'node',
  async start(push) {
    const app = fastify({ exposeHeadRoutes: true, forceCloseConnections: false });
    const handler = push.handler();
    app.all('/events', (request, reply) => {
      reply.hijack();
      handler(request.raw, reply.raw);
    });
    await app.ready();
    return listen(app.server, { close: () => app.close() });
  },
};

const koaHost: Host = {
  name: 'Koa',
  kind: 'node',
  start(push) {
    const app = new Koa();
    // Whoever leaves in the middle of an answer is an error to it.
    app.silent = true;
    const handler = push.handler();
    app.use((context) => {
      context.respond = false;
      handler(context.req, context.res);
    });
    return listen(createServer(app.callback() as RequestListener));
  },
};

export const http2Host: Host = {
  name: 'node:http2 without TLS',
  kind: 'node',
  start: (push) => listen(http2.createServer(push.handler()), { version: 2 }),
};

const secureHttp2Host: Host = {
  name: 'node:http2 over TLS',
  kind: 'node',
  start: (push) => listen(http2.createSecureServer(tls, push.handler()), { version: 2, scheme: 'https' }),
};

/** One server for both, as browsers meet it. */
const eitherHost: Host = {
  name: 'node:http2 over TLS, asked by HTTP/1.1',
  kind: 'node',
  start: (push) => listen(http2.createSecureServer({ ...tls, allowHTTP1: true }, push.handler()), { scheme: 'https' }),
};

export const honoHost: Host = {
  name: 'Hono',
  kind: 'fetch',
  start(push) {
    const app = new Hono();
    app.all('/events', ({ req }) => push.fetch(req.raw));
    return fetchServer(app.fetch);
  },
};

const nextHost: Host = {
  name: "a route of Next.js, which hands along the route's parameters",
  kind: 'fetch',
  start(push) {
    type Route = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;
    const GET: Route = push.fetch;
    return fetchServer((request) => GET(request, { params: Promise.resolve({}) }));
  },
};

const svelteKitHost: Host = {
  name: 'an endpoint of SvelteKit',
  kind: 'fetch',
  start(push) {
    const GET = ({ request }: { readonly request: Request }): Promise<Response> => push.fetch(request);
    return fetchServer((request) => GET({ request }));
  },
};

export const hosts: readonly Host[] = [
  nodeHost,
  tlsHost,
  expressHost,
  routerHost,
  fastifyHost,
  koaHost,
  http2Host,
  secureHttp2Host,
  eitherHost,
  honoHost,
  nextHost,
  svelteKitHost,
];
