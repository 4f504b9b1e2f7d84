import { describe, expect, test } from 'vitest';
import { hasRedis, startRedis } from '../../support/redis.ts';
import { elapse, until } from '../../support/until.ts';
import { createCluster, type Instance, roam } from './cluster.ts';

const at = (instances: readonly Instance[], number: number): Instance => {
  const instance = instances[number % instances.length];
  if (!instance) throw new Error('Expected an instance, got none');
  return instance;
};

describe.skipIf(!hasRedis)('instances on one Redis', () => {
  test('clients that move between two of them all the time miss nothing and see nothing twice', async () => {
    await using server = await startRedis();
    await using cluster = createCluster(server);
    await Promise.all([cluster.start(), cluster.start()]);
    let next = 0;
    const clients = Array.from({ length: 6 }, () => roam(() => at(cluster.instances, (next += 1))));
    await until(() => clients.every(({ client }) => client.status === 'open'));

    const published: string[] = [];
    for (let n = 1; n <= 300; n += 1) {
      const ids = await Promise.all(cluster.instances.map(({ push }) => push.publish('tick', n)));
      published.push(...ids.map(({ id }) => String(id)));
      if (n % 5 === 0) clients[(n / 5) % clients.length]?.client.reconnect();
      if (n % 100 === 0) await server.cut();
      if (n % 10 === 0) await elapse(10);
    }
    for (const client of clients) {
      await until(() => client.data.length >= 600);
      expect(client.data).toHaveLength(600);
      expect(client.failures).toEqual([]);
      expect(client.resets).toEqual([]);
      expect(client.connections).toBeGreaterThan(5);
      client[Symbol.dispose]();
    }
    expect(new Set(published).size).toBe(600);
  });

  test('an instance goes, its clients go on at another; one that comes later knows what was', async () => {
    await using server = await startRedis();
    await using cluster = createCluster(server);
    const first = await cluster.start();
    using client = roam(() => cluster.instances[0]);
    await until(() => client.client.status === 'open');
    await first.push.publish('tick', 1);
    await until(() => client.data.length === 1);
    const second = await cluster.start();
    await cluster.stop(first);
    await second.push.publish('tick', 2);
    await until(() => client.data.length === 2);
    await cluster.stop(second);
    const third = await cluster.start();
    await third.push.publish('tick', 3);
    await until(() => client.data.length === 3);
    expect(client.data).toEqual([1, 2, 3]);
    expect(client.failures).toEqual([]);
    expect(client.resets).toEqual([]);
  });

  test('what was stored is lost: every client is told once, by whichever instance', async () => {
    await using server = await startRedis();
    await using cluster = createCluster(server);
    await Promise.all([cluster.start(), cluster.start()]);
    const clients = [0, 1, 2, 3].map((number) => roam(() => at(cluster.instances, number)));
    await until(() => clients.every(({ client }) => client.status === 'open'));
    await at(cluster.instances, 0).push.publish('tick', 'before');
    await until(() => clients.every(({ data }) => data.length === 1));
    await server.command('FLUSHALL');
    await until(() => clients.every(({ resets }) => resets.length === 1), 5_000);
    await at(cluster.instances, 1).push.publish('tick', 'after');
    await until(() => clients.every(({ data }) => data.length === 2));
    for (const client of clients) {
      expect(client.data).toEqual(['before', 'after']);
      expect(client.resets).toEqual(['epoch']);
      expect(client.failures).toEqual([]);
      expect(client.connections).toBe(1);
      client[Symbol.dispose]();
    }
  });

  test('while Redis is away streams stay open, publishing says when to try again; then all goes on', async () => {
    await using server = await startRedis({ append: 'always' });
    await using cluster = createCluster(server);
    const { push } = await cluster.start();
    using client = roam(() => cluster.instances[0]);
    await until(() => client.client.status === 'open');
    await push.publish('tick', 'before');
    await until(() => client.data.length === 1);
    await server.kill();
    await expect(push.publish('tick', 'lost')).rejects.toMatchObject({ code: 'log-unavailable', retryAfterMs: 1_000 });
    expect(client.client.status).toBe('open');
    await server.start();
    await expect
      .poll(() => push.publish('tick', 'after', { key: 'after' }).then(String, String), { timeout: 5_000 })
      .toContain('object');
    await until(() => client.data.length === 2);
    expect(client.data).toEqual(['before', 'after']);
    expect(client.failures).toEqual([]);
    expect(client.resets).toEqual([]);
    expect(client.connections).toBe(1);
  });
});
