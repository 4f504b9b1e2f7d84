import { expect, test } from 'vitest';
import type { Instance } from '../../playground/contract.ts';
import { until } from '../support/until.ts';
import { CLEAN, press, type Pressed, type Visitor } from './support.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };

/** A visitor who has got some events before, and gets some after. */
async function visited(pressed: Pressed, query?: string): Promise<Visitor> {
  const visitor = await pressed.visit(query);
  await pressed.burst({ count: 30 });
  await until(() => visitor.events.length === 30);
  return visitor;
}

/** What becomes of each event from now on: its type, and whether it reached anybody. */
function outcomes({ client }: Visitor): string[] {
  const seen: string[] = [];
  client.inspect((inspection) => {
    if (inspection.kind !== 'frame' || inspection.frame.kind !== 'event') return;
    seen.push(`${inspection.frame.type} ${inspection.outcome} ${inspection.frame.data}`);
  });
  return seen;
}

const codes = ({ errors }: Visitor): string[] => errors.map(({ code }) => code);

test('cut: every stream ends as a server would end it, and nothing is lost', async () => {
  await using pressed = await press();
  const [one, two] = [await visited(pressed), await pressed.visit()];
  await pressed.fault('cut');
  await until(() => one.opens.length === 2 && two.opens.length === 2);
  await pressed.burst({ count: 30 });
  expect(await one.verdict()).toEqual(CLEAN);
  expect(await two.verdict()).toEqual(CLEAN);
  // The end was no error.
  expect([codes(one), codes(two)]).toEqual([[], []]);
});

test('cut mid-event: the half of an event is no event, and the whole one comes', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed);
  for (const [index, share] of [0, 0.2, 0.5, 0.9, 1].entries()) {
    await pressed.fault('cut-mid-event', `?share=${share}`);
    await until(() => visitor.opens.length === index + 2);
    await pressed.burst({ count: 10 });
    expect(await visitor.verdict()).toEqual(CLEAN);
  }
  expect(codes(visitor)).toEqual(Array.from({ length: 5 }, () => 'network'));
  expect(visitor.events).toHaveLength(30 + 5 * 11);
});

test('cut mid-event in the middle of a burst: the cursor is that of the last whole event', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed);
  await pressed.burst({ count: 5_000, perSecond: 10_000 });
  for (let cuts = 2; cuts < 5; cuts += 1) {
    await pressed.fault('cut-mid-event');
    await until(() => visitor.opens.length === cuts);
  }
  await until(() => visitor.events.length === 30 + 5_000 + 3);
  expect(await visitor.verdict()).toEqual(CLEAN);
});

test('stall: the silence is noticed, and the stall is over when nobody hangs in it any more', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed);
  await pressed.fault('stall', '?seconds=60');
  const [stall] = await pressed.active();
  expect(stall).toMatchObject({ name: 'stall', remainingMs: expect.any(Number) });
  await pressed.burst({ count: 30 });
  await until(() => visitor.opens.length === 2);
  expect(await visitor.verdict()).toEqual(CLEAN);
  expect(codes(visitor)).toEqual(['heartbeat-timeout']);
  await expect.poll(pressed.active, PATIENCE).toEqual([]);
});

test('stall: what was kept back comes when it ends in time', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed, '?heartbeatMs=5000');
  await pressed.fault('stall', '?seconds=60');
  await pressed.burst({ count: 30 });
  expect(visitor.events).toHaveLength(30);
  await pressed.fault('stall', '?seconds=0');
  expect(await visitor.verdict()).toEqual(CLEAN);
  expect(visitor.opens).toHaveLength(1);
});

test('refuse: connections are dropped as long as it lasts', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed);
  await pressed.fault('refuse', '?seconds=60');
  await pressed.burst({ count: 30 });
  await until(() => visitor.errors.length >= 3);
  expect(pressed.playground.proxy.links.size).toBe(0);
  expect(await pressed.active()).toEqual([{ name: 'refuse', remainingMs: expect.any(Number) }]);
  await pressed.request('/api/faults', { method: 'DELETE' });
  expect(await visitor.verdict()).toEqual(CLEAN);
  expect(new Set(codes(visitor))).toEqual(new Set(['network']));
});

test('unavailable: 503 with Retry-After, which a page of the playground may read', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed);
  await pressed.fault('unavailable', '?seconds=1');
  const { eventsUrl, url } = pressed.playground;
  const { status, headers } = await fetch(eventsUrl, { headers: { origin: new URL(url).origin } });
  expect([status, headers.get('retry-after'), headers.get('access-control-allow-origin')]).toEqual([
    503,
    '2',
    new URL(url).origin,
  ]);
  await pressed.burst({ count: 30 });
  await until(() => visitor.retries.some(({ delayMs }) => delayMs >= 2_000));
  expect(await visitor.verdict()).toEqual(CLEAN);
  expect(codes(visitor)).toEqual(['http']);
});

