import { createPushStream, type Position } from 'pushstream-server';
import { redisLog } from 'pushstream-server/redis';
import type { FaultName } from '../contract.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { TaskEvents } from '../task-events.ts';
import type { Backend } from './backend.ts';
import { type Fault, passing } from './faults.ts';
import type { Ledger } from './ledger.ts';
import { HOST } from './listen.ts';
import { taskSchemas } from './task-schemas.ts';

export interface ClusterBackendOptions {
  /** Events that can be replayed. */
  readonly capacity: number;
  /** Is told of everything that is stored. */
  readonly ledger: Ledger;
  /** Takes why something failed that nobody waits for. */
  readonly failed: (error: unknown) => void;
}

/** Several servers behind a balancer, on a log in Redis. */
export function createClusterBackend(cluster: Cluster, { capacity, ledger, failed }: ClusterBackendOptions): Backend {
  const { url } = cluster.redis;
  // Publishes without being a server for anybody: what it stores, the others deliver.
  const publisher = createPushStream<TaskEvents>({
    log: redisLog({ url, maxEvents: capacity }),
    schemas: taskSchemas,
  });
  // The ledger has a reader of its own.
  const log = redisLog({ url });
  const ended = new AbortController();

  /** Notes what follows a position; gives the one to go on from when it cannot. */
  async function noteFrom(position: Position): Promise<Position> {
    let reached = position;
    for await (const page of log.tail(position, ended.signal)) {
      if (page.kind === 'gap') return { epoch: page.head.epoch, seq: page.head.first - 1 };
      for (const { seq, type } of page.entries) {
        reached = { epoch: page.epoch, seq };
        // What servers tell each other there is no event.
        if (!type.startsWith('pushstream.')) ledger.note(reached);
      }
    }
    return reached;
  }

  async function keepLedger(): Promise<void> {
    const { epoch, last } = await log.head();
    let position: Position = { epoch, seq: last };
    while (!ended.signal.aborted) position = await noteFrom(position);
  }
  const kept = keepLedger().catch(failed);

  return {
    isCluster: true,
    log,
    key: cluster.apiKey,
    address: { host: HOST, port: cluster.balancer.port },
    token: () => null,
    async publish(type, data) {
      await publisher.publish(type, data);
    },
    instances: () =>
      Promise.all(
        cluster.instances.map(async (instance) => ({
          name: instance.name,
          state: instance.state,
          streams: await instance.streams(),
        })),
      ),
    async act(name, action) {
      const instance = cluster.instances.find((known) => known.name === name);
      if (!instance) return false;
      // To drain takes as long as its streams do: the state tells.
      if (action === 'drain') instance.drain().catch(failed);
      else await instance[action]();
      return true;
    },
    async close() {
      ended.abort();
      await Promise.all([publisher.close(), log.close(), kept]);
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** What can be done to a cluster that is not done to one of its servers. */
export function clusterFaults(cluster: Cluster): Partial<Record<FaultName, Fault>> {
  return {
    'restart-empty': passing(async () => {
      await cluster.redis.command('FLUSHALL');
    }),
  };
}
