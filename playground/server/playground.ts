import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createServer as createVite } from 'vite';
import { createEventServer, type EventServer, type EventServerOptions } from './event-server.ts';
import { handleStatic } from './static.ts';

const HOST = '127.0.0.1';

export interface PlaygroundOptions extends EventServerOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Takes the next free port where this one is in use. */
  readonly orNext?: boolean;
  /** A reloaded page has the newest files. */
  readonly watch?: boolean;
}

export interface Playground {
  readonly url: string;
  readonly events: EventServer;
  close(): Promise<void>;
}

/** Events, both pages and nothing else, on one port of this machine. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { port, orNext = false, watch = false } = options;
  const events = createEventServer(options);
  const server = createServer();
  const vite = await createVite({
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    appType: 'mpa',
    logLevel: 'warn',
    clearScreen: false,
    // The page gets the package's own files, not a bundle of them.
    optimizeDeps: { noDiscovery: true, include: [] },
    server: {
      middlewareMode: { server },
      // A page that reloads itself when the server comes back would not show how the stream does.
      hmr: false,
      ws: false,
      ...(watch ? {} : { watch: null }),
    },
  });
  server.on('request', (request, response) => {
    if (!events.handle(request, response) && !handleStatic(request, response)) vite.middlewares(request, response);
  });
  const bound = await listen(server, port, orNext);

  return {
    url: `http://${HOST}:${bound}/`,
    events,
    async close() {
      events.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await vite.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number, orNext: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE' && orNext) listen(server, port + 1, port < 65_534).then(resolve, reject);
      else reject(error);
    };
    server.once('error', failed);
    server.listen(port, HOST, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