test('unauthorized: the old token is refused until the new one was fetched', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed);
  const { token } = (await (await pressed.request('/api/token')).json()) as { token: string };
  await pressed.fault('unauthorized');
  expect(await pressed.active()).toEqual([{ name: 'unauthorized', remainingMs: null }]);
  const { status } = await fetch(pressed.playground.eventsUrl, { headers: { authorization: `Bearer ${token}` } });
  expect(status).toBe(401);
  await pressed.burst({ count: 30 });
  expect(await visitor.verdict()).toEqual(CLEAN);
  expect(await pressed.active()).toEqual([]);
  // It was asked for once more within the attempt: nobody saw an error.
  expect(codes(visitor)).toEqual([]);
});

test('slow: events come late, and all of them', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed, '?heartbeatMs=5000');
  await pressed.fault('slow', '?seconds=2');
  const begun = performance.now();
  await pressed.burst({ count: 100 });
  await until(() => visitor.events.length === 130);
  // 100 events of at least 80 bytes, 4 KiB of them per second.
  expect(performance.now() - begun).toBeGreaterThan(1_500);
  expect(await visitor.verdict()).toEqual(CLEAN);
  expect(visitor.opens).toHaveLength(1);
});

test('duplicate: the last event comes again on the wire, and is dropped', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed);
  const seen = outcomes(visitor);
  await pressed.fault('duplicate');
  await pressed.burst({ count: 30 });
  expect(await visitor.verdict()).toEqual(CLEAN);
  expect(seen[0]).toBe('task.completed repeated {"taskId":"burst-1"}');
  expect(seen).toHaveLength(31);
});

test('restart: another server goes on with the same log', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed);
  await pressed.fault('restart');
  await pressed.burst({ count: 30 });
  expect(await visitor.verdict()).toEqual(CLEAN);
  expect(visitor.resets).toEqual([]);
  expect(visitor.opens).toHaveLength(2);
});

test('restart in the middle of a burst: publishing waits, and loses nothing', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed);
  await pressed.burst({ count: 4_000, perSecond: 8_000 });
  await pressed.fault('restart');
  await until(() => visitor.events.length === 4_030);
  expect(await visitor.verdict()).toEqual(CLEAN);
});

test('restart with an empty log: one reset says so, and the stream goes on', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed);
  await pressed.fault('restart-empty');
  await until(() => visitor.opens.length === 2);
  await pressed.burst({ count: 30 });
  expect(await visitor.verdict()).toEqual(CLEAN);
  expect(visitor.resets).toMatchObject([{ reason: 'epoch' }]);
  expect(visitor.events).toHaveLength(60);
});

test('trim: what went while nobody was there is one reset', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed);
  await pressed.fault('trim');
  await until(() => visitor.resets.length === 1);
  await pressed.burst({ count: 30 });
  expect(await visitor.verdict()).toEqual(CLEAN);
  expect(visitor.resets).toMatchObject([{ reason: 'trimmed' }]);
  const { oldest, head } = await pressed.ledger('');
  expect(head - oldest).toBe(39);
});

test('expire: grants end together, and streams are authorised again', async () => {
  await using pressed = await press();
  const visitor = await visited(pressed);
  const seen = outcomes(visitor);
  await pressed.fault('expire', '?seconds=1');
  await pressed.burst({ count: 30 });
  await until(() => visitor.opens.length === 3);
  await pressed.burst({ count: 30 });
  expect(await visitor.verdict()).toEqual(CLEAN);
  expect(codes(visitor)).toEqual([]);
  expect(seen.filter((one) => one.includes('closing'))).toEqual([expect.stringContaining('"reason":"expired"')]);
});

test('drain: a fresh server takes over before the old one has gone', async () => {
  await using pressed = await press();
  const visitors = [await visited(pressed), await pressed.visit(), await pressed.visit()];
  async function names(): Promise<string[]> {
    const instances = (await (await pressed.request('/api/instances')).json()) as Instance[];
    return instances.map(({ name, state }) => `${name} ${state}`);
  }
  // Each of the three in a part of it that is its own.
  await pressed.fault('drain', '?seconds=3');
  await expect.poll(names, PATIENCE).toEqual(['server 1 draining', 'server 2 up']);
  expect(await pressed.active()).toEqual([{ name: 'drain', remainingMs: expect.any(Number) }]);
  await pressed.burst({ count: 30 });
  await expect.poll(names, PATIENCE).toEqual(['server 2 up']);
  await until(() => visitors.every(({ opens }) => opens.length === 2));
  await pressed.burst({ count: 30 });
  for (const visitor of visitors) {
    expect(await visitor.verdict()).toEqual(CLEAN);
    expect(codes(visitor)).toEqual([]);
  }
});

test('everything at once, again and again: what is not covered by a reset has come, once and in order', async () => {
  await using pressed = await press();
  const visitors = [await pressed.visit(), await pressed.visit(), await pressed.visit()];
  await pressed.burst({ count: 10_000, perSecond: 2_000 });
  for (const name of [
    'cut',
    'duplicate',
    'cut-mid-event',
    'restart',
    'refuse',
    'unauthorized',
    'slow',
    'trim',
    'drain',
    'restart-empty',
    'stall',
  ] as const) {
    await pressed.fault(name, '?seconds=0.3');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await expect.poll(pressed.active, PATIENCE).toEqual([]);
  await pressed.burst({ count: 10 });
  for (const visitor of visitors) expect(await visitor.verdict()).toEqual(CLEAN);
});
