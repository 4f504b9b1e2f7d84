import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { open } from '../streams.ts';
import { createTestEnvironment, type TestEnvironment } from '../support.ts';
import { createFleet, type Fleet, type Instance } from './fleet.ts';

let environment: TestEnvironment;
let fleet: Fleet;
beforeEach(() => {
  environment = createTestEnvironment();
  fleet = createFleet(environment);
});
afterEach(() => fleet[Symbol.asyncDispose]());

const named = async ({ push }: Instance): Promise<(string | undefined)[]> =>
  (await push.presence()).map(({ session }) => session).sort();

const openAll = (instance: Instance, names: readonly string[]) =>
  Promise.all(names.map((name) => open(instance.push.fetch, `/events?session=${name}`)));

describe('who is connected', () => {
  test('every instance tells of all, each stream with its instance', async () => {
    const authorize = () => ({ clientId: 'ann' });
    const [a, b] = [fleet.start({ authorize }), fleet.start()];
    await openAll(a, ['one']);
    await openAll(b, ['two', 'three']);
    await environment.advance(1_500);
    const seen = await a.push.presence();
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ instance }) => instance)).size).toBe(2);
    expect(seen[0]).toEqual({
      instance: expect.any(String),
      connectionId: a.push.sessions()[0]?.connectionId,
      session: 'one',
      clientId: 'ann',
      connectedAt: a.push.sessions()[0]?.connectedAt,
    });
    const byConnection = (list: typeof seen) => [...list].sort((x, y) => (x.connectionId < y.connectionId ? -1 : 1));
    expect(byConnection(await b.push.presence())).toEqual(byConnection(seen));
    expect(a.push.sessions().map(({ session }) => session)).toEqual(['one']);
  });

  test('its own streams an instance knows at once, those of the others a second later', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    const [stream] = await openAll(b, ['two']);
    expect([await named(a), await named(b)]).toEqual([[], ['two']]);
    await environment.advance(1_100);
    expect(await named(a)).toEqual(['two']);
    await stream?.cancel();
    await environment.settle();
    expect([await named(a), await named(b)]).toEqual([['two'], []]);
    await environment.advance(1_100);
    expect(await named(a)).toEqual([]);
  });

  test('what has not changed is not written: a sign of life every third of its time, nothing without streams', async () => {
    const a = fleet.start();
    const streams = await openAll(a, ['one', 'two']);
    await environment.advance(1_100);
    const count = () => fleet.written.filter(({ board }) => board === 'sessions').map(({ names }) => names);
    expect(count()).toEqual([2]);
    await environment.advance(60_000);
    expect(count()).toEqual([2, 0, 0, 0, 0, 0, 0]);
    await openAll(a, ['three']);
    await environment.advance(1_100);
    expect(count().at(-1)).toBe(1);
    for (const stream of streams) await stream.cancel();
    await environment.advance(1_100);
    expect(count().at(-1)).toBe(2);
    expect((await fleet.shared.read('sessions')).size).toBe(1);
  });

  test('an instance that dies without a word is listed until its time is over', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    await openAll(a, ['one']);
    await openAll(b, ['two']);
    await environment.advance(1_500);
    b.isAway = true;
    await environment.advance(28_000);
    expect(await named(a)).toEqual(['one', 'two']);
    await environment.advance(12_000);
    expect(await named(a)).toEqual(['one']);
  });

  test('for as long as is said', async () => {
    const [a, b] = [fleet.start(), fleet.start({ presenceTtlMs: 2_000 })];
    await openAll(b, ['two']);
    await environment.advance(1_500);
    expect(await named(a)).toEqual(['two']);
    b.isAway = true;
    await environment.advance(2_100);
    expect(await named(a)).toEqual([]);
  });

  test('one that was away, and taken for dead, tells everything again', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    await openAll(b, ['two', 'three']);
    await environment.advance(1_500);
    b.isAway = true;
    await environment.advance(60_000);
    expect(await named(a)).toEqual([]);
    await openAll(b, ['four']).catch(() => []);
    b.isAway = false;
    await environment.advance(1_100);
    expect(await named(a)).toEqual((await named(b)).sort());
    expect(await named(a)).toEqual(expect.arrayContaining(['two', 'three']));
  });

  test('what was lost with the store is told again within a third of its time', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    await openAll(b, ['two', 'three']);
    await environment.advance(1_500);
    for (const board of ['sessions', 'groups']) {
      for (const page of (await fleet.shared.read(board)).keys()) await fleet.shared.write(board, page, new Map(), 0);
    }
    expect(await named(a)).toEqual([]);
    await environment.advance(11_000);
    expect(await named(a)).toEqual(['three', 'two']);
    expect(await a.push.kill('two')).toBe(true);
  });

  test('an instance that ends takes its streams off the list', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    await openAll(b, ['two']);
    await environment.advance(1_500);
    await b.push.close();
    expect(await named(a)).toEqual([]);
    expect((await fleet.shared.read('groups')).size).toBe(0);
  });

  test('ten thousand streams are told in parts, with turns of others in between', async () => {
    const a = fleet.start({ limits: { connections: 20_000 } });
    for (let at = 0; at < 10; at += 1) {
      await Promise.all(
        Array.from({ length: 1_000 }, (_, n) => a.push.fetch(new Request(`http://s.test/?session=${at}-${n}`))),
      );
    }
    await environment.advance(2_000);
    const parts = fleet.written.filter(({ board }) => board === 'sessions').map(({ names }) => names);
    expect(Math.max(...parts)).toBe(500);
    expect(parts.reduce((sum, names) => sum + names, 0)).toBe(10_000);
    const seen = await fleet.start().push.presence();
    expect(new Set(seen.map(({ session }) => session)).size).toBe(10_000);
  });

  test.each(['', 'null', '[]', '{', '["a","b","c"]', '7'])(
    'what nobody of us has told is left out: %s',
    async (text) => {
      const { push } = fleet.start();
      await fleet.shared.write('sessions', 'forged', new Map([['c', text]]), 60_000);
      await fleet.shared.write('groups', 'forged', new Map([['client\nann', text]]), 60_000);
      expect(await push.presence()).toEqual([]);
      expect(await push.revoke({ clientId: 'ann' })).toBeGreaterThanOrEqual(0);
    },
  );
});

