import { expect, test } from 'vitest';
import { LogUnavailableError } from '../../../packages/server/src/index.ts';
import { createRandom, type Random, replayHint, testSeed } from '../../support/random.ts';
import { hasRedis, type RedisServer, startRedis } from '../../support/redis.ts';
import { elapse, until } from '../../support/until.ts';
import { type Cluster, createCluster, type Instance, roam, type Roamer } from './cluster.ts';

const CLIENTS = 12;
const ROUNDS = 18;

/** What happens, and what of it may reset clients. */
interface Trouble {
  readonly name: string;
  readonly resets: readonly string[];
  strike(server: RedisServer, cluster: Cluster, random: Random): Promise<unknown>;
}

const some = (cluster: Cluster, random: Random): Instance => random.pick(cluster.instances);

const troubles: readonly Trouble[] = [
  { name: 'readers cut', resets: [], strike: (server) => server.cut('readers') },
  { name: 'callers cut', resets: [], strike: (server) => server.cut('callers') },
  {
    name: 'all cut twice',
    resets: [],
    async strike(server, _, random) {
      await server.cut();
      await elapse(random.between(10, 300));
      await server.cut();
    },
  },
  {
    name: 'Redis killed, restarted with its data',
    resets: [],
    async strike(server, _, random) {
      await server.kill();
      await elapse(random.between(0, 600));
      await server.start();
    },
  },
  {
    name: 'Redis stands still',
    resets: [],
    async strike(server, _, random) {
      server.pause();
      await elapse(random.between(100, 900));
      server.resume();
    },
  },
  {
    name: 'an instance is replaced',
    resets: [],
    async strike(_, cluster, random) {
      await cluster.start();
      await cluster.stop(some(cluster, random));
    },
  },
  { name: 'FLUSHALL', resets: ['epoch'], strike: (server) => server.command('FLUSHALL') },
  {
    name: 'a copy put back',
    resets: ['epoch'],
    async strike(server, _, random) {
      const putBack = await server.copy();
      await elapse(random.between(20, 200));
      await putBack();
    },
  },
  {
    name: 'XTRIM',
    resets: ['trimmed'],
    strike: (server, _, random) =>
      server.command('XTRIM', 'pushstream:{default}:log', 'MAXLEN', String(random.between(0, 5))),
  },
];

/** Publishes until it is told to stop; resolves to how many were acknowledged. */
async function publish(cluster: Cluster, name: string, random: Random, isOver: () => boolean): Promise<number> {
  let acknowledged = 0;
  for (let n = 1; !isOver(); n += 1) {
    const data = `${name}.${n}`;
    for (;;) {
      try {
        await some(cluster, random).push.publish('tick', data, { key: data });
        acknowledged += 1;
        break;
      } catch (error) {
        // The instance was replaced, or Redis was away: the same key again, anywhere.
        if (!(error instanceof LogUnavailableError) && !String(error).includes('closed')) throw error;
        await elapse(20);
      }
    }
    await elapse(random.between(0, 4));
  }
  return acknowledged;
}

function check({ failures, resets, data }: Roamer, allowed: ReadonlySet<string>, hint: string): void {
  expect(failures, hint).toEqual([]);
  expect(
    resets.filter((reason) => !allowed.has(reason)),
    hint,
  ).toEqual([]);
  const ticks = data.filter((one) => one !== 'end');
  if (!allowed.has('epoch')) expect(new Set(ticks).size, hint).toBe(ticks.length);
}

test.skipIf(!hasRedis)('chaos: clients that roam over instances see one order, or are told why not', async () => {
  const seed = testSeed();
  const random = createRandom(seed);
  const history: string[] = [];
  await using server = await startRedis({ append: 'always' });
  await using cluster = createCluster(server);
  await Promise.all([cluster.start(), cluster.start(), cluster.start()]);
  const clients = Array.from({ length: CLIENTS }, () => roam(() => some(cluster, random)));
  let isOver = false;
  const publishing = ['a', 'b', 'c'].map((name) => publish(cluster, name, random, () => isOver));
  const allowed = new Set<string>();

  for (let round = 0; round < ROUNDS; round += 1) {
    // Resets come late, so that it is known for as long as possible that there must be none.
    const trouble = random.pick(troubles.filter(({ resets }) => round > ROUNDS / 2 || resets.length === 0));
    history.push(trouble.name);
    for (const reason of trouble.resets) allowed.add(reason);
    await Promise.all([trouble.strike(server, cluster, random), elapse(random.between(100, 900))]);
    for (const { client } of clients) if (random.chance(0.2)) client.reconnect();
    const hint = `${history.join(', ')}: ${replayHint(seed)}`;
    for (const client of clients) check(client, allowed, hint);
  }

  isOver = true;
  const acknowledged = (await Promise.all(publishing)).reduce((sum, count) => sum + count, 0);
  const hint = `${history.join(', ')}: ${replayHint(seed)}`;
  // Whatever was published before has come, or a reset stands for it; for an end that came too early, too.
  const isCaughtUp = ({ data }: Roamer): boolean => data.at(-1) === 'end';
  for (let attempt = 0; attempt < 10 && !clients.every(isCaughtUp); attempt += 1) {
    await some(cluster, random)
      .push.publish('end', 'end')
      .catch(() => {});
    await until(() => clients.every(isCaughtUp), 1_500).catch(() => {});
  }
  expect(
    clients.filter((client) => !isCaughtUp(client)).map(({ client, data }) => [client.status, data.at(-1)]),
    hint,
  ).toEqual([]);
  for (const client of clients) {
    check(client, allowed, hint);
    client[Symbol.dispose]();
  }
  const delivered = clients.reduce((sum, { data }) => sum + data.length, 0);
  expect(acknowledged, hint).toBeGreaterThan(ROUNDS);
  expect(delivered, hint).toBeGreaterThan(acknowledged);
});
