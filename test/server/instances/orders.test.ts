import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPushStream } from '../../../packages/server/src/index.ts';
import { open, type TestStream } from '../streams.ts';
import { createTestEnvironment, type TestEnvironment } from '../support.ts';
import { createFleet, type Fleet, wayTo } from './fleet.ts';

const HOUR_MS = 3_600_000;
const byHeader = {
  authorize: ({ headers }: { headers: Headers }) => ({ clientId: headers.get('x-user') ?? 'nobody' }),
};

let environment: TestEnvironment;
let fleet: Fleet;
beforeEach(() => {
  environment = createTestEnvironment();
  fleet = createFleet(environment);
});
afterEach(() => fleet[Symbol.asyncDispose]());

const reasons = async (stream: TestStream): Promise<unknown[]> =>
  (await stream.control('closing')).map((data) => (data as { reason: unknown }).reason);

const statusOf = async (push: { fetch(request: Request): Promise<Response> }, session: string): Promise<number> => {
  const stream = await open(push.fetch, `/events?session=${session}`);
  await stream.cancel();
  return stream.response.status;
};

describe('a session is killed, whichever instance is asked', () => {
  test('its stream ends on another instance, and others go on', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    const [stream, other] = [await open(b.push.fetch, '/events?session=tab'), await open(b.push.fetch)];
    await environment.advance(1_500);
    expect(await a.push.kill('tab')).toBe(true);
    expect(await reasons(stream)).toEqual(['killed']);
    await a.push.publish('tick', 1);
    expect((await other.events()).map(([, data]) => data)).toEqual([1]);
    expect(other.isOver).toBe(false);
  });

  test('who comes back gets a 204 for an hour, also from an instance that starts later', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    await open(a.push.fetch, '/events?session=tab');
    expect(await a.push.kill('tab')).toBe(true);
    await environment.settle();
    const late = fleet.start();
    await environment.advance(HOUR_MS / 2);
    const later = fleet.start();
    await environment.settle();
    for (const { push } of [a, b, late, later]) expect(await statusOf(push, 'tab')).toBe(204);
    await environment.advance(HOUR_MS / 2 - 1_000);
    for (const { push } of [a, b, late, later]) expect(await statusOf(push, 'tab')).toBe(204);
    await environment.advance(2_000);
    for (const { push } of [a, b, late, later, fleet.start()]) expect(await statusOf(push, 'tab')).toBe(200);
  });

  test('also when the instance that was asked is gone by then', async () => {
    const a = fleet.start();
    await a.push.kill('tab');
    await a.push.close();
    expect(await statusOf(fleet.start().push, 'tab')).toBe(204);
  });

  test('a name that nobody has at the moment is refused too: its client may be about to come back', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    expect(await a.push.kill('tab')).toBe(false);
    await environment.settle();
    expect(await statusOf(b.push, 'tab')).toBe(204);
  });

  test('by the id of its connection, which is another instance’s, and may come back', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    const stream = await open(b.push.fetch, '/events?session=tab');
    await environment.advance(1_500);
    const { connectionId = '' } = b.push.sessions()[0] ?? {};
    expect(await a.push.kill(connectionId)).toBe(true);
    expect(await reasons(stream)).toEqual(['killed']);
    expect(await statusOf(b.push, 'tab')).toBe(200);
  });

  test('what cannot be a session is none, and no order', async () => {
    const { push } = fleet.start();
    expect(await push.kill('no\nname')).toBe(false);
    expect(await push.cursor()).toMatch(/\.0$/);
  });

  test('all of them: with names for good, without names once', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    const streams = [
      await open(a.push.fetch),
      await open(a.push.fetch, '/events?session=one'),
      await open(b.push.fetch),
      await open(b.push.fetch, '/events?session=two'),
      await open(b.push.fetch, '/events?session=two'),
    ];
    await environment.advance(1_500);
    expect(await a.push.killAll()).toBe(5);
    for (const stream of streams) expect(await reasons(stream)).toEqual(['killed']);
    for (const session of ['one', 'two']) {
      expect([await statusOf(a.push, session), await statusOf(b.push, session)]).toEqual([204, 204]);
    }
  });
});

