import { createServer, type Server, type Socket } from 'node:net';
import { type Address, createLink, type Link } from './link.ts';
import { listen } from './listen.ts';
import { createSpan, type Span } from './span.ts';
import type { Narrowness } from './valve.ts';

/** A TCP proxy that breaks what goes through it. */
export interface FaultProxy {
  readonly port: number;
  /** Connections that are open now. */
  readonly links: ReadonlySet<Link>;
  /** Those that carry an event stream. */
  streams(): Link[];
  /** While it lasts, connections are dropped, and dropped again as soon as they come. */
  readonly refusing: Span;
  /** While it lasts, the network is narrow and late. */
  readonly slow: Span;
  /** Takes no more connections; those that do not end by themselves in a moment are dropped. */
  close(): Promise<void>;
}

const GRACE_MS = 300;
const NARROW: Narrowness = { bytesPerSecond: 4_096, latencyMs: 400 };

export interface FaultProxyOptions {
  readonly port: number;
  /** Takes the next free port where this one is in use. */
  readonly orNext?: boolean;
  /** Where a connection goes, when it comes; `undefined`: nobody is there. */
  readonly to: () => Address | undefined;
}

/** Starts a proxy on this machine. */
export async function startFaultProxy({ port, orNext = false, to }: FaultProxyOptions): Promise<FaultProxy> {
  const links = new Set<Link>();
  const refusing = createSpan();
  const slow = createSpan();
  const narrowness = (): Narrowness | undefined => (slow.isOn ? NARROW : undefined);

  function join(client: Socket): void {
    const address = refusing.isOn ? undefined : to();
    if (address) links.add(createLink({ client, to: address, narrowness, left: (link) => links.delete(link) }));
    else {
      client.on('error', () => {});
      client.resetAndDestroy();
    }
  }

  const server: Server = createServer(join);
  const bound = await listen(server, port, orNext);
  return {
    port: bound,
    links,
    streams: () => [...links].filter((link) => link.isStreaming),
    refusing,
    slow,
    close() {
      const impatient = setTimeout(() => {
        for (const link of links) link.reset();
      }, GRACE_MS);
      return new Promise((resolve) => {
        server.close(() => {
          clearTimeout(impatient);
          resolve();
        });
      });
    },
  };
}
