import type { SlowConsumerStrategy } from '../../packages/server/src/index.ts';
import { formatTable, median } from '../support/harness.ts';
import { OURS, PEER } from './contestants.ts';
import type { Memory, Steady } from './host.ts';
import type { Latency } from './readers.ts';
import { roundsOr, run, type Running, type RunOptions } from './run.ts';
import { judge, spread } from './verdict.ts';

const READERS = 100;
const PER_SECOND = 1_000;
const RUN_MS = 3_000;
const WARM_UP_MS = 2_000;
const SETTLE_MS = 1_000;
const ROUNDS = 7;
/** The default of `slowConsumer.capacityBytes`. */
const CAP_BYTES = 1_048_576;
/** What the log and the ring keep: until they are full, memory grows as it has to. */
const KEPT_EVENTS = 10_000;
/** More than the kernel takes for a reader who does not read. */
const STUFFING = { channel: 'stuffing', events: 160, bytes: 65_536 };
const KB = 1024;

const HEALTHY = '/?channel=default';
const SILENT = `/?channel=default&channel=${STUFFING.channel}&session=silent`;

const strategies: readonly SlowConsumerStrategy[] = ['spill', 'wait', 'drop', 'disconnect', 'conflate'];

interface Round {
  readonly steady: Steady;
  readonly latency: Latency;
}

async function measure({ host, all, port }: Running, withSilent: boolean): Promise<Round> {
  await all((readers) => readers.call('open', port, HEALTHY, READERS));
  if (withSilent) {
    await all((readers) => readers.call('openSilent', port, SILENT));
    await host.call('stuff', STUFFING.channel, STUFFING.events, STUFFING.bytes);
  }
  // What the stuffing has left behind goes first.
  await all((readers) => readers.call('reset'));
  const settling = await host.call('steady', PER_SECOND, SETTLE_MS);
  await all((readers) => readers.call('expect', settling.published));
  await all((readers) => readers.call('reset', true));
  const steady = await host.call('steady', PER_SECOND, RUN_MS);
  await all((readers) => readers.call('expect', steady.published));
  const [latency] = await all((readers) => readers.call('latency'));
  await all((readers) => readers.call('close'));
  if (!latency) throw new Error('expected a process of readers');
  return { steady, latency };
}

const grown = (rounds: readonly Round[], what: keyof Memory): number[] =>
  rounds.map(({ steady: { before, after } }) => (after[what] - before[what]) / KB);

const p99 = (rounds: readonly Round[]): number[] => rounds.map(({ latency }) => latency.p99 / 1000);

function row(name: string, rounds: readonly Round[]): string[] {
  const silent = rounds.map(({ steady }) => steady.silentBytes);
  return [
    name,
    spread(
      rounds.map(({ latency }) => latency.p50 / 1000),
      1,
    ),
    spread(p99(rounds), 1),
    (Math.max(...silent) / KB).toFixed(0),
    spread(grown(rounds, 'held'), 0),
    spread(grown(rounds, 'rss'), 0),
    (median(rounds.map(({ steady }) => steady.cpuMs)) / (RUN_MS / 100)).toFixed(0),
  ];
}

/** Rounds without the silent reader and, each next to one of these, beside it. */
interface Result {
  readonly without: readonly Round[];
  readonly beside: readonly Round[];
  /** Streams that ended, by reason. */
  readonly ended: Readonly<Record<string, number>>;
}

async function runBoth(name: string, options: Partial<RunOptions>, rounds: number): Promise<Result> {
  const server = await run(name, { heartbeatMs: false, isWeighed: true, ...options });
  await server.host.call('publishAlone', 3 * KEPT_EVENTS);
  await server.all((readers) => readers.call('open', server.port, HEALTHY, READERS));
  await server.host.call('steady', PER_SECOND, WARM_UP_MS);
  await server.all((readers) => readers.call('close'));
  const without: Round[] = [];
  const beside: Round[] = [];
  for (let at = 0; at < rounds; at += 1) {
    const order = at % 2 === 0 ? [false, true] : [true, false];
    for (const withSilent of order) (withSilent ? beside : without).push(await measure(server, withSilent));
  }
  const { ended } = await server.host.call('counts');
  await server.stop();
  return { without, beside, ended };
}

function judgeBounds(strategy: SlowConsumerStrategy, rounds: readonly Round[]): void {
  const most = Math.max(...rounds.map(({ steady }) => steady.silentBytes));
  judge(
    most > 0 && most <= CAP_BYTES,
    `${strategy}: at most ${(most / KB).toFixed(0)} KB wait; the cap is ${CAP_BYTES / KB}`,
  );
  const held = median(grown(rounds, 'held'));
  judge(
    held <= CAP_BYTES / KB,
    `${strategy}: what V8 holds grows by ${held.toFixed(0)} KB in ${RUN_MS} ms; the cap is ${CAP_BYTES / KB}`,
  );
}

/** A client that never reads beside a hundred that do. */
export async function slowConsumer(): Promise<void> {
  const rounds = roundsOr(ROUNDS);
  const rows: string[][] = [];
  const results = new Map<SlowConsumerStrategy, Result>();
  function add(name: string, { without, beside }: Result): void {
    rows.push(row(`${name}, without`, without), row(`${name}, beside it`, beside));
  }
  for (const strategy of strategies) {
    const result = await runBoth(OURS, { slowConsumer: strategy }, strategy === 'spill' ? rounds : 1);
    results.set(strategy, result);
    add(strategy, result);
  }
  add(PEER, await runBoth(PEER, {}, 1));
  const head = ['', 'p50, ms', 'p99, ms', 'most KB wait', 'KB held more', 'KB RSS more', 'CPU %'];
  console.log(formatTable(head, rows));
  console.log(
    `\n(${READERS} readers at ${PER_SECOND} events/s for ${RUN_MS / 1000} s, without and with one that never reads and ` +
      'whose socket is full; how long an event takes from publish to any of the healthy ones; held and RSS: at the end ' +
      `more than at the beginning, after a collection; medians of ${rounds} alternating rounds for spill, one for the others)\n`,
  );
  for (const [strategy, { beside }] of results) judgeBounds(strategy, beside);
  const { without = [], beside = [] } = results.get('spill') ?? {};
  const { slow = 0 } = results.get('disconnect')?.ended ?? {};
  judge(slow === 1, `disconnect: ${slow} stream was ended because it was slow`);
  const pairs = p99(beside).map((own, at) => own / (p99(without)[at] ?? Number.NaN));
  // A neighbour on the machine makes it worse in some rounds, and better in none.
  const times = Math.min(...p99(beside)) / Math.min(...p99(without));
  judge(
    times <= 2,
    `p99 beside a client that never reads is ${times.toFixed(2)} times that without, in the least disturbed rounds ` +
      `(${spread(pairs)} in all pairs of rounds); the limit is 2\n`,
  );
}
