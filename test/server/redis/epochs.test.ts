import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Log } from '../../../packages/server/src/log/log.ts';
import { faultProxy } from '../../support/fault-proxy.ts';
import { hasRedis, type RedisServer, startRedis } from '../../support/redis.ts';
import { elapse, until } from '../../support/until.ts';
import { createLogs, entry, follow, freshHub, insist, now, readAll } from './support.ts';

let server: RedisServer;
beforeAll(async () => void (hasRedis && (server = await startRedis())));
afterAll(() => server?.[Symbol.asyncDispose]());

async function publishData(log: Log, data: readonly string[]): Promise<void> {
  for (const one of data) await log.publish(entry(one));
}

describe.skipIf(!hasRedis)('a log that is not the one that was seen', () => {
  test('FLUSHALL under a tail that waits: one gap, a new epoch, and what comes from then on', async () => {
    await using own = await startRedis();
    await using logs = createLogs();
    const log = logs.open(own);
    await publishData(log, ['a', 'b']);
    const before = await now(log);
    using tail = follow(log, { ...before, seq: 0 });
    await until(() => tail.data.length === 2);
    await own.command('FLUSHALL');
    await until(() => tail.gaps.length === 1, 5_000);
    await publishData(log, ['c', 'd']);
    await until(() => tail.data.length === 4);
    expect(tail.data).toEqual(['a', 'b', 'c', 'd']);
    expect(tail.gaps).toMatchObject([{ reason: 'epoch', head: { first: 1, last: 0 } }]);
    expect(tail.position.epoch).not.toBe(before.epoch);
    expect(tail.failures).toEqual([]);
  });

  test('Redis keeps nothing on disk and starts anew: one gap, although numbers soon are the same', async () => {
    await using own = await startRedis();
    await using logs = createLogs();
    const [log, other] = [logs.open(own), logs.open(own)];
    const from = { ...(await now(log)), seq: 0 };
    using tail = follow(log, from);
    await publishData(log, ['a', 'b']);
    await until(() => tail.data.length === 2);
    await own.kill();
    await own.start();
    for (const data of ['x', 'y', 'z']) await insist(other, entry(data));
    await until(() => tail.gaps.length === 1, 5_000);
    await insist(log, entry('c'));
    await until(() => tail.data.at(-1) === 'c');
    expect(tail.gaps).toMatchObject([{ reason: 'epoch' }]);
    expect(tail.position.epoch).not.toBe(from.epoch);
    expect(tail.failures).toEqual([]);
  });

  test.each([
    ['its head', ['head']],
    ['its entries', ['log']],
    ['both', ['head', 'log']],
  ])('%s is deleted: tails that wait are told within seconds, although nothing is published', async (_, parts) => {
    await using logs = createLogs();
    const hub = freshHub();
    const [log, other] = [logs.open(server, { hub }), logs.open(server, { hub })];
    await publishData(log, ['a']);
    const before = await now(log);
    const seen = [log, other].map((one) => follow(one, { ...before, seq: 0 }));
    await until(() => seen.every(({ data }) => data.length === 1));
    await server.command('DEL', ...parts.map((part) => `pushstream:{${hub}}:${part}`));
    await until(() => seen.every(({ gaps }) => gaps.length === 1), 5_000);
    expect(new Set(seen.map(({ position }) => position.epoch)).size).toBe(1);
    await publishData(other, ['b']);
    await until(() => seen.every(({ data }) => data.length === 2));
    for (const tail of seen) {
      expect(tail.gaps).toMatchObject([{ reason: 'epoch' }]);
      expect(tail.failures).toEqual([]);
      tail[Symbol.dispose]();
    }
  });

  test.each([
    ['behind what was seen', []],
    ['and has grown to the same number', ['x', 'y']],
    ['and has grown beyond', ['x', 'y', 'z']],
  ])('a copy is put back, %s: never another entry under a known number', async (_, regrown) => {
    await using own = await startRedis();
    await using proxy = await faultProxy(`http://127.0.0.1:${own.port}`);
    await using logs = createLogs();
    const log = logs.open({ url: `redis://127.0.0.1:${new URL(proxy.url).port}` });
    await publishData(log, ['a', 'b']);
    const from = { ...(await now(log)), seq: 0 };
    using tail = follow(log, from);
    const putBack = await own.copy();
    await publishData(log, ['c', 'd']);
    await until(() => tail.data.length === 4);

    await proxy.refuse();
    await putBack();
    // Another instance, which has seen nothing of it.
    const stranger = logs.open(own);
    await publishData(stranger, regrown);
    await proxy.accept();
    await until(() => tail.gaps.length === 1, 8_000);
    await insist(log, entry('e'));
    await until(() => tail.data.at(-1) === 'e');
    expect(tail.gaps).toMatchObject([{ reason: 'epoch' }]);
    expect(tail.position.epoch).not.toBe(from.epoch);
    expect(tail.failures).toEqual([]);
    expect(tail.data.slice(0, 4)).toEqual(['a', 'b', 'c', 'd']);
    expect(await readAll(stranger)).toMatchObject(await readAll(log));
  });

  test('a publisher alone notices a copy too: its next entry begins an epoch', async () => {
    await using own = await startRedis();
    await using logs = createLogs();
    const log = logs.open(own);
    await publishData(log, ['a']);
    const putBack = await own.copy();
    const { epoch, seq } = await log.publish(entry('b'));
    await putBack();
    const next = await log.publish(entry('c'));
    expect(seq).toBe(2);
    expect(next.seq).toBe(1);
    expect(next.epoch).not.toBe(epoch);
    expect(await log.read({ epoch, seq }, 1)).toMatchObject({ kind: 'gap', reason: 'epoch' });
  });

  test('and where another one has published as much meanwhile', async () => {
    await using own = await startRedis();
    await using logs = createLogs();
    const [log, stranger] = [logs.open(own), logs.open(own)];
    await publishData(log, ['a']);
    const putBack = await own.copy();
    const { epoch } = await log.publish(entry('b'));
    await putBack();
    expect(await stranger.publish(entry('x'))).toMatchObject({ epoch, seq: 2 });
    const next = await log.publish(entry('c'));
    expect(next.seq).toBe(1);
    expect(next.epoch).not.toBe(epoch);
  });

  test('an epoch is younger than the one before it, also where the clock went back', async () => {
    await using logs = createLogs();
    const hub = freshHub();
    const log = logs.open(server, { hub });
    await publishData(log, ['a']);
    const head = `pushstream:{${hub}}:head`;
    await server.command('HSET', head, 'epoch', 'of-tomorrow', 'born', String(Date.now() + 86_400_000));
    expect(await log.head()).toMatchObject({ epoch: 'of-tomorrow', last: 1 });
    await server.command('DEL', head);
    const [one, other] = [await log.publish(entry('b')), await log.publish(entry('c'))];
    expect([one.seq, other]).toEqual([1, { epoch: one.epoch, seq: 2, duplicate: false }]);
  });

  test.each(['epoch', 'born', 'seq', 'mark', 'bytes', 'time', 'first', 'from', 'since'])(
    'whatever somebody writes as %s, the log goes on, with numbers that follow each other',
    async (field) => {
      await using logs = createLogs();
      const hub = freshHub();
      const log = logs.open(server, { hub });
      await publishData(log, ['a', 'b']);
      await server.command('HSET', `pushstream:{${hub}}:head`, field, 'nonsense');
      const [one, other] = [await log.publish(entry('c')), await log.publish(entry('d'))];
      expect(other).toEqual({ epoch: one.epoch, seq: one.seq + 1, duplicate: false });
      expect((await readAll(log)).slice(-2)).toMatchObject([{ data: 'c' }, { data: 'd' }]);
    },
  );

  test('what an instance has only read, it knows as well as what it has stored', async () => {
    await using own = await startRedis();
    await using logs = createLogs();
    const [log, reader] = [logs.open(own), logs.open(own)];
    await publishData(log, ['a']);
    const putBack = await own.copy();
    using tail = follow(reader, await now(reader));
    await publishData(log, ['b']);
    await until(() => tail.data.length === 1);
    await publishData(log, ['c']);
    await until(() => tail.data.length === 2);
    await putBack();
    const { epoch, seq } = await reader.publish(entry('d'));
    expect(seq).toBe(1);
    await until(() => tail.gaps.length === 1);
    expect(tail.gaps).toMatchObject([{ reason: 'epoch', head: { epoch } }]);
  });

  test('a key of an earlier epoch is not known: its entry is gone', async () => {
    await using logs = createLogs();
    const hub = freshHub();
    const log = logs.open(server, { hub });
    await log.publish(entry('a', { key: 'a' }));
    await server.command('DEL', `pushstream:{${hub}}:head`);
    expect(await log.publish(entry('a', { key: 'a' }))).toMatchObject({ seq: 1, duplicate: false });
    expect(await log.publish(entry('a', { key: 'a' }))).toMatchObject({ seq: 1, duplicate: true });
  });

  test('a copy of an earlier epoch is put back: that epoch does not come back', async () => {
    await using own = await startRedis();
    await using logs = createLogs();
    const log = logs.open(own);
    await publishData(log, ['a', 'b', 'c']);
    const first = await now(log);
    const putBack = await own.copy();
    await own.command('FLUSHALL');
    await publishData(log, ['d']);
    const second = await now(log);
    await putBack();
    const third = await log.publish(entry('e'));
    expect(new Set([first.epoch, second.epoch, third.epoch]).size).toBe(3);
  });

  test('an entry that nobody of us has written begins a new epoch', async () => {
    await using logs = createLogs();
    const hub = freshHub();
    const log = logs.open(server, { hub });
    await publishData(log, ['a']);
    using tail = follow(log, { ...(await now(log)), seq: 0 });
    await until(() => tail.data.length === 1);
    await server.command('XADD', `pushstream:{${hub}}:log`, '*', 'd', 'forged');
    await until(() => tail.gaps.length === 1, 5_000);
    await publishData(log, ['b']);
    await until(() => tail.data.length === 2);
    expect(tail.data).toEqual(['a', 'b']);
    expect(tail.gaps).toMatchObject([{ reason: 'epoch' }]);
  });

  test.each([
    ['a line in a type', 'e', 'a\nid: 7'],
    ['an event of the stream itself', 'e', 'pushstream.reset'],
    ['a line in a channel', 'c', 'a\r\nb'],
    ['an addressee that is none', 'x', '{"to":7}'],
    ['tags that are none', 'x', '{"tags":[1]}'],
    ['what is no JSON', 'x', '{'],
  ])('what was written by hand is checked on its way out: %s is nobody’s', async (_, name, value) => {
    await using logs = createLogs();
    const hub = freshHub();
    const log = logs.open(server, { hub });
    await publishData(log, ['a']);
    using tail = follow(log, { ...(await now(log)), seq: 0 });
    await until(() => tail.data.length === 1);
    const key = `pushstream:{${hub}}`;
    // As one who knows everything would: behind the last entry, with its mark.
    const mark = String(await server.command('HGET', `${key}:head`, 'mark'));
    const fields = {
      t: '1',
      b: '9',
      p: mark,
      m: 'mmmmmmmm',
      e: 'type',
      c: 'channel',
      x: '',
      d: 'secret',
      [name]: value,
    };
    await server.command('HSET', `${key}:head`, 'seq', '2', 'mark', 'mmmmmmmm');
    await server.command('XADD', `${key}:log`, '2-0', ...Object.entries(fields).flat());
    await publishData(log, ['b']);
    await until(() => tail.data.at(-1) === 'b', 5_000);
    expect(tail.gaps).toEqual([]);
    expect(tail.entries[1]).toEqual({ seq: 2, time: 1, type: 'invalid', channel: 'invalid', data: '', to: '' });
  });
});

