import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { source as axe } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { describeInChromium } from '../support/browser.ts';

/** Kept to be looked at. */
const folder = fileURLToPath(new URL('../../test-results/playground', import.meta.url));
mkdirSync(folder, { recursive: true });

const TABS = ['storm', 'publish', 'filter', 'sessions', 'inspector', 'log'] as const;

/** Colours that are on their way to others have any contrast. */
const still = { reducedMotion: 'reduce' } as const;

interface Found {
  readonly id: string;
  readonly impact: string;
  readonly nodes: ReadonlyArray<{ readonly html: string }>;
}

async function violations(page: Page): Promise<unknown> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { run } = (window as unknown as { axe: { run(): Promise<{ violations: Found[] }> } }).axe;
    return (await run()).violations.map(({ id, impact, nodes }) => [id, impact, nodes.map(({ html }) => html)]);
  });
}

describeInChromium('the looks of the page', { simulate: true }, (tests) => {
  const { open } = tests;

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    test.each([1_280, 390])('at %d pixels axe finds nothing, and nothing overflows', async (width) => {
      const { page, complaints } = await open('/?baseDelayMs=50');
      await page.emulateMedia({ colorScheme, ...still });
      await page.setViewportSize({ width, height: 900 });
      await page.getByRole('button', { name: 'Cut mid-event' }).click();
      await expect.poll(() => page.locator('#recovery').textContent(), { timeout: 20_000 }).toMatch(/ s$/);
      for (const tab of TABS) {
        await page.locator(`#${tab}-tab`).click();
        if (tab === 'publish') await page.locator('#publish-wrong').click();
        if (tab === 'publish') await page.locator('#publish-data-error:not(:empty)').waitFor();
        if (tab === 'filter') await page.locator('#filter-watch').click();
        if (tab === 'sessions') await page.getByRole('row', { name: 'this page' }).waitFor();
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect({ tab, overflow: Math.max(0, overflow) }).toEqual({ tab, overflow: 0 });
        expect({ tab, violations: await violations(page) }).toEqual({ tab, violations: [] });
        await page.evaluate(() => scrollTo(0, 0));
        await page.screenshot({ path: join(folder, `${colorScheme}-${width}-${tab}.png`), fullPage: true });
      }
      // A stream that was cut and an event that was refused are told by the browser itself.
      expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
      await page.close();
    });
  });

  test.each([1_280, 390])('the UMD page at %d pixels: axe finds nothing, and nothing overflows', async (width) => {
    const { page } = await open('/umd.html');
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, ...still });
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth))).toBe(0);
      await page.screenshot({ path: join(folder, `${colorScheme}-${width}-umd.png`), fullPage: true });
    }
    await page.close();
  });

  test.each([1_280, 390])('at %d pixels nothing moves while 200 events per second stream', async (width) => {
    const { page, complaints, read, until } = await open('/');
    await page.setViewportSize({ width, height: 900 });
    // That moves everything: it is to be over.
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined)))),
    );
    const before = await read(({ delivered }) => delivered.length);
    await page.evaluate(() => {
      const watched = globalThis as { shifts?: number };
      watched.shifts = 0;
      const add = (list: PerformanceObserverEntryList): void => {
        const entries = list.getEntries() as unknown as Array<{ value: number }>;
        watched.shifts = entries.reduce((sum, { value }) => sum + value, watched.shifts ?? 0);
      };
      new PerformanceObserver(add).observe({ type: 'layout-shift' });
    });
    await tests.burst({ count: 400, perSecond: 200 });
    await until(({ delivered }, count) => delivered.length >= count, before + 400);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
    expect(await page.evaluate(() => (globalThis as { shifts?: number }).shifts)).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('who wants less motion gets a picture that stands still between seconds', async () => {
    const { page } = await open('/');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const draws = await page.evaluate(async () => {
      let count = 0;
      const { clearRect } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.clearRect = function counted(...area) {
        count += 1;
        clearRect.apply(this, area);
      };
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      return count;
    });
    expect(draws).toBeGreaterThan(0);
    expect(draws).toBeLessThan(6);
    await page.close();
  });

  test('no console error, no unhandled rejection from the first paint on', async () => {
    const { page, complaints, until } = await open('/');
    await until(({ delivered }) => delivered.length > 8);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
