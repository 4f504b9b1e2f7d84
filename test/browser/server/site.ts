import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { createPushStream, type PushStream, type PushStreamOptions } from '../../../packages/server/src/index.ts';
import { listen, type Running } from '../../server/hosts/hosts.ts';
import { cert, key } from '../../transports/certificate.ts';

/** A hub, and pages of its own origin to read it from. */
export interface Site extends AsyncDisposable {
  readonly push: PushStream;
  readonly origin: string;
  /** Of each request for a stream: the last event that it named, and by which version of HTTP. */
  readonly asked: ReadonlyArray<{ readonly cursor: string | null; readonly version: number }>;
  /** Cuts every connection. */
  cut(): void;
}

const bundle = await build({
  entryPoints: [fileURLToPath(new URL('../../../packages/client/src/index.ts', import.meta.url))],
  bundle: true,
  format: 'iife',
  globalName: 'PushStream',
  write: false,
});
const client = bundle.outputFiles[0]?.text ?? '';

type Native = [IncomingMessage | Http2ServerRequest, ServerResponse | Http2ServerResponse];

/** `/` is a page with the client in it, `/events` the streams. */
export async function startSite(version: 1 | 2, options: PushStreamOptions = {}): Promise<Site> {
  const asked: Array<Site['asked'][number]> = [];
  const push = createPushStream({
    heartbeatMs: 200,
    retryMs: 50,
    authorize({ headers, native }) {
      const { httpVersionMajor } = native as IncomingMessage;
      asked.push({ cursor: headers.get('last-event-id'), version: httpVersionMajor });
      return {};
    },
    ...options,
  });
  const handler = push.handler();
  function answer(...[request, response]: Native): void {
    if (request.url?.startsWith('/events')) {
      handler(request, response);
      return;
    }
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><link rel="icon" href="data:,"><script>${client}</script>`);
  }
  const running: Running =
    version === 1
      ? await listen(createServer(answer))
      : await listen(createSecureServer({ key, cert, allowHTTP1: true }, answer), { version, scheme: 'https' });
  return {
    push,
    origin: running.origin,
    asked,
    cut() {
      for (const socket of running.sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      await push.close();
      await running[Symbol.asyncDispose]();
    },
  };
}
