import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { umdFile } from '../../support/umd-file.ts';
import { chromiumMayMiss, chromiumPath } from '../../support/chromium.ts';
import { type Chromium, launchChromium, type Tab } from '../../support/devtools.ts';
import { elapse } from '../../support/until.ts';
import type { NumberServer } from './number-server.ts';
import type { Life } from './page.ts';

/** A page that is back has as long to have every number that there was when it came back. */
const CATCH_UP_MS = 5_000;
const PATIENCE_MS = 30_000;
const EVERY_MS = 20;
/** Numbers that must come after those that were missed: the stream lives. */
const FURTHER = 10;

/** What `reconnect` is for these pages: waits as short as the floor allows. */
export const quick = { baseDelayMs: 50 };

if (!chromiumPath && chromiumMayMiss) {
  console.warn('Skipped: no `chromium` on the PATH, and tests of the life of pages need one.');
}

/** Tests with tabs that are hidden, frozen and left. Without Chromium they are skipped, except in CI, where they fail. */
export function describePageLife(
  name: string,
  flags: readonly string[],
  body: (open: (url: string) => Promise<Tab>) => void,
): void {
  describe.skipIf(!chromiumPath && chromiumMayMiss)(name, () => {
    let chromium: Chromium | undefined;
    beforeAll(async () => {
      if (!existsSync(umdFile)) throw new Error('Expected a build of the client: `npm run build` makes one');
      chromium = await launchChromium(...flags);
    });
    afterAll(() => chromium?.[Symbol.asyncDispose]());
    body((url) => {
      if (!chromium) throw new Error('Expected a browser, but it did not start');
      return chromium.open(url);
    });
  });
}

/** Calls a function in the page with what the page wrote down. It travels as text: it sees nothing of its surroundings. */
export async function read<Result, Argument = undefined>(
  tab: Tab,
  reader: (life: Life, argument: Argument) => Result,
  argument?: Argument,
): Promise<Awaited<Result>> {
  return (await tab.evaluate(`(${reader.toString()})(window.life, ${JSON.stringify(argument)})`)) as Awaited<Result>;
}

/** Waits until the page satisfies a condition. */
export async function until<Argument = undefined>(
  tab: Tab,
  condition: (life: Life, argument: Argument) => boolean,
  argument?: Argument,
): Promise<void> {
  await eventually(() => read(tab, condition, argument), condition.toString());
}

/** As `until` of the other tests, for conditions that have to be asked for. A page that is being left answers nothing. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what = condition.toString(),
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  const asked = Promise.resolve();
  while (!(await asked.then(condition).catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`Expected within ${PATIENCE_MS} ms: ${what}`);
    await elapse(EVERY_MS);
  }
}

/** Waits until a reader has a number. */
export async function untilNumber(tab: Tab, name: string, number: number): Promise<void> {
  await until(tab, ({ numbers }, wanted) => (numbers[wanted.name] ?? []).some(([one]) => one >= wanted.number), {
    name,
    number,
  });
}

/** Hides a tab until its page knows. */
export async function hide(tab: Tab): Promise<void> {
  await tab.hide();
  await until(tab, () => document.visibilityState === 'hidden');
}

/** Shows a tab until its page knows. */
export async function show(tab: Tab): Promise<void> {
  await tab.show();
  await until(tab, () => document.visibilityState === 'visible');
}

/** Numbers of a reader in this page, in the order of their arrival. */
export function numbersOf(tab: Tab, name: string): Promise<number[]> {
  return read(tab, ({ numbers }, reader) => (numbers[reader] ?? []).map(([number]) => number), name);
}

/** Nothing lost, nothing twice, everything in order. */
export function expectGapless(numbers: readonly number[]): void {
  const [first = 0] = numbers;
  expect(numbers.length).toBeGreaterThan(0);
  expect(numbers).toEqual(Array.from(numbers, (_, index) => first + index));
}

/**
 * Comes back by `returns`, and expects that the client has all that was missed soon, that the stream goes on, without
 * a gap, and that it is the only one. Returns how long it took, in milliseconds.
 */
export async function expectCatchUp(
  tab: Tab,
  { name, server }: { readonly name: string; readonly server: NumberServer },
  returns: () => Promise<unknown>,
): Promise<number> {
  const backAt = Date.now();
  const { head } = server;
  await returns();
  await untilNumber(tab, name, head + FURTHER);
  const numbers = await read(tab, (life, client) => life.numbers[client] ?? [], name);
  expectGapless(numbers.map(([number]) => number));
  const [, caughtUpAt = Infinity] = numbers.find(([number]) => number >= head) ?? [];
  const tookMs = caughtUpAt - backAt;
  expect(tookMs).toBeLessThanOrEqual(CATCH_UP_MS);
  await eventually(() => server.live(name).length === 1);
  return tookMs;
}
