import type { Instance } from '../../playground/cluster/instance.ts';
import { elapse, until } from '../support/until.ts';
import type { ResetRule } from './judge.ts';
import type { World } from './world.ts';

/** What is still to be done while clients come back. */
type Mend = () => Promise<unknown>;

/** Something that happens to a cluster. */
export interface Trouble {
  readonly name: string;
  /** Within which every client has caught up, in milliseconds from the end of `strike`. */
  readonly boundMs: number;
  /** The resets that it may lead to; left out: none. */
  readonly reset?: ResetRule;
  /** For so long publishing is answered, by 503 with `Retry-After`, and never acknowledged; in milliseconds. */
  readonly refusesMs?: number;
  strike(world: World): Promise<Mend | undefined>;
}

const LOG = 'pushstream:{default}:log';
const AWAY_MS = 10_000;
/** Events that are to be missed by somebody before the log is trimmed. */
const MISSED = 20;

const some = ({ cluster, random }: World): Instance => random.pick(cluster.instances);

/** Until so many events more were acknowledged, or for so long. */
async function published({ publishers }: World, count: number, ms: number): Promise<void> {
  const enough = publishers.counts.acknowledged.length + count;
  await until(() => publishers.counts.acknowledged.length >= enough, ms).catch(() => {});
}

/** Where they come back nobody remembers what was trimmed, at one instance at least. */
async function trimBehindClients(world: World): Promise<Mend> {
  const { crowd, ledger, random } = world;
  const instance = some(world);
  await crowd.leave({ share: 0.25 });
  await published(world, MISSED, 5_000);
  await ledger.readAnd('XTRIM', LOG, 'MAXLEN', String(random.between(0, 5)));
  await instance.kill();
  await instance.start();
  return () => crowd.come();
}

async function trimBehindInstance(world: World): Promise<Mend> {
  const { ledger, random } = world;
  const instance = some(world);
  instance.pause();
  await published(world, MISSED, 700);
  await ledger.readAnd('XTRIM', LOG, 'MAXLEN', String(random.between(0, 5)));
  return () => Promise.resolve(instance.resume());
}

async function replace({ cluster }: World, instance: Instance): Promise<void> {
  await cluster.add();
  await cluster.balancer.check();
  await instance.drain();
  await cluster.remove(instance);
}

/** Every one that is promised to be survived, in the order in which they are run. */
export const troubles: readonly Trouble[] = [
  {
    name: 'kill -9 of an instance',
    boundMs: 5_000,
    async strike(world) {
      const instance = some(world);
      await instance.kill();
      return () => instance.start();
    },
  },
  {
    name: 'SIGSTOP of an instance',
    boundMs: 8_000,
    strike(world) {
      const instance = some(world);
      instance.pause();
      const ms = world.random.between(200, 4_000);
      return Promise.resolve(async () => {
        await elapse(ms);
        instance.resume();
      });
    },
  },
  {
    name: 'CLIENT KILL',
    boundMs: 5_000,
    async strike({ cluster, random }) {
      await cluster.redis.cut(random.pick(['all', 'readers', 'callers']));
      if (random.chance(0.5)) return undefined;
      await elapse(random.between(0, 300));
      await cluster.redis.cut();
      return undefined;
    },
  },
  {
    name: 'Redis killed, restarted with its data',
    boundMs: 5_000,
    async strike({ cluster, random }) {
      await cluster.redis.kill();
      await elapse(random.between(0, 1_000));
      await cluster.redis.start();
      return undefined;
    },
  },
  {
    name: 'FLUSHALL',
    boundMs: 5_000,
    reset: { reason: 'epoch', isForAll: true },
    async strike({ ledger }) {
      await ledger.readAnd('FLUSHALL');
      return undefined;
    },
  },
  {
    name: 'XTRIM under a reader',
    boundMs: 5_000,
    reset: { reason: 'trimmed', isForAll: false },
    strike: (world) => (world.random.chance(0.5) ? trimBehindClients(world) : trimBehindInstance(world)),
  },
  {
    name: 'Redis away for 10 s',
    boundMs: 5_000,
    refusesMs: AWAY_MS,
    async strike({ cluster, random }) {
      const isSilent = random.chance(0.5);
      if (isSilent) cluster.redis.pause();
      else await cluster.redis.kill();
      await elapse(AWAY_MS);
      if (isSilent) cluster.redis.resume();
      else await cluster.redis.start();
      return undefined;
    },
  },
  {
    name: 'rolling drain of all instances',
    boundMs: 8_000,
    async strike(world) {
      const old = world.cluster.instances.slice();
      for (const instance of old) await replace(world, instance);
      return undefined;
    },
  },
];
