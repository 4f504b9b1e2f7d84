import { randomBytes } from 'node:crypto';
import { type Balancer, startBalancer } from './balancer.ts';
import { createInstance, type Instance } from './instance.ts';
import { type RedisServer, startRedis } from './redis.ts';

/** What a cluster is made of, and how fast it is. */
export interface ClusterOptions {
  /** Instances to begin with. @default 3 */
  readonly instances?: number | undefined;
  /** Where the balancer listens; 0: a free port. @default 0 */
  readonly port?: number | undefined;
  /** May publish. @default one that is made */
  readonly apiKey?: string | undefined;
  /** The interval of the instances' signs of life. @default 15_000 */
  readonly heartbeatMs?: number | undefined;
  /** Over how long a drained instance ends its streams. @default 10_000 */
  readonly drainMs?: number | undefined;
  /** Whose pages may read. @default none */
  readonly origins?: readonly string[] | undefined;
}

/** Redis, instances of `pushstream-server` and a balancer, each real, all on loopback. */
export interface Cluster extends AsyncDisposable {
  /** The balancer's. */
  readonly url: string;
  readonly apiKey: string;
  readonly redis: RedisServer;
  readonly balancer: Balancer;
  /** In the order in which they were added. */
  readonly instances: readonly Instance[];
  /** One more, which listens. */
  add(): Promise<Instance>;
  /** Takes one out of the balancer for good; one that still runs is killed. */
  remove(instance: Instance): Promise<void>;
  /** Calls back at each change of an instance's state; returns what ends it. */
  watch(listener: () => void): () => void;
}

/**
 * Starts a cluster; resolves when every instance listens. Nothing of it outlives this process, however that ends.
 *
 * @throws {Error} Where there is no `redis-server`, or the port is taken.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { instances: count = 3, port, heartbeatMs = 15_000, drainMs = 10_000, origins = [] } = options;
  const apiKey = options.apiKey ?? randomBytes(24).toString('base64url');
  const instances: Instance[] = [];
  const listeners = new Set<() => void>();
  let made = 0;

  await using started = new AsyncDisposableStack();
  const redis = started.use(await startRedis({ append: 'always' }));
  started.defer(async () => void (await Promise.all(instances.splice(0).map((instance) => instance.kill()))));

  async function add(): Promise<Instance> {
    made += 1;
    const changed = (): void => {
      for (const listener of listeners) listener();
    };
    const name = `server-${made}`;
    const instance = createInstance({ name, redisUrl: redis.url, apiKey, heartbeatMs, drainMs, origins, changed });
    instances.push(instance);
    await instance.start();
    return instance;
  }

  await Promise.all(Array.from({ length: count }, add));
  const ports = (): number[] => instances.map((instance) => instance.port).filter((at) => at > 0);
  const balancer = started.use(await startBalancer({ ports, port }));
  const parts = started.move();

  return {
    url: balancer.url,
    apiKey,
    redis,
    balancer,
    instances,
    add,
    async remove(instance) {
      const at = instances.indexOf(instance);
      if (at >= 0) instances.splice(at, 1);
      await instance.kill();
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
