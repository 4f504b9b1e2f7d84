import { type Cluster, startCluster } from '../../playground/cluster/cluster.ts';
import { caseSeed, createRandom, type Random } from '../support/random.ts';
import { type Crowd, gather } from './crowd.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { createPublishers, type Publishers } from './publishers.ts';

/** Signs of life, and so how soon clients find out that there are none: three times that. */
const HEARTBEAT_MS = 1_000;
const DRAIN_MS = 400;

/** A cluster with its clients and publishers, and what is written down about them. */
export interface World extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly crowd: Crowd;
  readonly publishers: Publishers;
  readonly ledger: Ledger;
  /** Decides what happens, and nothing else. */
  readonly random: Random;
}

/** Resolves when all clients are open; nothing is published yet. */
export async function createWorld(clients: number, seed: number): Promise<World> {
  await using parts = new AsyncDisposableStack();
  const cluster = parts.use(await startCluster({ heartbeatMs: HEARTBEAT_MS, drainMs: DRAIN_MS }));
  const crowd = parts.use(await gather(cluster.url, clients));
  const publishers = createPublishers(cluster.url, cluster.apiKey, createRandom(caseSeed(seed, 0)));
  parts.defer(() => publishers.stop());
  const ledger = openLedger(cluster.redis);
  const all = parts.move();
  return {
    cluster,
    crowd,
    publishers,
    ledger,
    random: createRandom(caseSeed(seed, 1)),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
