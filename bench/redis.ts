/**
 * `npm run bench:redis`: the log in Redis beside the log in memory, on a Redis of its own on this machine that keeps
 * nothing on disk. Publishing one at a time and with many on their way, then how long an entry takes from the call to a
 * tail: at another instance, where there are several. `--rounds=` has each measured that often; the median is printed.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import type { Log, NewEntry } from '../packages/server/src/log/log.ts';
import { memoryLog } from '../packages/server/src/log/memory.ts';
import { redisLog } from '../packages/server/src/log/redis/redis-log.ts';
import { hasRedis, type RedisServer, startRedis } from '../test/support/redis.ts';
import { formatTable, median } from './support/harness.ts';

const DEFAULT_ROUNDS = 3;
/** Entries per second while the tail is watched. */
const PACE = 1_000;
const WATCHED = 2_000;
const DATA = JSON.stringify({ taskId: 'a'.repeat(36), percentage: 50, note: 'x'.repeat(180) });

interface Contestant {
  readonly name: string;
  /** The log that publishes, and the one whose tail is watched. */
  open(): readonly [publisher: Log, watcher: Log];
}

interface Result {
  /** Entries per second, by how many are on their way at once. */
  readonly rates: readonly number[];
  /** From the call to its answer, one at a time, in milliseconds. */
  readonly answers: Quantiles;
  /** From the call to the tail, in milliseconds. */
  readonly tails: Quantiles;
}

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

const WAYS: ReadonlyArray<readonly [atOnce: number, count: number]> = [
  [1, 5_000],
  [16, 20_000],
  [256, 40_000],
];

const entry = (data: string): NewEntry => ({ type: 'task.progress', channel: 'tasks', data });

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** So many publishers, each with one on its way. */
async function publishAll(log: Log, atOnce: number, count: number): Promise<{ rate: number; waits: number[] }> {
  const waits: number[] = [];
  let left = count;
  async function publisher(): Promise<void> {
    while ((left -= 1) >= 0) {
      const begin = performance.now();
      await log.publish(entry(DATA));
      waits.push(performance.now() - begin);
    }
  }
  const begin = performance.now();
  await Promise.all(Array.from({ length: atOnce }, publisher));
  return { rate: (count / (performance.now() - begin)) * 1_000, waits };
}

/** At an even pace, so that nobody waits for anything but the way. */
async function watchTail(publisher: Log, watcher: Log): Promise<number[]> {
  const controller = new AbortController();
  const begun: number[] = [];
  const waits: number[] = [];
  const { epoch, last } = await publisher.head();
  const watching = (async () => {
    for await (const page of watcher.tail({ epoch, seq: last }, controller.signal)) {
      if (page.kind === 'gap') throw new Error(`Expected entries, got a gap: ${page.reason}`);
      for (const { data } of page.entries) waits.push(performance.now() - (begun[Number(data)] ?? NaN));
      if (waits.length === WATCHED) return;
    }
  })();
  const begin = performance.now();
  for (let sent = 0; sent < WATCHED;) {
    while (sent < WATCHED && performance.now() - begin >= (sent * 1_000) / PACE) {
      begun[sent] = performance.now();
      await publisher.publish(entry(String(sent)));
      sent += 1;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await watching;
  controller.abort();
  return waits;
}

async function measure({ open }: Contestant): Promise<Result> {
  const logs = open();
  const [publisher, watcher] = logs;
  await publishAll(publisher, 64, 5_000);
  const rates: number[] = [];
  let answers: readonly number[] = [];
  for (const [atOnce, count] of WAYS) {
    const { rate, waits } = await publishAll(publisher, atOnce, count);
    rates.push(rate);
    if (atOnce === 1) answers = waits;
  }
  const tails = await watchTail(publisher, watcher);
  await Promise.all([...new Set(logs)].map((log) => log.close()));
  return { rates, answers: quantiles(answers), tails: quantiles(tails) };
}

function contestants(server: RedisServer): readonly Contestant[] {
  let hubs = 0;
  return [
    {
      name: 'memoryLog',
      open() {
        const log = memoryLog();
        return [log, log];
      },
    },
    {
      name: 'redisLog, two instances',
      open() {
        const options = { url: server.url, hub: `bench-${(hubs += 1)}` };
        return [redisLog(options), redisLog(options)];
      },
    },
  ];
}

const middle = (results: readonly Result[], of: (result: Result) => number): number => median(results.map(of));
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

function row(name: string, results: readonly Result[]): string[] {
  const time = (of: (result: Result) => Quantiles): string =>
    `${middle(results, (one) => of(one).p50).toFixed(3)} / ${middle(results, (one) => of(one).p99).toFixed(3)}`;
  return [
    name,
    ...WAYS.map((_, at) => whole(middle(results, ({ rates }) => rates[at] ?? NaN))),
    time(({ answers }) => answers),
    time(({ tails }) => tails),
  ];
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: String(DEFAULT_ROUNDS) } } });
if (!hasRedis) throw new Error('Expected a redis-server on the PATH, got none');
await using server = await startRedis();
const results = new Map<string, Result[]>();
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const contestant of contestants(server)) {
    results.set(contestant.name, [...(results.get(contestant.name) ?? []), await measure(contestant)]);
  }
}
const titles = WAYS.map(([atOnce]) => `${atOnce} at once /s`);
console.log(
  formatTable(
    ['log', ...titles, 'answer p50 / p99 ms', 'tail p50 / p99 ms'],
    [...results].map(([name, ones]) => row(name, ones)),
  ),
);
