import { describe, expect, test } from 'vitest';
import { read } from '../../docs/support/markdown.ts';
import { hasRedis, startRedis } from '../../support/redis.ts';
import { elapse, until } from '../../support/until.ts';
import { createLogs, entry, follow, insist } from './support.ts';

/** What docs/guides/scaling.md tells who runs a Redis. */
describe.skipIf(!hasRedis)('who runs a Redis', () => {
  test('sees publishing fail while it is full, with `noeviction`; reading goes on, and nothing is lost', async () => {
    await using server = await startRedis();
    await using logs = createLogs();
    const log = logs.open(server);
    await log.publish(entry(1));
    const { epoch } = await log.head();
    using witness = follow(log, { epoch, seq: 0 });
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    await expect(log.publish(entry('refused'))).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(await log.read({ epoch, seq: 0 }, 10)).toMatchObject({ kind: 'entries', entries: [{ data: '1' }] });
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    await log.publish(entry(2));
    await until(() => witness.data.length === 2);
    expect([witness.data, witness.gaps, witness.failures]).toEqual([['1', '2'], [], []]);
  });

  test.each([
    ['a replica is missing', ['min-replicas-to-write', '1']],
    ['it is a replica itself', undefined],
  ])('sees publishing fail where %s; reading goes on, also when something has become too old', async (_, setting) => {
    await using server = await startRedis();
    await using logs = createLogs();
    const log = logs.open(server, { maxAgeMs: 200 });
    for (const data of ['a', 'b']) await log.publish(entry(data));
    const known = await log.head();
    if (setting) await server.command('CONFIG', 'SET', ...setting);
    else await server.command('REPLICAOF', '127.0.0.1', '1');
    await elapse(300);
    expect(await log.head()).toEqual(known);
    expect(await log.read({ epoch: known.epoch, seq: 0 }, 10)).toMatchObject({
      entries: [{ data: 'a' }, { data: 'b' }],
    });
    await expect(log.publish(entry('refused'))).rejects.toMatchObject({ code: 'log-unavailable' });
    if (setting) await server.command('CONFIG', 'SET', 'min-replicas-to-write', '0');
    else await server.command('REPLICAOF', 'NO', 'ONE');
    expect(await insist(log, entry('c'))).toMatchObject({ epoch: known.epoch, seq: 3 });
    expect(await log.head()).toMatchObject({ first: 3 });
  });

  test('loses the log, and not silently, where it is evicted', async () => {
    await using server = await startRedis();
    await using logs = createLogs();
    const log = logs.open(server);
    await log.publish(entry(1));
    const { epoch } = await log.head();
    using witness = follow(log, { epoch, seq: 0 });
    await until(() => witness.data.length === 1);
    await server.command('DEL', 'pushstream:{default}:log');
    await until(() => witness.gaps.length === 1);
    expect(witness.gaps).toMatchObject([{ reason: 'epoch' }]);
  });

  test('can have a log begin anew by hand, where a copy was restored and no instance knows better', async () => {
    await using server = await startRedis();
    await using logs = createLogs();
    const before = logs.open(server);
    await before.publish(entry('old'));
    const restore = await server.copy();
    await before.publish(entry('lost'));
    const known = await before.head();
    await before.close();
    await restore();
    const [, pattern = ''] =
      /--scan --pattern '([^']+)' \| xargs redis-cli del/.exec(read('docs/guides/scaling.md')) ?? [];
    const keys = await server.command('KEYS', pattern);
    expect(keys).toContain('pushstream:{default}:log');
    await server.command('DEL', ...(keys as string[]));
    const after = logs.open(server);
    await after.publish(entry('another'));
    await after.publish(entry('one more'));
    expect(await after.read({ epoch: known.epoch, seq: known.last }, 10)).toMatchObject({
      kind: 'gap',
      reason: 'epoch',
    });
  });
});