describe('while what is shared cannot be reached', () => {
  test('streams go on and new ones begin; it is reported once, and mends itself', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    const [stream] = await openAll(b, ['two']);
    b.isSilent = true;
    await environment.advance(60_000);
    await a.push.publish('tick', 1);
    expect((await stream?.events())?.map(([, data]) => data)).toEqual([1]);
    const [other] = await openAll(b, ['three']);
    expect(other?.response.status).toBe(200);
    expect(environment.reports.map(([where]) => where)).toEqual(['what instances share']);
    await expect(b.push.presence()).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(environment.reports).toHaveLength(1);
    b.isSilent = false;
    await environment.advance(1_500);
    expect(await named(a)).toEqual(['three', 'two']);
    b.isSilent = true;
    await environment.advance(30_000);
    expect(environment.reports).toHaveLength(2);
  });

  test('an instance begins all the same, and hears later whom it has to refuse', async () => {
    const a = fleet.start();
    await a.push.kill('tab');
    const b = fleet.start();
    b.isSilent = true;
    const [stream] = await openAll(b, ['tab']);
    expect(stream?.response.status).toBe(200);
    b.isSilent = false;
    await environment.advance(5_500);
    expect(await stream?.control('closing')).toMatchObject([{ reason: 'killed' }]);
    expect((await open(b.push.fetch, '/events?session=tab')).response.status).toBe(204);
  });

  test('an instance begins all the same where it says nothing at all', async () => {
    const read = () => new Promise<never>(() => {});
    const { push } = fleet.start({ log: { ...fleet.log, shared: { ...fleet.shared, read } } });
    const opening = open(push.fetch);
    await environment.advance(2_100);
    expect((await opening).response.status).toBe(200);
  });

  test('close() does not wait for it longer than a second', async () => {
    const a = fleet.start();
    await openAll(a, ['one']);
    await environment.advance(1_500);
    Object.assign(a.log.shared ?? {}, { write: () => new Promise(() => {}) });
    let isClosed = false;
    void a.push.close().then(() => (isClosed = true));
    await environment.advance(900);
    expect(isClosed).toBe(false);
    await environment.advance(200);
    expect(isClosed).toBe(true);
  });
});

test('on a log that shares nothing an instance knows its own streams', async () => {
  const { shared: _, ...log } = fleet.log;
  const { push } = fleet.start({ log });
  await open(push.fetch, '/events?session=one');
  await environment.advance(1_500);
  expect((await push.presence()).map(({ session }) => session)).toEqual(['one']);
  expect(await push.kill('one')).toBe(true);
});

test('nothing is left of instances: no timer, no page', async () => {
  const [a, b] = [fleet.start(), fleet.start()];
  await openAll(a, ['one']);
  await openAll(b, ['two']);
  await environment.advance(1_500);
  await Promise.all([a.push.close(), b.push.close()]);
  await environment.advance(5_000);
  expect(environment.pending).toBe(0);
  expect((await fleet.shared.read('sessions')).size).toBe(0);
});

test('what was ordered is kept for an hour, and not for as long as the instance lives', async () => {
  const { push } = fleet.start();
  await push.kill('one');
  await environment.advance(1_800_000);
  await push.kill('two');
  expect((await fleet.shared.read('orders')).values().next().value?.size).toBe(2);
  await environment.advance(3_000_000);
  expect((await fleet.shared.read('orders')).values().next().value?.size).toBe(1);
  await environment.advance(3_600_000);
  expect((await fleet.shared.read('orders')).size).toBe(0);
  expect(environment.pending).toBe(0);
});
