import { Agent } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as elapse } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { EventClient } from '../../../packages/client/src/index.ts';
import { nodeTransport } from '../../../packages/client/src/node/index.ts';
import { parseCursor } from '../../../packages/server/src/cursor.ts';
import { hasRedis, startRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';
import { createCluster, type Instance } from './cluster.ts';

const STEP_MS = 100;
/** Nobody is to go because a machine that has much to do is late with one. */
const HEARTBEAT_MS = 15_000;

/** Connects to whoever takes new streams and has the fewest, as a balancer that is told by `/health/ready`. */
class Balancer extends Agent {
  /** Who takes none. */
  readonly leaving: Set<Instance> = new Set();
  connections = 0;
  readonly #instances: readonly Instance[];

  constructor(instances: readonly Instance[]) {
    super({ keepAlive: false, maxSockets: Infinity });
    this.#instances = instances;
  }

  override createConnection(): ReturnType<typeof connect> {
    const open = (instance: Instance): number => instance.push.stats().connections;
    const [to] = this.#instances.filter((one) => !this.leaving.has(one)).toSorted((a, b) => open(a) - open(b));
    if (!to) throw new Error('Expected an instance that takes streams, got none');
    this.connections += 1;
    return connect(Number(new URL(to.origin).port), '127.0.0.1');
  }
}

/** A client, held to what it is promised: every event once, in order, without a reset. */
class Follower implements Disposable {
  readonly client: EventClient;
  readonly failures: string[] = [];
  /** When it was to connect again, each time: what a busy machine makes of that is its own. */
  readonly returns: number[] = [];
  /** The number that it has come to. */
  seq = 0;

  constructor(agent: Agent) {
    this.client = new EventClient('http://localhost/', {
      transport: nodeTransport({ agent }),
      // What repeats is not to be hidden.
      dedupe: false,
      environment: { warn() {} },
    });
    this.client.lifecycle.on('reset', ({ reason }) => this.failures.push(`expected to go on, got a reset: ${reason}`));
    this.client.lifecycle.on('retry', ({ at }) => this.returns.push(at));
    this.client.on('*', (_, { id }) => {
      const seq = parseCursor(id ?? '')?.seq ?? NaN;
      if (seq !== this.seq + 1) this.failures.push(`expected ${this.seq + 1}, got ${id}`);
      this.seq = seq;
    });
    this.client.connect();
  }

  [Symbol.dispose](): void {
    this.client.disconnect();
  }
}

const areOpen = (crowd: readonly Follower[]): boolean => crowd.every(({ client }) => client.status === 'open');

/** So many, a part at a time: a listener's queue is shorter. */
async function gather(size: number, agent: Agent, use: DisposableStack): Promise<readonly Follower[]> {
  const crowd: Follower[] = [];
  while (crowd.length < size) {
    for (let left = Math.min(100, size - crowd.length); left > 0; left -= 1) crowd.push(use.use(new Follower(agent)));
    await until(() => areOpen(crowd));
  }
  return crowd;
}

/** All get everything up to a number, and nothing else. */
async function expectAll(crowd: readonly Follower[], count: number): Promise<void> {
  await until(() => areOpen(crowd) && crowd.every(({ seq }) => seq >= count));
  expect(crowd.filter(({ seq }) => seq !== count)).toEqual([]);
  expect(crowd.flatMap(({ failures }) => failures)).toEqual([]);
}

/** The most that happened within any step, wherever it begins. */
function peak(moments: readonly number[]): number {
  const times = moments.toSorted((a, b) => a - b);
  let most = 0;
  let from = 0;
  for (const [at, time] of times.entries()) {
    while (time - (times[from] ?? time) >= STEP_MS) from += 1;
    most = Math.max(most, at - from + 1);
  }
  return most;
}

/** Publishes all the time, by one after the other; `stop` gives how many there were. */
function publishing(instances: readonly Instance[]): { stop(): Promise<number> } {
  const over = new AbortController();
  let count = 0;
  const running = (async () => {
    while (!over.signal.aborted) {
      count += 1;
      await instances[count % instances.length]?.push.publish('tick', count);
      await elapse(50);
    }
  })();
  return {
    async stop() {
      over.abort();
      await running;
      return count;
    },
  };
}

describe.skipIf(!hasRedis)('instances are drained', () => {
  test('1,000 clients go to another one within the window, evenly: no 100 ms has three times its share', async () => {
    const SIZE = 1_000;
    const WINDOW_MS = 6_000;
    await using server = await startRedis();
    await using cluster = createCluster(server, HEARTBEAT_MS);
    const [first, second] = [await cluster.start(), await cluster.start()];
    const balancer = new Balancer(cluster.instances);
    balancer.leaving.add(second);
    using stack = new DisposableStack();
    const crowd = await gather(SIZE, balancer, stack);
    expect(first.push.stats().connections).toBe(SIZE);

    const publisher = publishing(cluster.instances);
    balancer.leaving.add(first).delete(second);
    balancer.connections = 0;
    const begin = performance.now();
    await first.push.drain({ windowMs: WINDOW_MS });
    expect(performance.now() - begin).toBeLessThan(WINDOW_MS + 1_000);
    await until(() => second.push.stats().connections === SIZE);
    await expectAll(crowd, await publisher.stop());

    expect(first.push.stats().ended).toEqual({ drain: SIZE });
    expect(balancer.connections).toBe(SIZE);
    const returns = crowd.flatMap((follower) => follower.returns);
    expect(returns).toHaveLength(SIZE);
    expect(peak(returns)).toBeLessThanOrEqual((3 * SIZE * STEP_MS) / WINDOW_MS);
  });

  test('three are replaced one by one, while events are published: nobody misses one, or has one twice', async () => {
    const SIZE = 300;
    await using server = await startRedis();
    await using cluster = createCluster(server, HEARTBEAT_MS);
    const before = [await cluster.start(), await cluster.start(), await cluster.start()];
    const balancer = new Balancer(cluster.instances);
    using stack = new DisposableStack();
    const crowd = await gather(SIZE, balancer, stack);

    const publisher = publishing(cluster.instances);
    for (const instance of before) {
      await cluster.start();
      balancer.leaving.add(instance);
      await instance.push.drain({ windowMs: 1_000 });
      await cluster.stop(instance);
    }
    await until(() => areOpen(crowd));
    await expectAll(crowd, await publisher.stop());
    expect(balancer.connections).toBeGreaterThanOrEqual(2 * SIZE);
  });
});
