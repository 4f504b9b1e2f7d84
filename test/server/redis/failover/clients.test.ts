import { describe, expect, test } from 'vitest';
import { hasRedis, startRedis } from '../../../support/redis.ts';
import { elapse, until } from '../../../support/until.ts';
import { type Cluster, createCluster, type Instance, roam, type Roamer } from '../cluster.ts';
import { createLogs, entry, insist } from '../support.ts';
import { createAddress, startPair } from './pair.ts';

const at = (instances: readonly Instance[], number: number): Instance => {
  const instance = instances[number % instances.length];
  if (!instance) throw new Error('Expected an instance, got none');
  return instance;
};

/** Two instances on an address, and clients that stay with theirs for as long as they are connected. */
interface World extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly clients: readonly Roamer[];
}

async function startWorld(url: string): Promise<World> {
  await using started = new AsyncDisposableStack();
  const cluster = started.use(createCluster({ url }));
  await Promise.all([cluster.start(), cluster.start()]);
  const clients = [0, 1, 2, 3].map((number) => started.use(roam(() => at(cluster.instances, number))));
  await until(() => clients.every(({ client }) => client.status === 'open'));
  const parts = started.move();
  return { cluster, clients, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Publishes until it is acknowledged, under a key, as who sends again has to. */
async function publishTo(instance: Instance, data: string): Promise<void> {
  const ends = performance.now() + 10_000;
  for (;;) {
    try {
      await instance.push.publish('tick', data, { key: data });
      return;
    } catch (error) {
      if (performance.now() > ends) throw error;
      expect(error).toMatchObject({ code: 'log-unavailable', retryAfterMs: 1_000 });
      await elapse(20);
    }
  }
}

/** At one after the other. */
async function publish(instances: readonly Instance[], data: readonly string[]): Promise<void> {
  for (const [number, one] of data.entries()) await publishTo(at(instances, number), one);
}

const names = (name: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${name}${n + 1}`);

/** What comes after is not covered by that reset. */
const areReset = (clients: readonly Roamer[]): Promise<void> =>
  until(() => clients.every(({ resets }) => resets.length > 0));

const have = (clients: readonly Roamer[], data: string): Promise<void> =>
  until(() => clients.every((client) => client.data.includes(data)));

describe.skipIf(!hasRedis)('the replica that is promoted has everything', () => {
  test('the primary is killed: every client goes on, nothing is lost, nothing comes twice, nobody is reset', async () => {
    await using pair = await startPair();
    await using world = await startWorld(pair.address.url);
    const { cluster, clients } = world;
    const [before, after] = [names('before', 20), names('after', 20)];
    await publish(cluster.instances, before);
    await have(clients, 'before20');
    await pair.settle();
    await pair.primary.kill();
    await pair.promote();
    pair.address.lead(pair.replica);
    await publish(cluster.instances, after);
    await have(clients, 'after20');
    for (const { data, resets, failures, connections } of clients) {
      expect(data).toEqual([...before, ...after]);
      expect([resets, failures, connections]).toEqual([[], [], 1]);
    }
  });

  test('FAILOVER while everybody publishes, and no connection is cut: nobody is reset, each key is there once', async () => {
    await using pair = await startPair();
    await using world = await startWorld(pair.address.url);
    const { cluster, clients } = world;
    const lanes = names('lane', 6).map((lane) => names(`${lane}.`, 40));
    const publishing = Promise.all(
      lanes.map(async (lane, number) => {
        for (const data of lane) {
          await publishTo(at(cluster.instances, number), data);
          await elapse(10);
        }
      }),
    );
    await elapse(150);
    await pair.primary.command('FAILOVER', 'TO', '127.0.0.1', String(pair.replica.port));
    pair.address.lead(pair.replica, 'kept');
    await publishing;
    await publish(cluster.instances, ['end']);
    await have(clients, 'end');
    for (const { data, resets, failures, connections } of clients) {
      expect([resets, failures, connections]).toEqual([[], [], 1]);
      expect(data).toHaveLength(241);
      for (const lane of lanes) expect(data.filter((one) => lane.includes(String(one)))).toEqual(lane);
    }
    expect(String(await pair.primary.command('ROLE'))).toContain('slave');
  });
});

describe.skipIf(!hasRedis)('the replica that is promoted lacks what was acknowledged last', () => {
  test.each([
    ['behind what was seen', 0],
    ['and has got as many other events', 5],
    ['and has got more', 9],
  ])('%s: each client gets one reset for what was lost, and goes on in order', async (_, others) => {
    await using pair = await startPair();
    await using logs = createLogs();
    await using world = await startWorld(pair.address.url);
    const { cluster, clients } = world;
    const [before, lost, after] = [names('before', 6), names('lost', 5), names('after', 6)];
    await publish(cluster.instances, before);
    await have(clients, 'before6');
    await pair.settle();
    await pair.promote();
    // Away while it happens: its cursor is from before.
    const [absent, ...present] = clients;
    absent?.client.disconnect();
    await publish(cluster.instances, lost);
    await have(present, 'lost5');
    await pair.primary.kill();
    // A process that has seen nothing, and publishes.
    const stranger = logs.open(pair.replica);
    for (const data of names('other', others)) await insist(stranger, entry(`"${data}"`));

    pair.address.lead(pair.replica);
    await areReset(present);
    absent?.client.connect();
    await until(() => absent?.client.status === 'open');
    await publish(cluster.instances, after);
    await have(clients, 'after6');
    for (const { data, resets, failures } of clients) {
      expect([resets, failures]).toEqual([['epoch'], []]);
      expect(data.slice(-6)).toEqual(after);
    }
    for (const { data, connections } of present) {
      expect(data).toEqual([...before, ...lost, ...after]);
      expect(connections).toBe(1);
    }
    // What the epoch ended with is gone for everybody alike.
    expect(absent?.data).toEqual([...before, ...after]);
  });

  test('who publishes what was lost under the same key is no duplicate, and then one: once in the new epoch', async () => {
    await using pair = await startPair();
    await using world = await startWorld(pair.address.url);
    const { cluster, clients } = world;
    await publish(cluster.instances, ['kept']);
    await have(clients, 'kept');
    await pair.settle();
    await pair.promote();
    await publish(cluster.instances, ['lost']);
    await have(clients, 'lost');
    await pair.primary.kill();
    pair.address.lead(pair.replica);
    await areReset(clients);
    // Keys go with their epoch: what a reset stands for may be sent again.
    await publish(cluster.instances, ['lost', 'lost', 'kept', 'kept', 'end']);
    await have(clients, 'end');
    for (const { data, resets, failures } of clients) {
      expect([resets, failures]).toEqual([['epoch'], []]);
      expect(data).toEqual(['kept', 'lost', 'lost', 'kept', 'end']);
    }
  });

  test('keys that the replica has are known behind a failover that loses nothing', async () => {
    await using pair = await startPair();
    await using world = await startWorld(pair.address.url);
    const { cluster, clients } = world;
    const [first] = cluster.instances;
    const before = await first?.push.publish('tick', 'once', { key: 'once' });
    await pair.settle();
    await pair.primary.kill();
    await pair.promote();
    pair.address.lead(pair.replica);
    await publish(cluster.instances, ['once', 'end']);
    expect(await first?.push.publish('tick', 'once', { key: 'once' })).toMatchObject({
      id: before?.id,
      duplicate: true,
    });
    await have(clients, 'end');
    for (const { data, resets } of clients) expect([data, resets]).toEqual([['once', 'end'], []]);
  });
});

describe.skipIf(!hasRedis)('a Redis that comes back with an older snapshot', () => {
  test.each([
    ['and nobody has published since', 0],
    ['and has got more than it had', 9],
  ])('%s: each client gets one reset, and goes on in order', async (_, others) => {
    await using server = await startRedis();
    await using address = await createAddress(server);
    await using logs = createLogs();
    await using world = await startWorld(address.url);
    const { cluster, clients } = world;
    const [before, lost, after] = [names('before', 6), names('lost', 5), names('after', 6)];
    await publish(cluster.instances, before);
    await server.command('SAVE');
    await publish(cluster.instances, lost);
    await have(clients, 'lost5');
    await server.kill();
    // Nobody of ours comes in before it has got the others.
    await using elsewhere = await startRedis();
    await elsewhere.kill();
    address.lead(elsewhere);
    await server.start();
    const stranger = logs.open(server);
    for (const data of names('other', others)) await insist(stranger, entry(`"${data}"`));
    address.lead(server);
    await areReset(clients);
    await publish(cluster.instances, after);
    await have(clients, 'after6');
    for (const { data, resets, failures, connections } of clients) {
      expect([resets, failures, connections]).toEqual([['epoch'], [], 1]);
      expect(data).toEqual([...before, ...lost, ...after]);
    }
  });
});

describe.skipIf(!hasRedis)('an old primary that goes on taking events', () => {
  test('each instance has its own until they meet: then one reset for everybody, and one order again', async () => {
    await using pair = await startPair();
    await using world = await startWorld(pair.address.url);
    const { cluster, clients } = world;
    const [left, right] = [at(cluster.instances, 0), at(cluster.instances, 1)];
    await publish(cluster.instances, names('before', 4));
    await have(clients, 'before4');
    await pair.settle();
    await pair.promote();
    // The connections of the second instance are cut, so that it goes to the new one.
    pair.address.lead(pair.replica, 'kept');
    await cluster.stop(right);
    const other = await cluster.start();
    await until(() => clients.every(({ client }) => client.status === 'open'));

    await publish([left], names('stale', 5));
    await publish([other], names('new', 5));
    const [ofLeft, ofRight] = [0, 1].map((side) => clients.filter((_, number) => number % 2 === side));
    await have(ofLeft ?? [], 'stale5');
    await have(ofRight ?? [], 'new5');
    for (const { resets } of clients) expect(resets).toEqual([]);

    await pair.primary.kill();
    await areReset(clients);
    await publish([left, other], names('after', 6));
    await have(clients, 'after6');
    for (const [number, { data, resets, failures }] of clients.entries()) {
      expect([resets, failures]).toEqual([['epoch'], []]);
      const own = names(number % 2 === 0 ? 'stale' : 'new', 5);
      expect(data).toEqual([...names('before', 4), ...own, ...names('after', 6)]);
    }
  });

  test('it becomes a replica of the new one: whoever is still with it moves on, and is told', async () => {
    await using pair = await startPair();
    await using world = await startWorld(pair.address.url);
    const { cluster, clients } = world;
    await publish(cluster.instances, names('before', 4));
    await have(clients, 'before4');
    await pair.settle();
    await pair.promote();
    await publish(cluster.instances, names('stale', 4));
    await have(clients, 'stale4');
    pair.address.lead(pair.replica, 'kept');
    await pair.demote();
    await areReset(clients);
    await publish(cluster.instances, names('after', 6));
    await have(clients, 'after6');
    for (const { data, resets, failures, connections } of clients) {
      expect([resets, failures, connections]).toEqual([['epoch'], [], 1]);
      expect(data).toEqual([...names('before', 4), ...names('stale', 4), ...names('after', 6)]);
    }
    // Whoever only hears may stay: a replica is told what its primary is.
    await expect
      .poll(async () => String(await pair.primary.command('CLIENT', 'LIST', 'TYPE', 'normal')), { timeout: 5_000 })
      .not.toMatch(/cmd=(?:xread|evalsha)/);
  });

  test('the limit: what only an instance that is gone has seen there, and as much came since, nobody finds out', async () => {
    await using pair = await startPair();
    await using cluster = createCluster(pair.address);
    const left = await cluster.start();
    using client = roam(() => cluster.instances[0]);
    await until(() => client.client.status === 'open');
    await publish([left], ['before']);
    await have([client], 'before');
    await pair.settle();
    await pair.promote();
    pair.address.lead(pair.replica, 'kept');
    const right = await cluster.start();
    await publish([left], ['stale1', 'stale2']);
    await have([client], 'stale2');
    await publish([right], names('new', 3));
    await cluster.stop(left);
    await have([client], 'new3');
    expect(client.data).toEqual(['before', 'stale1', 'stale2', 'new3']);
    expect(client.resets).toEqual([]);
  });
});
