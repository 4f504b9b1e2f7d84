/**
 * `npm run bench:client [-- --check]`: a whole stream from a server in another process to a listener that gets parsed
 * JSON, `EventClient` beside the peers and beside what it is made of. With `--check` it ends with an error when
 * `EventClient` is not as far ahead of eventsource 5 as it is meant to be. `--only=` runs one contestant, for a profiler;
 * `--rounds=` has them run that often.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';

import { EventSource } from 'eventsource';

import { eventSourceTransport } from '../packages/client/src/event-source/index.ts';
import { EventClient, type EventClientOptions } from '../packages/client/src/index.ts';
import { nodeTransport } from '../packages/client/src/node/index.ts';
import { createUtf8Decoder } from '../packages/client/src/transport/decode-utf8.ts';
import { createParser } from '../packages/protocol/src/index.ts';
import { allocatedBytes } from './support/allocations.ts';
import { formatTable, median } from './support/harness.ts';
import {
  barePeer,
  eventClient,
  eventsourceClient,
  fetchEventSource2,
  npmEventSource,
  type Progress,
  type Read,
  readBody,
  TYPE,
  untilLast,
  weigh,
} from './support/readers.ts';

const EVENTS = 200_000;
const WARM_UPS = 3;
const DEFAULT_ROUNDS = 15;

const OURS = 'EventClient';
const BARE_PEER = 'fetch + eventsource-parser 4';
const PEER = 'eventsource 5';

const OURS_ON_NODE = 'EventClient on node:http';

/** How many times the throughput of eventsource 5 we mean to have. */
const GOALS: readonly (readonly [name: string, times: number])[] = [
  [OURS, 1.3],
  [OURS_ON_NODE, 1.6],
];

interface Contestant {
  readonly name: string;
  /** Reads the whole stream once; the sum depends on every event. */
  readonly run: Read;
}

interface Round {
  readonly wallMs: number;
  /** Of this process with all its threads: what else the machine does adds little to it. */
  readonly cpuMs: number;
}

async function bareOurs(url: string): Promise<number> {
  const decoder = createUtf8Decoder();
  const parser = createParser();
  let sum = 0;
  await readBody(url, (chunk) => {
    for (const frame of parser.push(decoder.decode(chunk))) {
      if (frame.kind === 'event' && frame.type === TYPE) sum += weigh(JSON.parse(frame.data) as Progress);
    }
  });
  return sum;
}

/** Of that name or pattern. */
const ours = (pattern: typeof TYPE | '*', options?: EventClientOptions): Read =>
  untilLast(
    EVENTS,
    eventClient((url) => new EventClient<{ [TYPE]: Progress }>(url, options), pattern),
  );

async function inPage(url: string): Promise<number> {
  // When it is done it looks for a page's globals; the other contestants must not find them.
  Object.assign(globalThis, { window: globalThis, document: { removeEventListener: () => undefined } });
  try {
    return await fetchEventSource2(url);
  } finally {
    for (const name of ['window', 'document']) Reflect.deleteProperty(globalThis, name);
  }
}

const all: readonly Contestant[] = [
  { name: BARE_PEER, run: barePeer },
  { name: 'fetch + our parser', run: bareOurs },
  { name: OURS, run: ours(TYPE) },
  { name: "EventClient, '*'", run: ours('*') },
  { name: OURS_ON_NODE, run: ours(TYPE, { transport: nodeTransport() }) },
  { name: `EventClient on ${PEER}`, run: ours(TYPE, { transport: eventSourceTransport({ EventSource }) }) },
  { name: PEER, run: untilLast(EVENTS, npmEventSource) },
  { name: 'eventsource-client', run: untilLast(EVENTS, eventsourceClient) },
  { name: 'fetch-event-source 2', run: inPage },
];

const argument = (name: string): string | undefined =>
  process.argv.find((given) => given.startsWith(`--${name}=`))?.slice(name.length + 3);

async function startServer(): Promise<{ url: string; stop: () => void }> {
  const server = fork(new URL('support/event-server.ts', import.meta.url), [String(EVENTS)], { execArgv: [] });
  const [port]: unknown[] = await once(server, 'message');
  return { url: `http://127.0.0.1:${String(port)}/`, stop: () => server.disconnect() };
}

async function measure({ run }: Contestant, url: string): Promise<Round> {
  const begin = performance.now();
  const cpuBegin = process.cpuUsage();
  await run(url);
  const wallMs = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpuBegin);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

/** The median over the rounds of how many times faster than the yardstick it was in the same round. */
function ratio(own: readonly Round[], yardstick: readonly Round[]): number {
  return median(own.map(({ wallMs }, round) => (yardstick[round]?.wallMs ?? Number.NaN) / wallMs));
}

function inRatio(own: readonly Round[], yardstick: readonly Round[] | undefined): string {
  return yardstick ? ratio(own, yardstick).toFixed(2) : '–';
}

const only = argument('only');
const rounds = Number(argument('rounds') ?? DEFAULT_ROUNDS);
const contestants = all.filter(({ name }) => only === undefined || name === only);
const { url, stop } = await startServer();

const expected = await barePeer(url);
for (let round = 0; round < WARM_UPS; round += 1) {
  for (const { name, run } of contestants) {
    if ((await run(url)) !== expected) throw new Error(`${name}: expected the same events as from ${BARE_PEER}`);
  }
}

const results = new Map<string, Round[]>(contestants.map(({ name }) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  // Each round starts with another one: nobody always runs behind the same neighbour's garbage.
  for (const contestant of [
    ...contestants.slice(round % contestants.length),
    ...contestants.slice(0, round % contestants.length),
  ]) {
    results.get(contestant.name)?.push(await measure(contestant, url));
  }
}

const rows: string[][] = [];
for (const { name, run } of contestants) {
  const own = results.get(name) ?? [];
  rows.push([
    name,
    ((EVENTS * 1000) / median(own.map(({ wallMs }) => wallMs))).toFixed(0),
    ((median(own.map(({ cpuMs }) => cpuMs)) * 1e6) / EVENTS).toFixed(0),
    inRatio(own, results.get(BARE_PEER)),
    inRatio(own, results.get(PEER)),
    ((await allocatedBytes(() => run(url))) / EVENTS).toFixed(0),
  ]);
}
stop();

console.log(formatTable(['contestant', 'events/s', 'CPU ns/event', '÷ bare peer', `÷ ${PEER}`, 'bytes/event'], rows));
console.log(
  `\nNode ${process.version}; ${EVENTS} named JSON events; medians of ${rounds} interleaved rounds; bare peer: ${BARE_PEER}`,
);
const peer = results.get(PEER);
for (const [name, goal] of GOALS) {
  const own = results.get(name);
  if (own && peer) judge(name, ratio(own, peer), goal);
}

function judge(name: string, times: number, goal: number): void {
  const verdict = `${name} has ${times.toFixed(2)} times the throughput of ${PEER}; the goal is ${goal}`;
  if (times >= goal) console.log(`Fast enough: ${verdict}`);
  else console.error(`Too slow: ${verdict}`);
  if (process.argv.includes('--check') && !(times >= goal)) process.exitCode = 1;
}
