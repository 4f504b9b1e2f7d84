import { formatTable, median } from '../support/harness.ts';
import { OURS, PEER } from './contestants.ts';
import type { Memory } from './host.ts';
import { inTurn, roundsOr, run, type Running } from './run.ts';
import { judge, spread } from './verdict.ts';

const CONNECTIONS = 5_000;
const PROCESSES = 2;
/** Of which nothing is left but compiled code, so that it is not counted as theirs. */
const WARM_UP = 200;
const HEARTBEAT_MS = 1_000;
const IDLE_MS = 5_000;
const ROUNDS = 5;
const LIMIT_KB = 25;
const KB = 1024;

interface Connected {
  readonly server: Running;
  readonly each: Memory;
  /** CPU per second of doing nothing, in milliseconds. */
  readonly idle: number[];
  /** Signs of life per second, over all. */
  readonly beats: number[];
  /** The longest that an event to everybody held up the event loop, in milliseconds. */
  readonly delays: number[];
}

async function open({ all, port }: Running, count: number): Promise<void> {
  await all((readers) => readers.call('open', port, '/', count / PROCESSES));
}

async function connect(name: string): Promise<Connected> {
  const server = await run(name, { heartbeatMs: HEARTBEAT_MS, isWeighed: true, processes: PROCESSES });
  await open(server, WARM_UP);
  await server.host.call('fanOut', 20, 1);
  await server.all((readers) => readers.call('close'));
  await server.host.call('litter');
  const base = await server.host.call('memory');
  await open(server, CONNECTIONS);
  const { rss, held } = await server.host.call('memory');
  const each = { rss: (rss - base.rss) / CONNECTIONS, held: (held - base.held) / CONNECTIONS };
  return { server, each, idle: [], beats: [], delays: [] };
}

async function round({ server: { host, all }, idle, beats, delays }: Connected): Promise<void> {
  await all((readers) => readers.call('reset'));
  idle.push(((await host.call('idle', IDLE_MS)) * 1000) / IDLE_MS);
  const reads = await all((readers) => readers.call('reads'));
  beats.push((reads.reduce((sum, count) => sum + count, 0) * 1000) / IDLE_MS);
  await all((readers) => readers.call('reset'));
  delays.push(await host.call('delay'));
  await all((readers) => readers.call('expect', 1));
}

/** What a connection costs that gets nothing, and what one event to all of them does to the event loop. */
export async function connections(): Promise<void> {
  const rounds = roundsOr(ROUNDS);
  const all = [await connect(OURS), await connect(PEER)];
  for (let at = 0; at < rounds; at += 1) for (const connected of inTurn(all, at)) await round(connected);
  const rows = all.map(({ server, each, idle, beats, delays }) => [
    server.name,
    (each.rss / KB).toFixed(1),
    (each.held / KB).toFixed(1),
    spread(
      idle.map((ms) => ms / 10),
      1,
    ),
    (median(idle.map((ms, at) => ms / (beats[at] ?? Number.NaN))) * 1000).toFixed(1),
    spread(delays, 1),
  ]);
  const head = ['', 'KB RSS each', 'KB held each', 'idle CPU %', 'µs/heartbeat', 'longest delay, ms'];
  console.log(formatTable(head, rows));
  console.log(
    `\n(${CONNECTIONS} connections with a heartbeat every ${HEARTBEAT_MS} ms, ours after 75 to 100 % of that; RSS and what ` +
      'V8 holds after a collection, above a server that has closed 200 connections, with a young generation of 16 MB that has ' +
      'been in use; idle CPU of one core; the longest ' +
      `delay of the event loop while one event goes to all; medians of ${rounds} alternating rounds)\n`,
  );
  const [ours, peer] = all;
  if (!ours || !peer) return;
  for (const [what, bytes] of Object.entries(ours.each)) {
    judge(bytes <= LIMIT_KB * KB, `${(bytes / KB).toFixed(1)} KB per connection (${what}); the limit is ${LIMIT_KB}`);
  }
  const [own, theirs] = [median(ours.delays), median(peer.delays)];
  judge(own <= theirs, `${own.toFixed(1)} ms is the longest delay, ${theirs.toFixed(1)} ms ${PEER}'s\n`);
  await Promise.all(all.map(({ server }) => server.stop()));
}
