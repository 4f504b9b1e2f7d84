/**
 * `npm run bench:client [-- --check]`: a whole stream from a server in another process to a listener that gets parsed
 * JSON, `EventClient` beside the peers and beside what it is made of. With `--check` it ends with an error when
 * `EventClient` is not as far ahead of eventsource 5 as it is meant to be. `--only=` runs one contestant, for a profiler;
 * `--rounds=` has them run that often.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';

import { fetchEventSource } from '@microsoft/fetch-event-source';
import { EventSource } from 'eventsource';
import { createEventSource } from 'eventsource-client';
import { createParser as createPeer } from 'eventsource-parser';

import { eventSourceTransport } from '../packages/client/src/event-source/index.ts';
import { EventClient, type EventClientOptions } from '../packages/client/src/index.ts';
import { nodeTransport } from '../packages/client/src/node/index.ts';
import { createUtf8Decoder } from '../packages/client/src/transport/decode-utf8.ts';
import { createParser } from '../packages/protocol/src/index.ts';
import { allocatedBytes } from './support/allocations.ts';
import { formatTable, median } from './support/harness.ts';

const EVENTS = 200_000;
const WARM_UPS = 3;
const DEFAULT_ROUNDS = 15;
const TYPE = 'task.progress';

const OURS = 'EventClient';
const BARE_PEER = 'fetch + eventsource-parser 4';
const PEER = 'eventsource 5';

const OURS_ON_NODE = 'EventClient on node:http';

/** How many times the throughput of eventsource 5 we mean to have. */
const GOALS: readonly (readonly [name: string, times: number])[] = [
  [OURS, 1.3],
  [OURS_ON_NODE, 1.6],
];

interface Progress {
  readonly taskId: string;
  readonly percentage: number;
}

interface Contestant {
  readonly name: string;
  /** Reads the whole stream once; the sum depends on every event. */
  run(url: string): Promise<number>;
}

interface Round {
  readonly wallMs: number;
  /** Of this process with all its threads: what else the machine does adds little to it. */
  readonly cpuMs: number;
}

/** What a reader of events does at the least with each: look at its data. */
function weigh({ taskId, percentage }: Progress): number {
  return taskId.length + percentage;
}

/** Calls back with each event's data; done after the last one of the stream. */
type Subscribe = (url: string, take: (data: Progress) => void, fail: (error: unknown) => void) => () => void;

/** For the clients that would reconnect: ends when it has as many events as the stream. */
function untilLast(url: string, subscribe: Subscribe): Promise<number> {
  return new Promise((resolve, reject) => {
    let sum = 0;
    let left = EVENTS;
    const close = subscribe(
      url,
      (data) => {
        sum += weigh(data);
        left -= 1;
        if (left > 0) return;
        close();
        resolve(sum);
      },
      reject,
    );
  });
}

async function readBody(url: string, onChunk: (chunk: Uint8Array) => void): Promise<void> {
  const { body } = await fetch(url, { headers: { accept: 'text/event-stream' } });
  if (!body) throw new TypeError('expected a body, got none');
  const reader = body.getReader();
  for (let { done, value } = await reader.read(); !done && value; { done, value } = await reader.read()) onChunk(value);
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

async function barePeer(url: string): Promise<number> {
  const decoder = new TextDecoder();
  let sum = 0;
  const parser = createPeer({
    onEvent({ event, data }) {
      if (event === TYPE) sum += weigh(JSON.parse(data) as Progress);
    },
  });
  await readBody(url, (chunk) => parser.feed(decoder.decode(chunk, { stream: true })));
  return sum;
}

/** One listener of that name or pattern. */
const eventClient =
  (pattern: typeof TYPE | '*', options?: EventClientOptions): Subscribe =>
  (url, take, fail) => {
    const client = new EventClient<{ [TYPE]: Progress }>(url, options);
    client.lifecycle.on('error', fail);
    client.on(pattern, (data) => take(data));
    client.connect();
    return () => client[Symbol.dispose]();
  };

const eventsource: Subscribe = (url, take, fail) => {
  const source = new EventSource(url);
  source.addEventListener('error', fail);
  source.addEventListener(TYPE, ({ data }) => take(JSON.parse(data) as Progress));
  return () => source.close();
};

const eventsourceClient: Subscribe = (url, take, fail) => {
  const source = createEventSource({
    url,
    onScheduleReconnect: fail,
    onMessage: ({ event, data }) => event === TYPE && take(JSON.parse(data) as Progress),
  });
  return () => source.close();
};

async function fetchEventSource2(url: string): Promise<number> {
  let sum = 0;
  // When it is done it looks for a page's globals; the other contestants must not find them.
  Object.assign(globalThis, { window: globalThis, document: { removeEventListener: () => undefined } });
  try {
    await fetchEventSource(url, {
      fetch,
      openWhenHidden: true,
      onmessage({ event, data }) {
        if (event === TYPE) sum += weigh(JSON.parse(data) as Progress);
      },
    });
  } finally {
    for (const name of ['window', 'document']) Reflect.deleteProperty(globalThis, name);
  }
  return sum;
}

const all: readonly Contestant[] = [
  { name: BARE_PEER, run: barePeer },
  { name: 'fetch + our parser', run: bareOurs },
  { name: OURS, run: (url) => untilLast(url, eventClient(TYPE)) },
  { name: "EventClient, '*'", run: (url) => untilLast(url, eventClient('*')) },
  { name: OURS_ON_NODE, run: (url) => untilLast(url, eventClient(TYPE, { transport: nodeTransport() })) },
  {
    name: `EventClient on ${PEER}`,
    run: (url) => untilLast(url, eventClient(TYPE, { transport: eventSourceTransport({ EventSource }) })),
  },
  { name: PEER, run: (url) => untilLast(url, eventsource) },
  { name: 'eventsource-client', run: (url) => untilLast(url, eventsourceClient) },
  { name: 'fetch-event-source 2', run: fetchEventSource2 },
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
