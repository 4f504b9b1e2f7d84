import { createServer } from 'node:http';
import { EventSource } from 'eventsource';
import { afterEach, describe, expect, test } from 'vitest';
import { eventSourceTransport } from '../../../packages/client/src/event-source/index.ts';
import type { Transport } from '../../../packages/client/src/index.ts';
import { nodeTransport } from '../../../packages/client/src/node/index.ts';
import { createPushStream, memoryLog, type PushStream } from '../../../packages/server/src/index.ts';
import { type FaultProxy, faultProxy, type Faults } from '../../support/fault-proxy.ts';
import { createRandom, testSeed } from '../../support/random.ts';
import { elapse, until } from '../../support/until.ts';
import { type Watched, watchOn } from '../../transports/watch.ts';
import { type Host, hosts, listen, type Running } from './hosts.ts';
import { numbers, publishNumbers } from './push.ts';

const EVENTS = 4_000;
const CUTS = 12;

const transports: ReadonlyArray<readonly [string, Transport | undefined]> = [
  ['fetch', undefined],
  ['node:http', nodeTransport()],
  ['EventSource', eventSourceTransport({ EventSource })],
];
const served = hosts.filter(({ name }) => ['node:http', 'Express', 'Hono'].includes(name));

const ends: Array<() => unknown> = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function serve(host: Host, push: PushStream): Promise<Running> {
  ends.push(() => push.close());
  const running = await host.start(push);
  ends.push(() => running[Symbol.asyncDispose]());
  return running;
}

async function proxied(running: Running, faultsOf?: (number: number) => Faults): Promise<FaultProxy> {
  const proxy = await faultProxy(`${running.origin}/events`, faultsOf);
  ends.push(() => proxy[Symbol.asyncDispose]());
  return proxy;
}

/** Without deduplication: the server alone has to be exact. */
function watch(url: string, transport: Transport | undefined): Watched {
  const watched = watchOn(transport)(url, { types: ['tick'], dedupe: false });
  ends.push(() => watched[Symbol.dispose]());
  return watched;
}

/** Cuts each of the first connections somewhere, in one way or the other. */
function cuts(seed: number): (number: number) => Faults {
  const random = createRandom(seed);
  return (number) =>
    number > CUTS
      ? {}
      : {
          cutAfter: random.between(0, 30_000),
          cutBy: random.pick(['FIN', 'RST']),
          ...(random.chance(0.5) ? { pieceLength: random.between(1, 1_500) } : {}),
        };
}

describe.each(transports)('EventClient over %s', (_name, transport) => {
  // They wait most of the time: together they take no longer than one.
  test(`cut at any byte, ${CUTS} times under load, by each host: 0 lost, 0 twice`, async () => {
    const seed = testSeed();
    await Promise.all(
      served.map(async (host, at) => {
        const push = createPushStream({ heartbeatMs: 100, retryMs: 0 });
        const proxy = await proxied(await serve(host, push), cuts(seed + at));
        const watched = watch(proxy.url, transport);
        // What comes before it has a cursor is before its time.
        await until(() => watched.client.lastEventId !== '');
        for (let n = 1; n <= EVENTS; n += 1) {
          void push.publish('tick', { n, text: 'grün 世界 🚀' });
          if (n % 50 === 0) await elapse(2);
        }
        await until(() => watched.data.length >= EVENTS && proxy.accepted > CUTS, 30_000);
        const got = watched.data.map((data) => (data as { n: number }).n);
        expect(got, `${host.name}, seed ${seed}`).toEqual(numbers(1, EVENTS));
        expect(watched.told.filter(([name]) => name !== 'comment')).toEqual([]);
        expect(push.stats().resets).toEqual({});
        expect(watched.reported).toEqual([]);
        await until(() => push.sessions().length === 1);
      }),
    );
  });

  test('a deployment: drained by one instance, taken over by the next, without an error', async () => {
    const log = memoryLog();
    const [first, second] = [createPushStream({ log }), createPushStream({ log })];
    ends.push(() => second.close());
    let push = first;
    const handlers = new Map([first, second].map((each) => [each, each.handler()]));
    const running = await listen(createServer((request, response) => handlers.get(push)?.(request, response)));
    ends.push(() => running[Symbol.asyncDispose]());
    const watched = watch(`${running.origin}/events`, transport);
    await until(() => watched.opens.length === 1 && watched.client.lastEventId !== '');
    await publishNumbers(first, 1, 50);
    const drained = first.drain({ windowMs: 50 });
    push = second;
    await publishNumbers(second, 51, 100);
    await drained;
    await publishNumbers(second, 101, 150);
    await until(() => watched.data.length >= 150);
    expect(watched.data).toEqual(numbers(1, 150));
    expect(watched.opens).toHaveLength(2);
    // What an end is, EventSource does not tell.
    if (!transport?.cannot?.includes('status')) expect(watched.errors).toEqual([]);
  });

  test('a restart that lost the log is one reset, and then it goes on', async () => {
    let push = createPushStream();
    let handler = push.handler();
    const running = await listen(createServer((request, response) => handler(request, response)));
    ends.push(() => running[Symbol.asyncDispose]());
    const watched = watch(`${running.origin}/events`, transport);
    await until(() => watched.client.lastEventId !== '');
    await publishNumbers(push, 1, 10);
    await until(() => watched.data.length === 10);
    const before = watched.client.lastEventId;
    const old = push;
    push = createPushStream();
    handler = push.handler();
    ends.push(() => push.close());
    await publishNumbers(push, 11, 20);
    await old.close();
    await until(() => watched.told.some(([name]) => name === 'reset'));
    await publishNumbers(push, 21, 30);
    await until(() => watched.data.length === 20);
    expect(watched.data).toEqual([...numbers(1, 10), ...numbers(21, 30)]);
    expect(watched.told.filter(([name]) => name !== 'comment')).toMatchObject([
      ['reset', { reason: 'epoch', requested: before }],
    ]);
  });
});

test.each(transports.filter(([, transport]) => !transport?.cannot?.includes('bytes')))(
  'over %s: a connection that is dead without a word is found by the announced heartbeat',
  async (_name, transport) => {
    const push = createPushStream({ heartbeatMs: 100 });
    const [host] = served;
    if (!host) throw new Error('Expected a host');
    const proxy = await proxied(await serve(host, push));
    const watched = watch(proxy.url, transport);
    await until(() => watched.client.lastEventId !== '');
    await publishNumbers(push, 1, 10);
    await until(() => watched.data.length === 10);
    for (const link of proxy.links) link.hold();
    await publishNumbers(push, 11, 20);
    await until(() => watched.data.length === 20);
    expect(watched.data).toEqual(numbers(1, 20));
    expect(watched.errors.map(({ code }) => code)).toEqual(['heartbeat-timeout']);
    await until(() => push.sessions().length === 1);
  },
);