describe('rights are revoked, whichever instance is asked', () => {
  test('the streams of a client end everywhere, and are counted', async () => {
    const [a, b] = [fleet.start(byHeader), fleet.start(byHeader)];
    const as = (push: typeof a.push, user: string): Promise<TestStream> =>
      open(push.fetch, '/events', { 'x-user': user });
    const ann = [await as(a.push, 'ann'), await as(b.push, 'ann'), await as(b.push, 'ann')];
    const bob = await as(b.push, 'bob');
    await environment.advance(1_500);
    expect(await a.push.revoke({ clientId: 'ann' })).toBe(3);
    for (const stream of ann) expect(await reasons(stream)).toEqual(['revoked']);
    await bob.take();
    expect(bob.isOver).toBe(false);
    await environment.advance(1_500);
    expect(await a.push.revoke({ clientId: 'ann' })).toBe(0);
  });

  test('of a login, and of a client’s login alone', async () => {
    const authorize = ({ headers }: { headers: Headers }) => ({
      clientId: headers.get('x-user') ?? '',
      credential: headers.get('x-key') ?? '',
    });
    const [a, b] = [fleet.start({ authorize }), fleet.start({ authorize })];
    const streams = await Promise.all(
      [
        ['ann', 'k1'],
        ['ann', 'k2'],
        ['bob', 'k1'],
      ].map(([user = '', key = '']) => open(b.push.fetch, '/events', { 'x-user': user, 'x-key': key })),
    );
    await environment.advance(1_500);
    expect(await a.push.revoke({ clientId: 'ann', credential: 'k2' })).toBe(1);
    expect(await Promise.all(streams.map(reasons))).toEqual([[], ['revoked'], []]);
    expect(await a.push.revoke({ credential: 'k1' })).toBe(2);
    expect(await Promise.all(streams.map(reasons))).toEqual([['revoked'], ['revoked'], ['revoked']]);
  });

  test('nothing that is stored behind the order goes to a stream that it ends', async () => {
    const [a, b] = [fleet.start(byHeader), fleet.start(byHeader)];
    const stream = await open(b.push.fetch, '/events', { 'x-user': 'ann' });
    await environment.settle();
    const done = [a.push.publish('tick', 'before'), a.push.revoke({ clientId: 'ann' })];
    await Promise.all(done);
    await a.push.publish('tick', 'behind');
    const data = (await stream.events()).map(([, text]) => text);
    expect(data).not.toContain('behind');
    expect(await reasons(stream)).toEqual(['revoked']);
  });

  test('who is being let in by another instance is authorised again', async () => {
    let decide: () => void = () => {};
    const a = fleet.start();
    const b = fleet.start({
      authorize: () => new Promise((resolve) => (decide = () => resolve({ clientId: 'ann' }))),
    });
    const opening = open(b.push.fetch);
    await environment.settle();
    await a.push.revoke({ clientId: 'ann' });
    await environment.settle();
    decide();
    expect(await reasons(await opening)).toEqual(['revoked']);
  });

  test('who is somebody else is let in all the same', async () => {
    let decide: () => void = () => {};
    const a = fleet.start();
    await a.push.revoke({ clientId: 'ann' });
    const b = fleet.start({
      authorize: () => new Promise((resolve) => (decide = () => resolve({ clientId: 'bob', credential: 'k' }))),
    });
    const opening = open(b.push.fetch);
    await environment.settle();
    await a.push.revoke({ clientId: 'ann' });
    await a.push.revoke({ clientId: 'bob', credential: 'other' });
    await environment.settle();
    decide();
    expect(await reasons(await opening)).toEqual([]);
  });

  test('its own order ends nobody who came meanwhile', async () => {
    const a = fleet.start(byHeader);
    await environment.settle();
    const resume = a.pause();
    await a.push.revoke({ clientId: 'ann' });
    const stream = await open(a.push.fetch, '/events', { 'x-user': 'ann' });
    resume();
    await environment.settle();
    expect(await reasons(stream)).toEqual([]);
  });
});

