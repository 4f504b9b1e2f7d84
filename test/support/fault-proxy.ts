import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A connection through the proxy. */
interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
  /** Bytes on their way to the client are kept back from now on. */
  hold(): void;
  /** What was kept back goes on its way. */
  release(): void;
  /** Ends the client's side, orderly or by a reset. */
  cut(by: 'FIN' | 'RST'): void;
}

/** What the proxy does to the bytes for the client. */
export interface Faults {
  /** Pieces of at most this many bytes, each written by itself. @default whole chunks */
  readonly pieceLength?: number;
  /** So many bytes go in pieces, what follows as it comes. @default all */
  readonly piecedBytes?: number;
  /** The connection is cut after so many bytes. @default never */
  readonly cutAfter?: number;
  /** @default "FIN" */
  readonly cutBy?: 'FIN' | 'RST';
}

export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** Open connections. */
  readonly links: ReadonlySet<Link>;
  /** Connections so far. */
  readonly accepted: number;
  /** No new connection is accepted: the port refuses. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
}

/** A TCP proxy to a server on this machine that breaks what goes through it. */
export async function faultProxy(
  target: string,
  faultsOf: (number: number) => Faults = () => ({}),
): Promise<FaultProxy> {
  const to = new URL(target);
  const links = new Set<Link>();
  let accepted = 0;
  let port = 0;
  let server: Server;

  function join(client: Socket): void {
    accepted += 1;
    const { pieceLength = Infinity, piecedBytes = Infinity, cutAfter = Infinity, cutBy = 'FIN' } = faultsOf(accepted);
    const upstream = connect(Number(to.port), to.hostname);
    let passed = 0;
    let held: Buffer[] | undefined;

    function pass(bytes: Buffer): void {
      for (let at = 0; at < bytes.length && passed < cutAfter;) {
        const length = passed < piecedBytes ? pieceLength : Infinity;
        const piece = bytes.subarray(at, at + Math.min(length, cutAfter - passed));
        client.write(piece);
        at += piece.length;
        passed += piece.length;
      }
      if (passed >= cutAfter) link.cut(cutBy);
    }

    const link: Link = {
      client,
      upstream,
      hold() {
        held ??= [];
      },
      release() {
        const bytes = Buffer.concat(held ?? []);
        held = undefined;
        pass(bytes);
      },
      cut(by) {
        upstream.destroy();
        if (by === 'FIN') client.end();
        else client.resetAndDestroy();
      },
    };
    links.add(link);
    client.setNoDelay(true);
    client.on('data', (bytes) => upstream.write(bytes));
    client.on('error', () => {});
    client.on('close', () => {
      links.delete(link);
      upstream.destroy();
    });
    upstream.on('data', (bytes) => {
      if (held) held.push(bytes);
      else pass(bytes);
    });
    upstream.on('error', () => {});
    upstream.on('end', () => client.end());
    upstream.on('close', () => client.end());
  }

  /** Below the ports that outgoing connections are given: none of those has it when it accepts again. */
  const somePort = (): number => 20_000 + Math.floor(Math.random() * 10_000);

  async function accept(): Promise<void> {
    for (;;) {
      const wanted = port === 0 ? somePort() : port;
      server = createServer(join).listen(wanted, '127.0.0.1');
      try {
        await once(server, 'listening');
        port = wanted;
        return;
      } catch (error) {
        if (port !== 0) throw error;
      }
    }
  }

  function refuse(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const link of links) link.cut('RST');
    return closed;
  }

  await accept();
  return {
    url: `http://127.0.0.1:${port}${to.pathname}`,
    links,
    get accepted() {
      return accepted;
    },
    accept,
    refuse,
    [Symbol.asyncDispose]: refuse,
  };
}
