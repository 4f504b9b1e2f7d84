import { describe, expect, test } from 'vitest';
import type { Log } from '../../../../packages/server/src/log/log.ts';
import { faultProxy } from '../../../support/fault-proxy.ts';
import { hasRedis, type RedisServer, startRedis } from '../../../support/redis.ts';
import { elapse, until } from '../../../support/until.ts';
import { createLogs, entry, follow, insist, now, type Witness } from '../support.ts';
import { type Pair, startPair } from './pair.ts';

/** How often a server has been asked to wait for entries. */
async function waits(server: RedisServer): Promise<number> {
  const stats = String(await server.command('INFO', 'commandstats'));
  return Number(/^cmdstat_xread:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
}

/** Two entries in the log, on both servers, and seen; then the replica is a primary as well. */
async function divide(pair: Pair, log: Log): Promise<Witness> {
  for (const data of ['a', 'b']) await log.publish(entry(data));
  const tail = follow(log, { ...(await now(log)), seq: 0 });
  await until(() => tail.data.length === 2);
  await pair.settle();
  await pair.promote();
  pair.address.lead(pair.replica, 'kept');
  return tail;
}

/** All that a log has asks the new primary, and nobody the old one. */
const isWhole = ({ address, primary, replica }: Pair): boolean =>
  address.count(primary) === 0 && address.count(replica) > 0;

describe.skipIf(!hasRedis)('connections that a failover leaves at the old primary', () => {
  test('the one that waits, with others there: asked again and again no longer than it takes to notice', async () => {
    await using pair = await startPair();
    await using logs = createLogs();
    const log = logs.open(pair.address);
    using tail = await divide(pair, log);
    // Of an epoch that ends as soon as the new one is asked.
    await log.publish(entry('c'));
    await until(() => tail.data.length === 3);
    const before = await waits(pair.primary);
    await pair.primary.cut('callers');
    await until(() => tail.gaps.length === 1);
    await until(() => isWhole(pair));
    await insist(log, entry('d'));
    await until(() => tail.data.at(-1) === 'd');
    expect((await waits(pair.primary)) - before).toBeLessThan(10);
    expect(tail.gaps).toMatchObject([{ reason: 'epoch' }]);
    expect(tail.failures).toEqual([]);
  });

  test('the one that waits, with nothing there: what comes elsewhere is found, and soon waited for there', async () => {
    await using pair = await startPair();
    await using logs = createLogs();
    const log = logs.open(pair.address);
    using tail = await divide(pair, log);
    await pair.primary.cut('callers');
    for (let n = 1; !isWhole(pair); n += 1) {
      await insist(log, entry(n));
      await until(() => tail.data.at(-1) === String(n));
    }
    await insist(log, entry('end'));
    await until(() => tail.data.at(-1) === 'end');
    expect(tail.gaps).toEqual([]);
    expect(tail.failures).toEqual([]);
  });

  test('the one that calls: what is published there is lost with it, and that is said', async () => {
    await using pair = await startPair();
    await using logs = createLogs();
    const [log, other] = [logs.open(pair.address), logs.open(pair.replica)];
    using tail = await divide(pair, log);
    // Between two questions it is no reader.
    await expect.poll(() => pair.primary.cut('readers'), { timeout: 5_000 }).toBe(1);
    await log.publish(entry('stale'));
    await until(() => tail.data.at(-1) === 'stale');
    for (const data of ['x', 'y', 'z']) await other.publish(entry(data));
    await until(() => isWhole(pair));
    await until(() => tail.gaps.length === 1);
    await insist(log, entry('end'));
    await until(() => tail.data.at(-1) === 'end');
    expect(tail.data).toEqual(['a', 'b', 'stale', 'end']);
    expect(tail.gaps).toMatchObject([{ reason: 'epoch' }]);
    expect(tail.failures).toEqual([]);
  });

  test('all of them, to a machine that is gone and has not said so: events and what is told come again', async () => {
    await using pair = await startPair();
    await using logs = createLogs();
    const [log, other] = [logs.open(pair.address), logs.open(pair.replica)];
    const heard: string[] = [];
    const over = new AbortController();
    log.shared?.hear('topic', (text) => void heard.push(text), over.signal);
    await expect
      .poll(
        async () => {
          await log.shared?.tell('topic', 'before');
          return heard.length;
        },
        { timeout: 5_000 },
      )
      .toBeGreaterThan(0);
    using tail = await divide(pair, log);
    pair.primary.pause();
    await insist(log, entry('c'));
    await until(() => tail.data.at(-1) === 'c');
    await expect
      .poll(
        async () => {
          await other.shared?.tell('topic', 'after');
          return heard.at(-1);
        },
        { timeout: 15_000 },
      )
      .toBe('after');
    over.abort();
    expect(tail.gaps).toEqual([]);
    expect(tail.failures).toEqual([]);
  });
});

describe.skipIf(!hasRedis)('connections that are fine', () => {
  test('what comes between a question and the next one is no sign of another server', async () => {
    await using server = await startRedis();
    await using proxy = await faultProxy(`http://127.0.0.1:${server.port}`);
    await using logs = createLogs();
    const log = logs.open({ url: `redis://127.0.0.1:${new URL(proxy.url).port}` });
    await log.publish(entry('0'));
    using tail = follow(log, { ...(await now(log)), seq: 0 });
    await until(() => tail.data.length === 1 && proxy.links.size === 2);
    const [, reader] = proxy.links;
    for (const data of ['1', '2']) {
      // It waits for a second in vain, and hears that late.
      reader?.hold();
      await elapse(1_100);
      await log.publish(entry(data));
      reader?.release();
      await until(() => tail.data.at(-1) === data);
    }
    await log.publish(entry('end'));
    await until(() => tail.data.at(-1) === 'end');
    expect(tail.data).toEqual(['0', '1', '2', 'end']);
    expect(proxy.accepted).toBe(2);
  });

  test('whoever hears is asked whether it is there, and keeps its connection', async () => {
    await using pair = await startPair();
    await using logs = createLogs();
    const log = logs.open(pair.address);
    const heard: string[] = [];
    const over = new AbortController();
    log.shared?.hear('topic', (text) => void heard.push(text), over.signal);
    const listeners = async (): Promise<string> =>
      String(await pair.primary.command('CLIENT', 'LIST', 'TYPE', 'pubsub'));
    await expect.poll(listeners, { timeout: 5_000 }).toContain('cmd=subscribe');
    const id = /^id=\d+ /.exec(await listeners())?.[0];
    await expect.poll(listeners, { timeout: 8_000 }).toContain('cmd=ping');
    await elapse(200);
    expect(await listeners()).toContain(id);
    await log.shared?.tell('topic', 'text');
    await until(() => heard.length === 1);
    over.abort();
  });
});