describe('an order', () => {
  test('is handed to no stream: not live, not from memory, not from the log, whatever is asked for', async () => {
    const { push } = fleet.start();
    const cursor = await push.cursor();
    const live = [await open(push.fetch), await open(push.fetch, '/events?channel=*&type=*')];
    await push.publish('tick', 1);
    await push.kill('somebody');
    await push.revoke({ clientId: 'somebody' });
    await push.publish('tick', 2);
    await environment.settle();
    const replayed = await open(push.fetch, '/events', { 'last-event-id': cursor });
    // Another hub has nothing in memory of what was before it.
    const fromLog = await open(fleet.start().push.fetch, '/events', { 'last-event-id': cursor });
    await environment.settle();
    for (const stream of [...live, replayed, fromLog]) {
      expect((await stream.events()).map(([, data]) => data)).toEqual([1, 2]);
      expect((await stream.types()).filter((type) => type.startsWith('pushstream.'))).toEqual(['pushstream.ready']);
      expect(stream.lastEventId).toMatch(/\.4$/);
    }
  });

  test('is passed by the cursor of who sees nothing else', async () => {
    const { push } = fleet.start();
    const stream = await open(push.fetch);
    await push.kill('somebody');
    await environment.advance(16_000);
    await stream.take();
    expect(stream.lastEventId).toMatch(/\.1$/);
  });

  test.each(['pushstream.order', 'pushstream.reset', 'pushstream'])('%s cannot be published', async (type) => {
    const { push } = fleet.start();
    await expect(push.publish(type, '{}')).rejects.toThrow('not beginning with "pushstream"');
    await expect(push.publish('tick', 1, { channel: type })).rejects.toThrow('not beginning with "pushstream"');
  });

  test.each([
    '',
    '{',
    'null',
    '{"by":"x","kind":"kill"}',
    '{"by":"x","kind":"kill","whom":[7]}',
    '{"by":"x","kind":"drop","whom":[]}',
  ])('that cannot be understood is reported, and nothing happens: %s', async (data) => {
    const { push } = fleet.start();
    const stream = await open(push.fetch);
    await fleet.log.publish({ type: 'pushstream.order', channel: 'pushstream.order', data });
    await push.publish('tick', 1);
    expect((await stream.events()).map(([, text]) => text)).toEqual([1]);
    expect(environment.reports.map(([where]) => where)).toEqual(['an order of the log']);
  });

  test('of an instance that cannot reach the log: done there at once, and the caller is told', async () => {
    const [a, b] = [fleet.start(byHeader), fleet.start(byHeader)];
    const here = await open(a.push.fetch, '/events?session=tab', { 'x-user': 'ann' });
    const there = await open(b.push.fetch, '/events?session=tab', { 'x-user': 'ann' });
    await environment.advance(1_500);
    a.isAway = true;
    const killing = a.push.kill('tab');
    expect(a.push.sessions()).toEqual([]);
    await expect(killing).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(await reasons(here)).toEqual(['killed']);
    expect(await statusOf(a.push, 'tab')).toBe(204);
    expect(await reasons(there)).toEqual([]);
    await expect(a.push.revoke({ clientId: 'ann' })).rejects.toMatchObject({ code: 'log-unavailable' });
    await expect(a.push.killAll()).rejects.toMatchObject({ code: 'log-unavailable' });
    a.isAway = false;
    expect(await a.push.kill('tab')).toBe(true);
    expect(await reasons(there)).toEqual(['killed']);
  });

  test('that an instance missed, because the log let it go meanwhile, is carried out when it is back', async () => {
    await using small = createFleet(environment, { maxEvents: 3 });
    const [a, b] = [small.start(byHeader), small.start(byHeader)];
    const ann = await open(b.push.fetch, '/events', { 'x-user': 'ann' });
    const tab = await open(b.push.fetch, '/events?session=tab', { 'x-user': 'bob' });
    const eve = await open(b.push.fetch, '/events', { 'x-user': 'eve' });
    await environment.settle();
    const resume = b.pause();
    await a.push.revoke({ clientId: 'ann' });
    await a.push.kill('tab');
    for (let n = 0; n < 10; n += 1) await a.push.publish('tick', n);
    expect([await reasons(ann), await reasons(tab)]).toEqual([[], []]);
    resume();
    await environment.settle();
    expect([await reasons(ann), await reasons(tab), await reasons(eve)]).toEqual([['revoked'], ['killed'], []]);
    expect(await eve.control('reset')).toMatchObject([{ reason: 'trimmed' }]);
    expect(await statusOf(b.push, 'tab')).toBe(204);
  });

  test('reaches other instances on a log that shares nothing beside it', async () => {
    const { shared: _, ...log } = fleet.log;
    const [a, b] = [wayTo(log), wayTo(log)].map((way) => createPushStream({ log: way.log, environment }));
    const stream = await open(b?.fetch ?? fetch, '/events?session=tab');
    await environment.advance(1_500);
    // It knows of its own streams only.
    expect(await a?.kill('tab')).toBe(false);
    expect(await reasons(stream)).toEqual(['killed']);
    expect(await a?.presence()).toEqual([]);
    await Promise.all([a?.close(), b?.close()]);
  });
});
