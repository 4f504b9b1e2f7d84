import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type RedisServer, startRedis } from '../../../support/redis.ts';
import { elapse } from '../../../support/until.ts';

/** An address in front of servers, as a name or a proxy that leads to the primary. */
export interface Address extends AsyncDisposable {
  readonly url: string;
  /** Connections that are open, of each server. */
  count(server: RedisServer): number;
  /** From now on it leads there; `old`: what becomes of the connections that there are. @default 'cut' */
  lead(server: RedisServer, old?: 'cut' | 'kept'): void;
}

export async function createAddress(first: RedisServer): Promise<Address> {
  let target = first.port;
  const links = new Map<Socket, number>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    links.set(client, target);
    client.on('close', () => {
      links.delete(client);
      upstream.destroy();
    });
    upstream.on('close', () => client.destroy());
    for (const socket of [client, upstream]) socket.setNoDelay(true).on('error', () => {});
    client.pipe(upstream).pipe(client);
  });
  const cut = (): void => {
    for (const client of links.keys()) client.resetAndDestroy();
  };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // A TCP server has an address of that form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${port}`,
    count: ({ port: of }) => [...links.values()].filter((at) => at === of).length,
    lead({ port: to }, old = 'cut') {
      target = to;
      if (old === 'cut') cut();
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** A primary with a replica, each its own process and directory, and the address that leads to the primary. */
export interface Pair extends AsyncDisposable {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly address: Address;
  /** Resolves when the replica has all that the primary has. */
  settle(): Promise<void>;
  /** The replica gets nothing more from the primary, and is none any more. */
  promote(): Promise<void>;
  /** The old primary becomes a replica of the promoted one. */
  demote(): Promise<void>;
}

const field = (info: unknown, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(String(info))?.[1];

/** Resolves when it is linked to its primary, and has what that one has. */
async function hasAll(replica: RedisServer, primary: RedisServer): Promise<void> {
  const ends = performance.now() + 10_000;
  for (;;) {
    const [its, whole] = await Promise.all([replica, primary].map((one) => one.command('INFO', 'replication')));
    const offset = field(whole, 'master_repl_offset');
    if (field(its, 'master_link_status') === 'up' && field(its, 'slave_repl_offset') === offset) return;
    if (performance.now() > ends) throw new Error('Expected the replica to have everything within 10 s');
    await elapse(5);
  }
}

async function replicate(replica: RedisServer, primary: RedisServer): Promise<void> {
  // Otherwise it waits for more replicas.
  await primary.command('CONFIG', 'SET', 'repl-diskless-sync', 'no');
  await replica.command('REPLICAOF', '127.0.0.1', String(primary.port));
  await hasAll(replica, primary);
}

export async function startPair(): Promise<Pair> {
  await using started = new AsyncDisposableStack();
  const [primary, replica] = await Promise.all([startRedis(), startRedis()]);
  started.use(primary);
  started.use(replica);
  const address = started.use(await createAddress(primary));
  await replicate(replica, primary);
  const parts = started.move();
  return {
    primary,
    replica,
    address,
    settle: () => hasAll(replica, primary),
    promote: async () => void (await replica.command('REPLICAOF', 'NO', 'ONE')),
    demote: () => replicate(primary, replica),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
