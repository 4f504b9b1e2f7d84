import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Holdings } from '../support/cycling-client.ts';
import { httpServer } from '../support/http-server.ts';

const CYCLES = 20_000;
const MAX_GROWTH_BYTES = 1024 * 1024;
const PATIENCE_MS = 55_000;

/** What a process holds at first, and after each quarter of its cycles. */
async function cycled(url: string, transport: string, hold: string): Promise<Holdings[]> {
  const script = new URL('../support/cycling-client.ts', import.meta.url).pathname;
  const words = ['--expose-gc', script, url, transport, hold, String(CYCLES)];
  const child = spawn(process.execPath, words, { env: {}, timeout: PATIENCE_MS });
  const [output, complaints, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect({ code, complaints }).toEqual({ code: 0, complaints: '' });
  return JSON.parse(output) as Holdings[];
}

test.each([
  ['fetch', 'connect'],
  ['fetch', 'retain'],
  ['node', 'connect'],
  ['node', 'retain'],
])(
  '20,000 clients that come and go leave no memory, no handle, no timer and no listener (%s, %s)',
  async (transport, hold) => {
    await using server = await httpServer(({ stream }) => stream('data: 1\n\n'));
    const samples = await cycled(server.url, transport, hold);
    const [start, warm] = samples;
    const end = samples.at(-1);
    if (!start || !warm || !end) throw new Error(`Expected samples, got ${samples.length}`);
    const growth = end.heapBytes - warm.heapBytes;
    const heaps = samples.map(({ heapBytes }) => (heapBytes / 1024 ** 2).toFixed(2)).join(', ');
    console.log(
      `${transport}, ${hold}: ${end.cycles} cycles, ${end.opened} of them opened; heap ${heaps} MiB; ` +
        `growth over the last ${end.cycles - warm.cycles}: ${(growth / 1024).toFixed(0)} KiB`,
    );

    expect(end.cycles).toBeGreaterThanOrEqual(CYCLES);
    expect(end.opened).toBeGreaterThanOrEqual(2_000);
    expect(growth).toBeLessThanOrEqual(MAX_GROWTH_BYTES);
    expect(end.everTaken.timers).toBeGreaterThan(end.opened);
    expect(end.everTaken.pageListeners).toBeGreaterThan(end.opened);
    for (const { resources, abortListeners, timers, pageListeners } of samples) {
      expect({ resources, abortListeners, timers, pageListeners }).toEqual({
        resources: start.resources,
        abortListeners: 0,
        timers: 0,
        pageListeners: 0,
      });
    }
  },
);
