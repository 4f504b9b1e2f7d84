import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDemo, type Demo } from '../../../packages/server/src/demo.ts';
import { createPulseBoard } from '../../../packages/server/src/pulse.ts';
import { open, type TestStream } from '../streams.ts';
import { createTestEnvironment, type TestEnvironment } from '../support.ts';
import { createFleet, type Fleet, type Instance } from './fleet.ts';

let environment: TestEnvironment;
let fleet: Fleet;
beforeEach(() => {
  environment = createTestEnvironment();
  fleet = createFleet(environment);
});
afterEach(() => fleet[Symbol.asyncDispose]());

interface Stage extends Instance {
  readonly demo: Demo;
}

function stage(): Stage {
  const instance = fleet.start();
  return Object.assign(instance, { demo: createDemo(instance.push, environment) });
}

/** The numbers of the demo's events that came; a heartbeat has none. */
const numbers = async (stream: TestStream): Promise<number[]> =>
  (await stream.events())
    .flatMap(([, data]) => /#(\d+)|demo-(\d+)/.exec(JSON.stringify(data))?.[0].match(/\d+/) ?? [])
    .map(Number);

const on = { running: true, intervalSeconds: 2, sent: 0 };

describe('a demo of several instances', () => {
  test('is started, changed, looked at and stopped by any of them; one of them sends', async () => {
    const [a, b, c] = [stage(), stage(), stage()];
    const stream = await open(c.push.fetch);
    expect(await a.demo.start({ intervalSeconds: 2 })).toEqual(on);
    expect([await b.demo.status(), await c.demo.status()]).toEqual([on, on]);
    await environment.advance(7_000);
    expect(await numbers(stream)).toEqual([1, 2, 3]);
    expect((await c.demo.status()).sent).toBe(3);
    expect(await b.demo.start({ intervalSeconds: 1 })).toMatchObject({ running: true, intervalSeconds: 1 });
    await environment.advance(5_000);
    const { sent } = await a.demo.status();
    expect(sent).toBeGreaterThanOrEqual(7);
    expect(await c.demo.stop()).toEqual({ running: false, intervalSeconds: null, sent });
    await environment.advance(30_000);
    expect([await a.demo.status(), await b.demo.status()]).toEqual(
      [0, 1].map(() => ({ running: false, intervalSeconds: null, sent })),
    );
    const each = (await numbers(stream)).concat();
    expect(new Set(each).size).toBe(each.length);
    expect(a.push.stats().published + b.push.stats().published + c.push.stats().published).toBe(sent);
  });

  test('goes on within four seconds and an interval when its sender dies; nothing is sent twice', async () => {
    const [a, b] = [stage(), stage()];
    const stream = await open(b.push.fetch);
    await a.demo.start({ intervalSeconds: 2 });
    await environment.advance(5_000);
    expect(a.push.stats().published).toBe(2);
    a.isAway = true;
    await environment.advance(6_100);
    expect(b.push.stats().published).toBeGreaterThan(0);
    a.isAway = false;
    await environment.advance(10_000);
    expect(a.push.stats().published).toBe(2);
    const each = await numbers(stream);
    expect(each).toEqual([...new Set(each)].sort((x, y) => x - y));
  });

  test('goes on at once, but for an interval, when its sender leaves in good order', async () => {
    const [a, b] = [stage(), stage()];
    await a.demo.start({ intervalSeconds: 1 });
    await environment.advance(1_500);
    await a.demo.leave();
    await environment.advance(2_100);
    expect(b.push.stats().published).toBeGreaterThan(0);
    expect(a.push.stats().published).toBe(1);
  });

  test('is given back by who leaves while he is about to take it', async () => {
    const { push } = fleet.start();
    let answer: () => void = () => {};
    const asked = new Promise<void>((resolve) => (answer = resolve));
    const claim: typeof fleet.shared.claim = async (...words) => {
      await asked;
      return fleet.shared.claim(...words);
    };
    const demo = createDemo({ publish: push.publish, shared: { ...fleet.shared, claim } }, environment);
    await demo.start({ intervalSeconds: 1 });
    await environment.advance(1);
    const leaving = demo.leave();
    await environment.settle();
    answer();
    await leaving;
    await environment.settle();
    expect(await fleet.shared.claim('demo', 'another', 1_000)).toBe(true);
  });

  test('is known to an instance that starts later, and goes on where everything was lost', async () => {
    const a = stage();
    await a.demo.start({ intervalSeconds: 2 });
    await environment.advance(4_500);
    await fleet.shared.write('demo', 'demo', new Map(), 0);
    await environment.advance(1_100);
    expect(await stage().demo.status()).toEqual({ ...on, sent: 2 });
  });

  test('ends within a minute when nobody is left to send, and is not found running later', async () => {
    const a = stage();
    await a.demo.start({ intervalSeconds: 2 });
    await environment.advance(2_500);
    a.isAway = true;
    await environment.advance(61_000);
    expect(await stage().demo.status()).toEqual({ running: false, intervalSeconds: null, sent: 0 });
  });

  test('that cannot be reached says so, and is tried again once a second', async () => {
    const a = stage();
    await a.demo.start({ intervalSeconds: 1 });
    a.isAway = true;
    for (const ask of [() => a.demo.start(), () => a.demo.stop(), () => a.demo.status()]) {
      await expect(ask()).rejects.toMatchObject({ code: 'log-unavailable' });
    }
    await environment.advance(10_000);
    expect(environment.reports.map(([where]) => where)).toEqual(['what instances share']);
    expect(environment.pending).toBeLessThan(5);
    a.isAway = false;
    await environment.advance(2_500);
    expect(a.push.stats().published).toBeGreaterThan(0);
  });

  test('ends with its hub, and leaves no timer', async () => {
    const a = stage();
    await a.demo.start({ intervalSeconds: 1 });
    await environment.advance(1_500);
    await a.push.close();
    await environment.advance(5_000);
    expect(environment.pending).toBe(0);
    expect(environment.reports).toEqual([]);
  });
});

describe('pulses of several instances', () => {
  const boards = (options?: Parameters<typeof createPulseBoard>[2]) =>
    [fleet.start(), fleet.start()].map(({ push }) => createPulseBoard(push.shared, environment, options));

  test('any lists all, the newest first, each session once', async () => {
    const [a, b] = boards();
    a?.pulse('one');
    await environment.advance(100);
    b?.pulse('two');
    await environment.advance(2_000);
    b?.pulse('one');
    await environment.advance(1_100);
    const expected = [
      { session: 'one', lastSeen: expect.any(Number), ageMs: 1_100 },
      { session: 'two', lastSeen: expect.any(Number), ageMs: 3_100 },
    ];
    expect([await a?.list(), await b?.list()]).toEqual([expected, expected]);
  });

  test('who is forgotten by one is forgotten by all, until he tells again', async () => {
    const [a, b] = boards();
    b?.pulse('one');
    await environment.advance(1_100);
    expect(await a?.forget('one')).toBe(true);
    await environment.advance(1_100);
    expect([await a?.list(), await b?.list()]).toEqual([[], []]);
    expect([await a?.forget('one'), await b?.forget('two')]).toEqual([false, false]);
    b?.pulse('one');
    await environment.advance(1_100);
    expect(await a?.list()).toMatchObject([{ session: 'one' }]);
  });

  test('who is forgotten is gone, also where the clock of who heard him is ahead', async () => {
    const [a, b] = boards();
    b?.pulse('one');
    await environment.advance(1_100);
    environment.jump(-60_000);
    expect(await a?.forget('one')).toBe(true);
    await environment.advance(1_100);
    expect([await a?.list(), await b?.list()]).toEqual([[], []]);
  });

  test('silence is forgotten, whoever heard it', async () => {
    const [a, b] = boards({ ttlMs: 10_000 });
    b?.pulse('one');
    await environment.advance(9_900);
    expect(await a?.list()).toHaveLength(1);
    await environment.advance(200);
    expect([await a?.list(), await b?.list()]).toEqual([[], []]);
  });

  test.each(['', '7', '+', '+x', '-'])('what nobody of us has written is left out: %j', async (text) => {
    const [a] = boards();
    await fleet.shared.write(
      'pulses',
      'forged',
      new Map([
        ['one', text],
        ['no\nname', '+7'],
      ]),
      60_000,
    );
    expect(await a?.list()).toEqual([]);
  });
});
