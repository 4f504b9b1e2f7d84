import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createProbe, type Health } from './health.ts';

/** How a balancer looks after its instances. */
export interface BalancerOptions {
  /** Where the instances are; asked each time. */
  readonly ports: () => readonly number[];
  /** Where it listens itself; 0: a free one. @default 0 */
  readonly port?: number | undefined;
  /** How often instances are looked at, in milliseconds. @default 250 */
  readonly everyMs?: number | undefined;
  /** How long an answer of theirs may take, in milliseconds. @default 600 */
  readonly patienceMs?: number | undefined;
}

/**
 * A proxy for TCP on loopback that spreads connections over instances, round robin.
 *
 * - New connections go to instances that are ready; where none is, to those that live: who asks them is told by them,
 *   with a `Retry-After`, what he would not learn from a refused connection.
 * - An instance that cannot be reached is not tried again before it was looked at.
 * - One that does not answer once gets no new connections; twice in a row, and its connections are cut.
 * - The end of either side is the end of the other: nothing is left half open.
 */
export interface Balancer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Connections through it. */
  readonly connections: number;
  /** As it sees an instance. */
  health(port: number): Health;
  /** Looks at all of them now. */
  check(): Promise<void>;
}

/** An instance, as it is seen from outside. */
interface Target {
  health: Health;
  /** Looks in a row that it did not answer. */
  misses: number;
  /** The look that is on its way: what an earlier one has seen must not come after it. */
  looking: Promise<void> | undefined;
  readonly sockets: Set<Socket>;
}

const MISSES_TO_CUT = 2;

/** From then on what one side says the other hears, and dies of the other's death. */
function splice(client: Socket, upstream: Socket): void {
  client.pipe(upstream);
  upstream.pipe(client);
  // What was said before an end has been passed on by then; what was not is nobody's any more.
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroySoon());
}

/** A connection to a port, or `undefined`. */
function reach(port: number, patienceMs: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    // Whoever was held up himself looks first at what has come meanwhile.
    const late = (): void => void (socket.connecting && socket.destroy());
    const timer = setTimeout(() => setImmediate(late), patienceMs);
    socket.on('error', () => {});
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Starts a balancer; resolves when it listens and has looked at its instances. */
export async function startBalancer(options: BalancerOptions): Promise<Balancer> {
  const { ports, port: wanted = 0, everyMs = 250, patienceMs = 600 } = options;
  const targets = new Map<number, Target>();
  const clients = new Set<Socket>();
  const probe = createProbe(patienceMs);
  let turn = 0;

  function targetOf(port: number): Target {
    const target = targets.get(port) ?? { health: 'alive', misses: 0, looking: undefined, sockets: new Set() };
    targets.set(port, target);
    return target;
  }

  async function look(target: Target, port: number): Promise<void> {
    target.health = await probe.look(port);
    target.misses = target.health === 'silent' ? target.misses + 1 : 0;
    if (target.misses >= MISSES_TO_CUT) for (const socket of target.sockets) socket.destroy();
    target.looking = undefined;
  }

  async function check(): Promise<void> {
    const known = ports();
    for (const port of targets.keys()) if (!known.includes(port)) targets.delete(port);
    await Promise.all(known.map((at) => (targetOf(at).looking ??= look(targetOf(at), at))));
  }

  /** The best first, each time another one. */
  function inTurn(): number[] {
    const all = ports();
    const of = (health: Health): number[] => all.filter((port) => targetOf(port).health === health);
    turn += 1;
    const rotate = (some: number[]): number[] => some.map((_, at) => some[(at + turn) % some.length] ?? 0);
    return [...rotate(of('ready')), ...rotate(of('alive'))];
  }

  async function serve(client: Socket): Promise<void> {
    clients.add(client);
    client.on('error', () => {});
    client.on('close', () => clients.delete(client));
    for (const port of inTurn()) {
      const upstream = await reach(port, patienceMs);
      const target = targetOf(port);
      if (!upstream) {
        target.health = 'silent';
      } else if (client.destroyed) {
        upstream.destroy();
        return;
      } else {
        target.sockets.add(upstream);
        upstream.on('close', () => target.sockets.delete(upstream));
        splice(client, upstream);
        return;
      }
    }
    client.destroy();
  }

  const server = createServer({ noDelay: true }, (client) => void serve(client));
  const port = await listen(server, wanted);
  await check();
  const timer = setInterval(() => void check(), everyMs);

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return clients.size;
    },
    health: (of) => targetOf(of).health,
    check,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      probe[Symbol.dispose]();
      for (const client of clients) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
