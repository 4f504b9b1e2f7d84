/**
 * A process of readers, who do nothing but read raw sockets and count what comes: what they cost is not the server's.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { serve } from '../support/remote.ts';
import { MARK, micros } from './event.ts';

const MARK_BYTE = MARK.charCodeAt(0);
const READ_BYTES = 64 * 1024;
/** At the same time: more would not fit into the server's backlog. */
const CONNECTING = 250;

const ZERO = 0x30;

/** One for all: it is read at once. */
const buffer = Buffer.allocUnsafe(READ_BYTES);
const sockets: Socket[] = [];
/** Events per reader since the last `reset`. */
let counts: number[] = [];
let total = 0;
let reads = 0;
let latencies: number[] = [];
let isTiming = false;
let onCount = (): void => {};

/** The number behind a mark, unless the chunk ends in it. */
function timeAt(bytes: Buffer, start: number, end: number): number | undefined {
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return value;
    value = value * 10 + digit;
  }
  return undefined;
}

function take(reader: number, length: number): void {
  reads += 1;
  const chunk = buffer.subarray(0, length);
  let found = 0;
  for (let at = chunk.indexOf(MARK_BYTE); at !== -1; at = chunk.indexOf(MARK_BYTE, at + 1)) {
    found += 1;
    const sentAt = isTiming ? timeAt(chunk, at + 1, length) : undefined;
    if (sentAt !== undefined) latencies.push(micros() - sentAt);
  }
  if (found === 0) return;
  counts[reader] = (counts[reader] ?? 0) + found;
  total += found;
  onCount();
}

/** How long events took, over all readers. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const request = (path: string, lastEventId: string | undefined): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n` +
  `${lastEventId === undefined ? '' : `Last-Event-ID: ${lastEventId}\r\n`}\r\n`;

async function openOne(port: number, path: string, lastEventId: string | undefined): Promise<void> {
  const reader = sockets.length;
  const opened = Promise.withResolvers<void>();
  const socket = connect({
    port,
    host: '127.0.0.1',
    onread: {
      buffer,
      callback(length) {
        opened.resolve();
        take(reader, length);
        return true;
      },
    },
  });
  sockets.push(socket);
  counts[reader] = 0;
  socket.on('error', opened.reject);
  socket.write(request(path.replace('{n}', String(reader)), lastEventId));
  await opened.promise;
}

const methods = {
  /** Resolves when all have got something. Each has its own number in the place of `{n}`. */
  async open(port: number, path: string, count: number, lastEventId?: string): Promise<void> {
    for (let left = count; left > 0; left -= CONNECTING) {
      const size = Math.min(left, CONNECTING);
      await Promise.all(Array.from({ length: size }, () => openOne(port, path, lastEventId)));
    }
  },
  /** One that asks, and never reads a byte. */
  async openSilent(port: number, path: string): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.pause();
    socket.on('error', () => {});
    sockets.push(socket);
    await once(socket, 'connect');
    socket.write(request(path, undefined));
  },
  /** Counts from 0 again; measures from now on how long events take, or does not. */
  reset(withLatencies = false): void {
    counts = counts.map(() => 0);
    total = 0;
    reads = 0;
    latencies = [];
    isTiming = withLatencies;
  },
  /** Resolves when every reader has so many events, none more. */
  async expect(events: number, withinMs = 60_000): Promise<void> {
    const all = Promise.withResolvers<void>();
    const timer = setTimeout(() => all.resolve(), withinMs);
    onCount = (): void => {
      if (total >= events * counts.length) all.resolve();
    };
    onCount();
    await all.promise;
    clearTimeout(timer);
    onCount = (): void => {};
    const wrong = counts.filter((count) => count !== events);
    if (wrong.length === 0) return;
    throw new Error(`expected ${events} events each, got ${wrong.slice(0, 5).join(', ')} … of ${wrong.length} readers`);
  },
  reads: () => reads,
  /** In microseconds. */
  latency(): Latency {
    const sorted = Float64Array.from(latencies).sort();
    const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
    return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
  },
  async close(): Promise<void> {
    const leaving = sockets.filter((socket) => !socket.closed);
    sockets.length = 0;
    counts = [];
    total = 0;
    await Promise.all(
      leaving.map(async (socket) => {
        const closed = once(socket, 'close');
        socket.destroy();
        await closed;
      }),
    );
  },
};

export type Readers = typeof methods;

serve(methods);
