/**
 * `npm run bench:parser [-- --check]`: bytes to frames, our decoder and parser beside the peers in one process.
 * With `--check` it ends with an error when a promise of the README is not kept.
 */
import { getLines, getMessages } from '@microsoft/fetch-event-source/lib/cjs/parse.js';
import { createParser as createPeer } from 'eventsource-parser';

import { createUtf8Decoder } from '../packages/client/src/transport/decode-utf8.ts';
import { createParser } from '../packages/protocol/src/index.ts';
import { formatTable, measure } from './support/harness.ts';
import type { Contestant } from './support/harness.ts';
import { workloads } from './support/workloads.ts';
import type { Workload } from './support/workloads.ts';

const OURS = 'pushstream';
const PEER = 'eventsource-parser 4';

/** How many times faster than eventsource-parser 4 we must be. */
const PROMISES: Readonly<Record<string, number>> = { 'small named JSON': 1.5, '64 KB events': 3 };

/** What a reader of events does at the least with each: look at its type and its data. */
function weigh(type: string, data: string): number {
  return type.length + data.length;
}

function pushStream(chunks: readonly Uint8Array[]): number {
  const decoder = createUtf8Decoder();
  const parser = createParser();
  let sum = 0;
  for (const chunk of chunks) {
    for (const frame of parser.push(decoder.decode(chunk))) {
      if (frame.kind === 'event') sum += weigh(frame.type, frame.data);
    }
  }
  return sum;
}

/** Our parser behind the decoder that everyone uses: what the parser alone is worth. */
function pushStreamPlainDecoder(chunks: readonly Uint8Array[]): number {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const parser = createParser();
  let sum = 0;
  for (const chunk of chunks) {
    for (const frame of parser.push(decoder.decode(chunk, { stream: true }))) {
      if (frame.kind === 'event') sum += weigh(frame.type, frame.data);
    }
  }
  return sum;
}

function eventsourceParser(chunks: readonly Uint8Array[]): number {
  const decoder = new TextDecoder();
  let sum = 0;
  const parser = createPeer({
    onEvent(event) {
      sum += weigh(event.event ?? 'message', event.data);
    },
  });
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }));
  return sum;
}

function fetchEventSource(chunks: readonly Uint8Array[]): number {
  let sum = 0;
  const onChunk = getLines(
    getMessages(
      () => undefined,
      () => undefined,
      (message) => {
        sum += weigh(message.event === '' ? 'message' : message.event, message.data);
      },
    ),
  );
  for (const chunk of chunks) onChunk(chunk);
  return sum;
}

/** The bound: nobody who reads the bytes as text can be faster. */
function decodeOnly(chunks: readonly Uint8Array[]): number {
  const decoder = new TextDecoder();
  let sum = 0;
  for (const chunk of chunks) sum += decoder.decode(chunk).length;
  return sum;
}

function contestants({ chunks }: Workload): Contestant[] {
  return [
    { name: OURS, run: () => pushStream(chunks) },
    { name: 'pushstream, plain decoder', run: () => pushStreamPlainDecoder(chunks) },
    { name: PEER, run: () => eventsourceParser(chunks) },
    { name: 'fetch-event-source 2', run: () => fetchEventSource(chunks) },
    { name: 'decoding alone (bound)', run: () => decodeOnly(chunks) },
  ];
}

const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
const chosen = workloads.filter(({ name }) => only === undefined || name === only);
const broken: string[] = [];
const ourRatios: number[] = [];

const rows = chosen.flatMap((workload) => {
  const all = contestants(workload);
  const expected = eventsourceParser(workload.chunks);
  if (pushStream(workload.chunks) !== expected) throw new Error(`${workload.name}: the parsers disagree`);
  const measured = measure(all, { yardstick: PEER, warmUps: 4, rounds: 21 });
  const ours = measured.find(({ name }) => name === OURS)?.ratio ?? Number.NaN;
  ourRatios.push(ours);
  const promise = PROMISES[workload.name];
  if (promise !== undefined && !(ours >= promise)) {
    broken.push(`${workload.name}: ${ours.toFixed(2)} times eventsource-parser 4, promised ${promise}`);
  }
  return measured.map(({ name, medianMs, ratio }) => [
    workload.name,
    name,
    (workload.bytes / medianMs / 1000).toFixed(0),
    ((medianMs * 1e6) / workload.events).toFixed(0),
    ratio.toFixed(2),
  ]);
});

const mean = Math.exp(ourRatios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ourRatios.length);
console.log(formatTable(['workload', 'contestant', 'MB/s', 'ns/event', `÷ ${PEER}`], rows));
console.log(`\nNode ${process.version}; medians of 21 interleaved rounds; geometric mean of ours: ${mean.toFixed(2)}`);
for (const message of broken) console.error(`Too slow: ${message}`);
if (process.argv.includes('--check') && broken.length > 0) process.exitCode = 1;