describe.skipIf(!hasRedis)('what is kept', () => {
  test('XTRIM under readers: one at the end has no gap, one that is behind has one', async () => {
    await using logs = createLogs();
    const hub = freshHub();
    const [near, far] = [logs.open(server, { hub }), logs.open(server, { hub })];
    await publishData(near, ['a']);
    const from = { ...(await now(near)), seq: 0 };
    using fast = follow(near, from);
    const controller = new AbortController();
    const slow = far.tail(from, controller.signal)[Symbol.asyncIterator]();
    expect(await slow.next()).toMatchObject({ value: { entries: [{ data: 'a' }] } });
    const data = Array.from({ length: 3_000 }, (_, at) => String(at));
    await Promise.all(data.map((one) => near.publish(entry(one))));
    await until(() => fast.data.length === 3_001);
    await elapse(100);
    await server.command('XTRIM', `pushstream:{${hub}}:log`, 'MAXLEN', '10');
    await near.publish(entry('end'));
    await until(() => fast.data.at(-1) === 'end');
    expect(fast.gaps).toEqual([]);
    expect(fast.failures).toEqual([]);
    let seq = 1;
    const reasons: string[] = [];
    while (seq < 3_002) {
      const { value: page } = await slow.next();
      if (page?.kind === 'gap') {
        reasons.push(page.reason);
        seq = page.head.last;
      } else {
        expect(page?.entries[0]?.seq).toBe(seq + 1);
        seq = page?.entries.at(-1)?.seq ?? Infinity;
      }
    }
    expect(reasons).toEqual(['trimmed']);
    controller.abort();
  });

  test('an entry in the middle is deleted: who needs it is told', async () => {
    await using logs = createLogs();
    const hub = freshHub();
    const log = logs.open(server, { hub });
    await publishData(log, ['a', 'b', 'c']);
    const { epoch } = await now(log);
    await server.command('XDEL', `pushstream:{${hub}}:log`, '2-0');
    expect(await log.read({ epoch, seq: 1 }, 10)).toMatchObject({ kind: 'gap', reason: 'trimmed' });
    expect(await log.read({ epoch, seq: 0 }, 10)).toMatchObject({ entries: [{ data: 'a' }] });
    expect(await log.read({ epoch, seq: 2 }, 10)).toMatchObject({ entries: [{ data: 'c' }] });
  });

  test('no more entries than are to be kept', async () => {
    await using logs = createLogs();
    const log = logs.open(server, { hub: freshHub(), maxEvents: 10 });
    for (let n = 1; n <= 35; n += 1) {
      await log.publish(entry(n));
      expect(await log.head()).toMatchObject({ first: Math.max(1, n - 9), last: n });
    }
    expect((await readAll(log)).map(({ data }) => data)).toEqual(
      Array.from({ length: 10 }, (_, at) => String(26 + at)),
    );
  });

  test('no more bytes than are to be kept, but the newest entry however large', async () => {
    await using logs = createLogs();
    const log = logs.open(server, { hub: freshHub(), maxBytes: 1_000 });
    const size = (data: string): number => Buffer.byteLength(`test.entrytests${data}`);
    const sizes: number[] = [];
    for (const length of [10, 200, 3, 700, 5, 5, 990, 1, 2_000, 7, 300, 300, 300, 300]) {
      const data = 'é'.repeat(length / 2);
      await log.publish(entry(data));
      sizes.push(size(data));
      let kept = 0;
      let first = sizes.length + 1;
      while (first > 1 && kept + (sizes[first - 2] ?? 0) <= 1_000) kept += sizes[(first -= 1) - 1] ?? 0;
      expect(await log.head()).toMatchObject({ first: Math.min(first, sizes.length), last: sizes.length });
    }
  });

  test('nothing longer than it is to be kept, by who publishes and by who looks', async () => {
    await using logs = createLogs();
    const log = logs.open(server, { hub: freshHub(), maxAgeMs: 300 });
    await publishData(log, ['a', 'b']);
    await elapse(200);
    await publishData(log, ['c']);
    await elapse(150);
    expect(await log.head()).toMatchObject({ first: 3, last: 3 });
    await publishData(log, ['d']);
    expect((await readAll(log)).map(({ data }) => data)).toEqual(['c', 'd']);
    await elapse(400);
    expect(await log.head()).toMatchObject({ first: 5, last: 4 });
    await publishData(log, ['e']);
    expect((await readAll(log)).map(({ seq, data }) => `${seq}:${data}`)).toEqual(['5:e']);
  });

  test('what others trim is counted once: bytes are a difference', async () => {
    await using logs = createLogs();
    const hub = freshHub();
    const log = logs.open(server, { hub, maxBytes: 1_000 });
    const data = 'x'.repeat(100 - 'test.entrytests'.length);
    for (let n = 0; n < 8; n += 1) await log.publish(entry(data));
    await server.command('XTRIM', `pushstream:{${hub}}:log`, 'MAXLEN', '2');
    for (let n = 0; n < 8; n += 1) await log.publish(entry(data));
    expect(await log.head()).toMatchObject({ first: 7, last: 16 });
  });

  test('a hub is of its own: name and prefix', async () => {
    await using logs = createLogs();
    const hub = freshHub();
    const [one, other, third] = [
      logs.open(server, { hub }),
      logs.open(server, { hub: `${hub}2` }),
      logs.open(server, { hub, prefix: 'other' }),
    ];
    await publishData(one, ['a']);
    await publishData(other, ['b', 'c']);
    expect([await one.head(), await other.head(), await third.head()]).toMatchObject([
      { last: 1 },
      { last: 2 },
      { last: 0 },
    ]);
    const keys = (await server.command('KEYS', `*${hub}}*`)) as string[];
    expect(keys.sort()).toEqual([`other:{${hub}}:head`, `pushstream:{${hub}}:head`, `pushstream:{${hub}}:log`]);
  });
});
