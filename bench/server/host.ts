/**
 * The process of one server: `host.ts <contestant> <its options>`. It publishes to its readers, who are elsewhere, and
 * says what that took.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

import { serve } from '../support/remote.ts';
import { contestants, type ContestantOptions } from './contestants.ts';
import { progress } from './event.ts';

const [name = '', options = '{}'] = process.argv.slice(2);
const make = contestants.get(name);
if (!make) throw new RangeError(`expected a contestant, got ${name}`);
const contestant = make(JSON.parse(options) as ContestantOptions);

const sockets = new Set<Socket>();
const server = createServer((request, response) => contestant.handle(request, response));
server.on('connection', (socket) => {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
});
server.listen(0, '127.0.0.1', 4096);
await once(server, 'listening');

/** How often it is looked at what waits, in ticks of the publisher. */
const SAMPLE_TICKS = 20;

let published = 0;

function publish(): void {
  published += 1;
  contestant.publish(progress(published));
}

async function until(isSo: () => boolean, wait: () => Promise<unknown>): Promise<void> {
  while (!isSo()) await wait();
}

/** Of all threads of this process, in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** So that V8's young generation is in use, wherever else it would have been used first. */
function litter(): void {
  const kept: number[][] = [];
  for (let at = 0; at < 2_000_000; at += 1) kept[at % 1_000] = [at, at + 1, at + 2];
}

/** What is left when the garbage is gone. */
async function memory(): Promise<Memory> {
  for (let times = 0; times < 4; times += 1) {
    globalThis.gc?.();
    await sleep(20);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, held: heapUsed + external };
}

/** In bytes. */
export interface Memory {
  readonly rss: number;
  /** V8's heap, and what it holds outside of itself: buffers. */
  readonly held: number;
}

/** What some turns took. */
export interface FanOut {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** What publishing at a rate did. */
export interface Steady {
  readonly published: number;
  /** The most that waited for the silent reader, in bytes. */
  readonly silentBytes: number;
  readonly before: Memory;
  readonly after: Memory;
  readonly cpuMs: number;
}

/**
 * Turns of the event loop with so many events each; the next begins when all have got those of the last one. They are
 * published in one callback, as by a loop, or each in its own, as by requests that come together.
 */
async function fanOut(turns: number, perTurn: number, callbacks: 'one' | 'own' = 'one'): Promise<FanOut> {
  const begin = performance.now();
  const cpuBegin = cpuMs();
  for (let at = 0; at < turns; at += 1) {
    const goal = contestant.delivered() + perTurn * sockets.size;
    for (let event = 0; event < perTurn; event += 1) {
      if (callbacks === 'one') publish();
      else setImmediate(publish);
    }
    await until(() => contestant.delivered() >= goal, nextTurn);
    // The turn is over, and what it has done to the sockets is not.
    await nextTurn();
  }
  await until(() => [...sockets].every(({ writableLength }) => writableLength === 0), nextTurn);
  return { cpuMs: cpuMs() - cpuBegin, wallMs: performance.now() - begin };
}

const methods = {
  fanOut,
  port: () => (server.address() as AddressInfo).port,
  cpuMs,
  litter,
  memory,
  counts: () => contestant.counts(),
  cursor: () => contestant.cursor(),

  /** As many events as there can be, with nobody to get them. */
  async publishAlone(events: number): Promise<number> {
    const begin = performance.now();
    for (let at = 0; at < events; at += 1) {
      publish();
      if (at % 100 === 99) await nextTurn();
    }
    await nextTurn();
    return performance.now() - begin;
  },

  /** Large events for who asks for this channel. */
  async stuff(channel: string, events: number, bytes: number): Promise<void> {
    const data = { filler: 'x'.repeat(bytes) };
    for (let at = 0; at < events; at += 1) {
      contestant.publish(data, channel);
      await sleep(5);
    }
  },

  /** Publishes at a rate. */
  async steady(perSecond: number, ms: number): Promise<Steady> {
    const before = await memory();
    const begin = performance.now();
    const cpuBegin = cpuMs();
    let silentBytes = 0;
    let events = 0;
    let ticks = 0;
    for (let elapsed = 0; elapsed < ms; elapsed = performance.now() - begin) {
      for (; events < (elapsed * perSecond) / 1000; events += 1) publish();
      if (ticks % SAMPLE_TICKS === 0) silentBytes = Math.max(silentBytes, contestant.silentBytes() ?? 0);
      ticks += 1;
      await sleep(1);
    }
    const cpu = cpuMs() - cpuBegin;
    await sleep(200);
    return { published: events, silentBytes, before, after: await memory(), cpuMs: cpu };
  },

  /** What doing nothing takes. */
  async idle(ms: number): Promise<number> {
    const begin = cpuMs();
    await sleep(ms);
    return cpuMs() - begin;
  },

  /** The longest time that the event loop was held up while an event went to everybody, in milliseconds. */
  async delay(): Promise<number> {
    const histogram = monitorEventLoopDelay({ resolution: 1 });
    histogram.enable();
    // The first ticks of it measure nothing.
    await sleep(10);
    await fanOut(1, 1);
    await sleep(10);
    histogram.disable();
    return histogram.max / 1e6;
  },
};

export type Host = typeof methods;

serve(methods);
