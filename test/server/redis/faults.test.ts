import { describe, expect, test } from 'vitest';
import type { Log } from '../../../packages/server/src/log/log.ts';
import { faultProxy } from '../../support/fault-proxy.ts';
import { freePort, hasRedis, startRedis } from '../../support/redis.ts';
import { elapse, until } from '../../support/until.ts';
import { createLogs, entry, follow, insist, now, readAll } from './support.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

/** Publishes until it is told to stop, whatever happens; resolves to what was acknowledged. */
function publishOn(log: Log, name: string): { stop(): Promise<string[]> } {
  const acknowledged: string[] = [];
  const over = new AbortController();
  async function run(): Promise<void> {
    for (let n = 1; !over.signal.aborted; n += 1) {
      const data = `${name}${n}`;
      await insist(log, entry(data, { key: data }));
      acknowledged.push(data);
      await elapse(1);
    }
  }
  const running = run();
  return {
    async stop() {
      over.abort();
      await running;
      return acknowledged;
    },
  };
}

describe.skipIf(!hasRedis)('a log whose Redis has trouble', () => {
  test('a hundred publishers on three instances: one order, without gaps', async () => {
    await using server = await startRedis();
    await using logs = createLogs();
    const all = range(1, 3).map(() => logs.open(server));
    const from = { ...(await now(all[0] as Log)), seq: 0 };
    const tails = all.map((log) => follow(log, from));
    const stored = await Promise.all(
      range(0, 99).map(async (publisher) => {
        const log = all[publisher % 3] as Log;
        const seqs: number[] = [];
        for (let n = 0; n < 20; n += 1) seqs.push((await log.publish(entry(`${publisher}.${n}`))).seq);
        return seqs;
      }),
    );
    expect(stored.flat().sort((a, b) => a - b)).toEqual(range(1, 2_000));
    for (const tail of tails) {
      await until(() => tail.data.length === 2_000);
      expect(tail.entries).toEqual(tails[0]?.entries);
      expect(tail.failures).toEqual([]);
      tail[Symbol.dispose]();
    }
  });

  test('kill -9, and a restart with what was written: nothing that was acknowledged is lost', async () => {
    await using server = await startRedis({ append: 'always' });
    await using logs = createLogs();
    const log = logs.open(server);
    const from = { ...(await now(log)), seq: 0 };
    using tail = follow(log, from);
    const publishing = range(1, 8).map((number) => publishOn(log, `${number}.`));
    for (let round = 0; round < 3; round += 1) {
      await elapse(150);
      await server.kill();
      await elapse(50);
      await server.start();
    }
    await elapse(150);
    const acknowledged = (await Promise.all(publishing.map((one) => one.stop()))).flat();
    await until(() => tail.data.length >= acknowledged.length);
    expect([...tail.data].sort()).toEqual(acknowledged.sort());
    expect(tail.gaps).toEqual([]);
    expect(tail.failures).toEqual([]);
    expect(tail.position.epoch).toBe(from.epoch);
  });

  test('CLIENT KILL of readers and of publishers, twice within half a second: no gap, no repetition', async () => {
    await using server = await startRedis();
    await using logs = createLogs();
    const [one, other] = [logs.open(server), logs.open(server)];
    const from = { ...(await now(one)), seq: 0 };
    const tails = [one, other].map((log) => follow(log, from));
    const publishing = [publishOn(one, 'a'), publishOn(other, 'b')];
    await elapse(100);
    for (const which of ['readers', 'callers', 'all'] as const) {
      expect(await server.cut(which)).toBeGreaterThan(0);
      await elapse(120);
      await server.cut(which);
      await elapse(400);
    }
    const acknowledged = (await Promise.all(publishing.map((log) => log.stop()))).flat();
    for (const tail of tails) {
      await until(() => tail.data.length >= acknowledged.length);
      expect([...tail.data].sort()).toEqual(acknowledged.sort());
      expect(tail.gaps).toEqual([]);
      expect(tail.failures).toEqual([]);
      tail[Symbol.dispose]();
    }
  });

  test('Redis is away for five seconds: publishing fails in time, then at once; tails go on without a gap', async () => {
    await using server = await startRedis({ append: 'always' });
    await using logs = createLogs();
    const log = logs.open(server);
    using tail = follow(log, { ...(await now(log)), seq: 0 });
    await log.publish(entry('before'));
    await until(() => tail.data.length === 1);
    await server.kill();
    const waits: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const begin = performance.now();
      await expect(log.publish(entry('lost'))).rejects.toMatchObject({
        name: 'LogUnavailableError',
        code: 'log-unavailable',
        retryAfterMs: 1_000,
      });
      waits.push(performance.now() - begin);
    }
    // What is on its way fails at once, what waits for a connection does after a while, then nothing waits any more.
    expect(Math.max(...waits)).toBeLessThan(2_500);
    expect(waits.at(-1)).toBeLessThan(50);
    await expect(log.head()).rejects.toMatchObject({ code: 'log-unavailable' });
    await elapse(3_000);
    await server.start();
    await insist(log, entry('after'));
    await until(() => tail.data.length === 2, 3_000);
    expect(tail.data).toEqual(['before', 'after']);
    expect(tail.gaps).toEqual([]);
    expect(tail.failures).toEqual([]);
  });

  test('Redis stands still for three seconds: everybody waits, nothing is lost or stored twice', async () => {
    await using server = await startRedis();
    await using logs = createLogs();
    const log = logs.open(server);
    using tail = follow(log, { ...(await now(log)), seq: 0 });
    await log.publish(entry('before'));
    await until(() => tail.data.length === 1);
    server.pause();
    const publishing = range(1, 50).map((n) => log.publish(entry(n)));
    await elapse(3_000);
    server.resume();
    const seqs = (await Promise.all(publishing)).map(({ seq }) => seq);
    expect(seqs).toEqual(range(2, 51));
    await until(() => tail.data.length === 51);
    expect(tail.gaps).toEqual([]);
    expect(tail.failures).toEqual([]);
  });

  test('Redis stands still for long: publishing fails within its time, and comes back', async () => {
    await using server = await startRedis();
    await using logs = createLogs();
    const log = logs.open(server);
    using tail = follow(log, { ...(await now(log)), seq: 0 });
    await log.publish(entry('before'));
    server.pause();
    const begin = performance.now();
    await expect(log.publish(entry('late', { key: 'late' }))).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(performance.now() - begin).toBeLessThan(5_500);
    await elapse(1_500);
    server.resume();
    // Stored when Redis came to it, although nobody waited any more: the key tells.
    await insist(log, entry('late', { key: 'late' }));
    await insist(log, entry('after'));
    await until(() => tail.data.at(-1) === 'after', 5_000);
    expect(tail.data).toEqual(['before', 'late', 'after']);
    expect(tail.gaps).toEqual([]);
  });

  test('Redis is not there at the start, and comes later', async () => {
    const port = await freePort();
    await using logs = createLogs();
    const log = logs.open({ url: `redis://127.0.0.1:${port}` });
    using tail = follow(log, { epoch: 'of before', seq: 7 });
    await expect(log.head()).rejects.toMatchObject({ code: 'log-unavailable' });
    await expect(log.publish(entry('lost'))).rejects.toMatchObject({ code: 'log-unavailable' });
    await using server = await startRedis({}, port);
    expect(server.port).toBe(port);
    await insist(log, entry('a'));
    await until(() => tail.position.seq >= 1 && tail.gaps.length === 1, 5_000);
    await log.publish(entry('b'));
    await until(() => tail.data.at(-1) === 'b');
    expect(tail.gaps).toMatchObject([{ reason: 'epoch' }]);
    expect(tail.failures).toEqual([]);
  });

  test('the connection is cut between storing and the answer: with a key it is one event', async () => {
    await using server = await startRedis();
    await using proxy = await faultProxy(`http://127.0.0.1:${server.port}`);
    await using logs = createLogs();
    const log = logs.open({ url: `redis://127.0.0.1:${new URL(proxy.url).port}` });
    const witness = logs.open(server);
    await log.publish(entry('before'));
    const [link] = proxy.links;
    link?.hold();
    const publishing = log.publish(entry('once', { key: 'once' }));
    publishing.catch(() => {});
    await expect.poll(async () => (await witness.head()).last).toBe(2);
    link?.cut('RST');
    await expect(publishing).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(await insist(log, entry('once', { key: 'once' }))).toMatchObject({ seq: 2, duplicate: true });
    expect((await readAll(log)).map(({ data }) => data)).toEqual(['before', 'once']);
  });

  test('the script is forgotten while calls are on their way: their order stays', async () => {
    await using server = await startRedis();
    await using logs = createLogs();
    const log = logs.open(server);
    await log.publish(entry('before'));
    const publishing: Array<ReturnType<Log['publish']>> = [];
    for (let n = 1; n <= 400; n += 1) {
      publishing.push(log.publish(entry(n)));
      if (n % 100 === 0) await server.command('SCRIPT', 'FLUSH');
      if (n % 7 === 0) await new Promise(setImmediate);
    }
    expect((await Promise.all(publishing)).map(({ seq }) => seq)).toEqual(range(2, 401));
    expect((await readAll(log)).slice(1).map(({ data }) => Number(data))).toEqual(range(1, 400));
  });

  test('Redis is full: publishing fails, nothing is half stored, and it goes on when there is room', async () => {
    await using server = await startRedis();
    await using logs = createLogs();
    const log = logs.open(server);
    using tail = follow(log, { ...(await now(log)), seq: 0 });
    await log.publish(entry('a'));
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    await expect(log.publish(entry('b', { key: 'b' }))).rejects.toMatchObject({ code: 'log-unavailable' });
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    expect(await log.publish(entry('b', { key: 'b' }))).toMatchObject({ seq: 2, duplicate: false });
    await until(() => tail.data.length === 2);
    expect(tail.data).toEqual(['a', 'b']);
    expect(tail.gaps).toEqual([]);
  });

  test('a replica refuses to store: that is no loss, and tried elsewhere', async () => {
    await using server = await startRedis();
    await using logs = createLogs();
    const log = logs.open(server);
    await log.publish(entry('a'));
    const from = await now(log);
    const callers = async (): Promise<string[]> =>
      String(await server.command('CLIENT', 'LIST')).match(/^id=\d+(?=.* cmd=evalsha)/gm) ?? [];
    const [before] = await callers();
    expect(before).toBeDefined();
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await expect(log.publish(entry('b'))).rejects.toMatchObject({ code: 'log-unavailable' });
    await expect.poll(async () => (await callers()).includes(String(before))).toBe(false);
    await server.command('REPLICAOF', 'NO', 'ONE');
    expect(await insist(log, entry('c'))).toEqual({ epoch: from.epoch, seq: 2, duplicate: false });
  });
});
