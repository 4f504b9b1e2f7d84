/**
 * `npm run bench:browser [-- --check]`: a whole stream from a server in another process to a page of real Chromium that
 * gets parsed JSON, the built `EventClient` beside native `EventSource` and the peers, and what each does to the page's
 * main thread. With `--check` it ends with an error when a promise is not kept. `--strained` has `EventClient` read with
 * a busy listener, from one write and as one chunk instead; `--rounds=` has them run that often.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import type { Page } from 'playwright-core';

import type { Reading } from './browser/main-thread.ts';
import { BARE_PEER, BOUND, contestants, EVENTS, NATIVE, OURS, STRAINED } from './browser/names.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { formatTable, median } from './support/harness.ts';

const WARM_UPS = 2;
const DEFAULT_ROUNDS = 11;

/** How many times the throughput of native EventSource we mean to have. */
const GOAL = 15;

const argument = (name: string): string | undefined =>
  process.argv.find((given) => given.startsWith(`--${name}=`))?.slice(name.length + 3);

/** The page's code with the client as it is published: no paths of tsconfig.json, which lead to the sources. */
async function bundlePage(): Promise<string> {
  const client = new URL('../packages/client/dist/index.mjs', import.meta.url);
  if (!existsSync(client)) throw new Error('expected packages/client/dist, found none: `npm run build` makes it');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('browser/page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    tsconfigRaw: {},
  });
  return outputFiles.map(({ text }) => text).join('');
}

async function read(page: Page, name: string, url: string): Promise<Reading> {
  // Nobody pays for the garbage of another.
  await page.requestGC();
  return page.evaluate(([who, where]) => window.bench.run(who, where), [name, url] as const);
}

/** The median over the rounds of how many times faster than the yardstick it was in the same round. */
function ratio(own: readonly Reading[], yardstick: readonly Reading[] = []): number {
  return median(own.map(({ wallMs }, round) => (yardstick[round]?.wallMs ?? Number.NaN) / wallMs));
}

function row(name: string, own: readonly Reading[], results: ReadonlyMap<string, readonly Reading[]>): string[] {
  const times = [NATIVE, BOUND].map((yardstick) => ratio(own, results.get(yardstick)));
  const tasks = own.flatMap(({ longTasksMs }) => longTasksMs);
  return [
    name,
    ((EVENTS * 1000) / median(own.map(({ wallMs }) => wallMs))).toFixed(0),
    ...times.map((value) => (Number.isNaN(value) ? '–' : value.toFixed(2))),
    (tasks.length / own.length).toFixed(1),
    (tasks.reduce((sum, ms) => sum + ms, 0) / own.length).toFixed(0),
    Math.max(0, ...tasks).toFixed(0),
    median(own.map(({ frameGapMs }) => frameGapMs)).toFixed(0),
  ];
}

async function race(
  page: Page,
  names: readonly string[],
  rounds: number,
  url: string,
): Promise<Map<string, Reading[]>> {
  const { sum: expected } = await read(page, BARE_PEER, url);
  const results = new Map<string, Reading[]>(names.map((name) => [name, []]));
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    // Each round starts with another one: nobody always runs behind the same neighbour.
    const first = (round + WARM_UPS) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const reading = await read(page, name, url);
      if (reading.sum !== expected) throw new Error(`${name}: expected the same events as from ${BARE_PEER}`);
      if (round >= 0) results.get(name)?.push(reading);
    }
  }
  return results;
}

function judge(kept: boolean, promise: string): void {
  if (kept) console.log(`Kept: ${promise}`);
  else console.error(`Missed: ${promise}`);
  if (process.argv.includes('--check') && !kept) process.exitCode = 1;
}

const code = await bundlePage();
const server = fork(new URL('support/event-server.ts', import.meta.url), [String(EVENTS)], { execArgv: [] });
const [port]: unknown[] = await once(server, 'message');
const url = `http://127.0.0.1:${String(port)}/`;
const browser = await launchChromium();
try {
  const page = await browser.newPage();
  await page.goto(`${url}page`);
  await page.addScriptTag({ content: code });
  const strained = process.argv.includes('--strained');
  const rounds = Number(argument('rounds') ?? DEFAULT_ROUNDS);
  const results = await race(page, strained ? [OURS, ...Object.values(STRAINED)] : contestants, rounds, url);

  const head = ['contestant', 'events/s', '÷ native', '÷ bound', 'long tasks', 'ms in them', 'longest', 'frame gap'];
  console.log(
    formatTable(
      head,
      [...results].map(([name, own]) => row(name, own, results)),
    ),
  );
  console.log(
    `\nChromium ${browser.version()}; ${EVENTS} named JSON events; medians of ${rounds} interleaved rounds; long tasks ` +
      'hold the main thread for 50 ms or more: how many and how long per round, and the longest of all; times in ms',
  );
  const ours = results.get(OURS) ?? [];
  if (!strained) {
    const times = ratio(ours, results.get(NATIVE));
    judge(times >= GOAL, `${OURS} has ${times.toFixed(1)} times the throughput of ${NATIVE}; the goal is ${GOAL}`);
  }
  for (const [name, own] of results) {
    if (!name.startsWith(OURS)) continue;
    const count = own.flatMap(({ longTasksMs }) => longTasksMs).length;
    judge(count === 0, `${name}: ${count} long tasks in ${rounds} rounds; the goal is none`);
  }
} finally {
  await browser.close();
  server.disconnect();
}
