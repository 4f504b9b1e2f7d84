import { describe, expect, test } from 'vitest';
import { createMemoryShared } from '../../../packages/server/src/log/memory-shared.ts';
import { createPulseBoard, type PulseBoard, type PulseBoardOptions } from '../../../packages/server/src/pulse.ts';
import { createTestEnvironment, type TestEnvironment } from '../support.ts';
import { ORDERS_KEY, start } from './support.ts';

const createBoard = (environment: TestEnvironment, options?: PulseBoardOptions): PulseBoard =>
  createPulseBoard(createMemoryShared(environment), environment, options);

describe('a board of pulses', () => {
  test('lists sessions newest first, with when they were seen and how long ago', async () => {
    const environment = createTestEnvironment();
    const board = createBoard(environment);
    const begin = environment.now();
    board.pulse('a');
    await environment.advance(1_000);
    board.pulse('b');
    await environment.advance(500);
    board.pulse('a');
    await environment.advance(200);
    expect(await board.list()).toEqual([
      { session: 'a', lastSeen: begin + 1_500, ageMs: 200 },
      { session: 'b', lastSeen: begin + 1_000, ageMs: 700 },
    ]);
  });

  test('a wall clock that jumps makes nobody older', async () => {
    const environment = createTestEnvironment();
    const board = createBoard(environment);
    board.pulse('a');
    environment.jump(7_200_000);
    expect(await board.list()).toMatchObject([{ session: 'a', ageMs: 0 }]);
  });

  test('forgets who was silent for longer than its time', async () => {
    const environment = createTestEnvironment();
    const board = createBoard(environment, { ttlMs: 1_000 });
    board.pulse('a');
    await environment.advance(1_000);
    expect(await board.list()).toHaveLength(1);
    await environment.advance(1);
    expect(await board.list()).toEqual([]);
  });

  test('holds no more than it has room for: who was silent longest goes', async () => {
    const board = createBoard(createTestEnvironment(), { capacity: 2 });
    for (const session of ['a', 'b', 'a', 'c']) board.pulse(session);
    expect((await board.list()).map(({ session }) => session)).toEqual(['c', 'a']);
  });

  test('holds 10,000 for an hour where nothing else is said', async () => {
    const environment = createTestEnvironment();
    const board = createBoard(environment);
    for (let count = 0; count < 10_001; count += 1) board.pulse(`s${count}`);
    expect(await board.list()).toHaveLength(10_000);
    await environment.advance(3_600_000);
    expect(await board.list()).toHaveLength(10_000);
    await environment.advance(1);
    expect(await board.list()).toEqual([]);
  });

  test('forgets whom it is told to', async () => {
    const board = createBoard(createTestEnvironment());
    board.pulse('a');
    expect([await board.forget('a'), await board.forget('a'), await board.list()]).toEqual([true, false, []]);
  });

  test.each(['', 'a b', 'a\n', '\u0000', 'x'.repeat(129), 'ä'])('%j is no session', (session) => {
    expect(() => createBoard(createTestEnvironment()).pulse(session)).toThrow('session: expected 1 to 128 letters');
  });

  test.each(['__proto__', 'constructor'])('%s is a session like any other', async (session) => {
    const board = createBoard(createTestEnvironment());
    board.pulse(session);
    expect(await board.list()).toMatchObject([{ session }]);
  });

  test.each([{ capacity: 0 }, { capacity: 1.5 }, { ttlMs: 0 }, { ttlMs: Number.NaN }])('%j cannot be', (options) => {
    expect(() => createBoard(createTestEnvironment(), options)).toThrow(RangeError);
  });
});

describe('pulses over HTTP', () => {
  test('a session tells that it lives, without a key; who reads the board needs one', async () => {
    const { ask, url } = await start();
    const pulse = (body: unknown): Promise<Response> =>
      fetch(`${url}/pulse`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect([(await pulse('tab-1')).status, (await pulse({ session: 'tab-2' })).status]).toEqual([204, 204]);
    expect(await (await ask('GET', '/pulses')).json()).toEqual([
      { session: 'tab-2', lastSeen: expect.any(Number), ageMs: expect.any(Number) },
      { session: 'tab-1', lastSeen: expect.any(Number), ageMs: expect.any(Number) },
    ]);
    expect((await fetch(`${url}/pulses`)).status).toBe(401);
  });

  test.each([[7], [null], [{}], [{ session: 7 }], [{ session: 'a', more: 1 }], [['a']], ['a\nb']])(
    'a pulse of %j is a 400',
    async (body) => {
      const { ask } = await start();
      expect((await ask('POST', '/pulse', JSON.stringify(body))).status).toBe(400);
    },
  );
});

test.each([
  ['GET', '/sessions'],
  ['GET', '/pulses'],
  ['DELETE', '/sessions/a'],
  ['DELETE', '/killSession'],
  ['DELETE', '/killall'],
])('%s %s takes a key that may publish everywhere', async (method, path) => {
  const { ask } = await start();
  expect((await ask(method, path, undefined, { authorization: `Bearer ${ORDERS_KEY}` })).status).toBe(403);
});

describe('the end of a session', () => {
  async function open(url: string, query = ''): Promise<{ response: Response; text: () => Promise<string> }> {
    const response = await fetch(`${url}/events${query}`);
    return { response, text: () => response.text() };
  }

  test('sessions that are open are listed', async () => {
    const { ask, url } = await start();
    const { response } = await open(url, '?session=tab-1');
    expect(await (await ask('GET', '/sessions')).json()).toEqual([
      expect.objectContaining({ connectionId: expect.any(String), session: 'tab-1', connectedAt: expect.any(Number) }),
    ]);
    await response.body?.cancel();
  });

  test.each([
    ['DELETE', '/sessions/tab-1', undefined],
    ['DELETE', '/killSession', 'tab-1'],
    ['DELETE', '/killSession', { session: 'tab-1' }],
  ])('%s %s with %j ends it for good', async (method, path, body) => {
    const { ask, url } = await start();
    const { text } = await open(url, '?session=tab-1');
    await ask('POST', '/pulse', JSON.stringify('tab-1'));
    const kill = (): Promise<Response> => ask(method, path, body === undefined ? undefined : JSON.stringify(body));
    expect((await kill()).status).toBe(204);
    expect(await text()).toContain('"reason":"killed"');
    // EventSource comes back, unless it is told not to.
    expect((await fetch(`${url}/events?session=tab-1`)).status).toBe(204);
    expect(await (await ask('GET', '/pulses')).json()).toEqual([]);
    expect((await kill()).status).toBe(404);
  });

  test('a connection without a name is ended by its own id', async () => {
    const { ask, push, url } = await start();
    const { text } = await open(url);
    const id = push.sessions()[0]?.connectionId ?? '';
    expect((await ask('DELETE', `/sessions/${id}`)).status).toBe(204);
    expect(await text()).toContain('"reason":"killed"');
  });

  test('DELETE /killall ends all of them, and says how many', async () => {
    const { ask, url } = await start();
    const streams = [await open(url), await open(url, '?session=a'), await open(url, '?session=a')];
    expect(await (await ask('DELETE', '/killall')).json()).toEqual({ killed: 3 });
    for (const { text } of streams) expect(await text()).toContain('"reason":"killed"');
  });
});
