/**
 * Clients in a process of their own that come and go, and what is left of them. Arguments: the stream's
 * URL, the transport, how to hold a connection, and how many times. Needs `--expose-gc`.
 */
import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { EventClient } from '../../packages/client/src/index.ts';
import { nodeTransport } from '../../packages/client/src/node/index.ts';
import { until } from './until.ts';

/** What a process holds after so many cycles. */
export interface Holdings {
  readonly cycles: number;
  /** Connections that really opened. */
  readonly opened: number;
  readonly heapBytes: number;
  readonly resources: readonly string[];
  readonly abortListeners: number;
  readonly timers: number;
  readonly pageListeners: number;
  /** Since the start: a count of nothing would prove nothing. */
  readonly everTaken: { readonly timers: number; readonly pageListeners: number };
}

const LANES = 20;
/** Cycles of a client that end in the tick they began in, before one that lasts. */
const FLEETING = 3;
const SAMPLES = 4;

const [, , url = '', transport = '', hold = '', count = ''] = process.argv;
const { signal } = new AbortController();
const atStart = process.getActiveResourcesInfo().toSorted().join();
let opened = 0;
let cycles = 0;
const timers = counter();
const pageListeners = counter();

/** Counts what is begun and what is still there. */
function counter() {
  let taken = 0;
  let left = 0;
  return {
    get taken() {
      return taken;
    },
    get left() {
      return left;
    },
    /** Returns what ends it; ending twice counts once. */
    take() {
      taken += 1;
      left += 1;
      let isLive = true;
      return () => {
        if (isLive) left -= 1;
        isLive = false;
      };
    },
  };
}

const environment = {
  setTimer(callback: () => void, delayMs: number): () => void {
    const end = timers.take();
    const handle = setTimeout(() => {
      end();
      callback();
    }, delayMs);
    return () => {
      end();
      clearTimeout(handle);
    };
  },
  page: { listen: () => pageListeners.take(), isHidden: () => false },
};

/** Takes a connection; returns what lets go of it. */
function take(client: EventClient): () => void {
  if (hold === 'retain') return client.retain();
  if (hold !== 'connect') throw new Error(`Expected a way to hold a connection, got ${hold}`);
  client.connect();
  return () => client.disconnect();
}

/** The life of one client: the last cycle ends on its way, once it is open, or with an event. */
async function live(end: 'on its way' | 'open' | 'event'): Promise<void> {
  const client = new EventClient(url, {
    environment,
    signal,
    ...(transport === 'node' && { transport: nodeTransport() }),
  });
  for (let at = 0; at < FLEETING; at += 1) take(client)();
  const reached = new Promise<void>((resolve) => {
    if (end === 'open') client.lifecycle.once('open', () => resolve());
    if (end === 'event') client.once('message', () => resolve());
    if (end === 'on its way') setImmediate(resolve);
  });
  const release = take(client);
  await reached;
  if (end !== 'on its way') opened += 1;
  // The last lease lingers.
  const closed = new Promise((resolve) => {
    client.lifecycle.once('close', resolve);
  });
  release();
  await closed;
}

async function lane(goal: number): Promise<void> {
  const ends = ['on its way', 'open', 'event'] as const;
  for (let at = 0; cycles < goal; at += 1) {
    cycles += FLEETING + 1;
    await live(ends[at % ends.length] ?? 'open');
  }
}

async function holdings(): Promise<Holdings> {
  await until(() => process.getActiveResourcesInfo().toSorted().join() === atStart).catch(() => {});
  let heapBytes = Infinity;
  for (let at = 0; at < 5; at += 1) {
    globalThis.gc?.();
    await turn();
    heapBytes = Math.min(heapBytes, process.memoryUsage().heapUsed);
  }
  return {
    cycles,
    opened,
    heapBytes,
    resources: process.getActiveResourcesInfo(),
    abortListeners: getEventListeners(signal, 'abort').length,
    timers: timers.left,
    pageListeners: pageListeners.left,
    everTaken: { timers: timers.taken, pageListeners: pageListeners.taken },
  };
}

const samples: Holdings[] = [await holdings()];
for (let at = 1; at <= SAMPLES; at += 1) {
  const goal = (Number(count) / SAMPLES) * at;
  await Promise.all(Array.from({ length: LANES }, () => lane(goal)));
  samples.push(await holdings());
}
console.log(JSON.stringify(samples));
