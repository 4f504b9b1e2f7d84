import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventClient } from '../../../packages/client/src/index.ts';
import { parseCursor } from '../../../packages/server/src/cursor.ts';
import { createPushStream, type PushStream } from '../../../packages/server/src/index.ts';
import { redisLog } from '../../../packages/server/src/log/redis/redis-log.ts';
import type { RedisServer } from '../../support/redis.ts';
import { quiet } from './support.ts';

/** One server of several, on a port of its own. */
export interface Instance {
  readonly push: PushStream;
  readonly origin: string;
  /** All its connections are cut, and it is gone. */
  stop(): Promise<void>;
}

/** Instances on one Redis. */
export interface Cluster extends AsyncDisposable {
  readonly instances: readonly Instance[];
  /** One more. */
  start(): Promise<Instance>;
  /** One less. */
  stop(instance: Instance): Promise<void>;
}

async function startInstance(redis: Pick<RedisServer, 'url'>, heartbeatMs: number): Promise<Instance> {
  const log = redisLog({ url: redis.url, keyWindowMs: 600_000 }, quiet);
  const push = createPushStream({ log, environment: quiet, heartbeatMs });
  const server = createServer(push.handler());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    push,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await push.close();
    },
  };
}

export function createCluster(redis: Pick<RedisServer, 'url'>, heartbeatMs = 500): Cluster {
  const instances: Instance[] = [];
  return {
    instances,
    async start() {
      const instance = await startInstance(redis, heartbeatMs);
      instances.push(instance);
      return instance;
    },
    async stop(instance) {
      instances.splice(instances.indexOf(instance), 1);
      await instance.stop();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(instances.splice(0).map((instance) => instance.stop()));
    },
  };
}

/** A client of the cluster, held to what it is promised. */
export interface Roamer extends Disposable {
  readonly client: EventClient;
  /** The data of its events. */
  readonly data: readonly unknown[];
  /** Why it was reset, each time. */
  readonly resets: readonly string[];
  /** Events that do not follow the one before, where no reset said so. */
  readonly failures: readonly string[];
  readonly connections: number;
}

/** A client that lands on any instance each time that it connects, as behind a balancer. */
export function roam(pick: () => Instance | undefined): Roamer {
  const data: unknown[] = [];
  const resets: string[] = [];
  const failures: string[] = [];
  let connections = 0;
  /** Behind which its next event has to be; `undefined`: its first one may be any. */
  let position: { epoch: string; seq: number } | undefined;
  const client = new EventClient('http://cluster.test/events', {
    // What repeats is not to be hidden.
    dedupe: false,
    reconnect: { baseDelayMs: 1, maxDelayMs: 20 },
    environment: { warn() {} },
    fetch(url, init) {
      const origin = pick()?.origin;
      if (origin === undefined) return Promise.reject(new TypeError('nobody is there'));
      connections += 1;
      const { pathname, search } = new URL(url);
      return fetch(`${origin}${pathname}${search}`, init);
    },
  });
  client.lifecycle.on('reset', ({ reason, resumedFrom }) => {
    resets.push(reason);
    position = parseCursor(resumedFrom);
  });
  client.on('*', (value, { id }) => {
    const at = parseCursor(id ?? '');
    if (!at) failures.push(`expected a position, got ${id}`);
    else if (position && (at.epoch !== position.epoch || at.seq !== position.seq + 1)) {
      failures.push(`expected what follows ${position.epoch}.${position.seq}, got ${id}`);
    }
    position = at;
    data.push(value);
  });
  client.connect();
  return {
    client,
    data,
    resets,
    failures,
    get connections() {
      return connections;
    },
    [Symbol.dispose]: () => client.disconnect(),
  };
}
