import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumMayMiss, chromiumPath, launchChromium } from '../../support/chromium.ts';
import { type Exchange, type HttpServer, httpServer } from '../../support/http-server.ts';
import { bundle, complaintsOf, type Framework, frameworks, requireBuilds } from './frameworks.ts';
import type { Burst } from './page.ts';

const EVENTS = 10_000;
const ROUNDS = 3;
const progress = (id: number): string =>
  `event: task.progress\nid: ${id}\ndata: {"taskId":"task ${id % 7}","percentage":${id % 100}}\n\n`;
const everything = Array.from({ length: EVENTS }, (_, n) => progress(n + 1)).join('');

describe.skipIf(!chromiumPath && chromiumMayMiss)('10,000 events at once, over a real connection', () => {
  let browser: Browser | undefined;
  let server: HttpServer | undefined;
  /** By the name of the run. */
  const streams = new Map<string | null, Exchange['response']>();
  const scripts = new Map<string, string>();

  beforeAll(async () => {
    requireBuilds();
    server = await httpServer((exchange) => {
      const { pathname, searchParams } = new URL(exchange.target, 'http://server.test');
      const run = searchParams.get('run');
      if (pathname === '/events') streams.set(run, exchange.stream());
      else if (pathname === '/burst') {
        streams.get(run)?.write(everything);
        exchange.answer(204);
      } else exchange.answer(200, { 'content-type': 'text/html' }, '<!doctype html><link rel="icon" href="data:,">');
    });
    browser = await launchChromium();
    for (const framework of frameworks) scripts.set(framework.name, await bundle(framework, 'production'));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** In a page of its own, so that no run is warmed up by another. */
  async function burst({ name }: Framework, driver?: string): Promise<Burst> {
    if (!browser || !server) throw new Error('Expected a browser and a server, but they did not start');
    const page: Page = await browser.newPage();
    const complaints = complaintsOf(page);
    await page.goto(server.origin);
    await page.addScriptTag({ content: scripts.get(name) ?? '' });
    const run = `${streams.size}`;
    const seen = await page.evaluate(
      ([called, id, last]) => window.adapters?.burst(called, `/events?run=${id}`, `/burst?run=${id}`, last),
      [driver, run, String(EVENTS)] as const,
    );
    await page.close();
    expect(complaints).toEqual([]);
    if (!seen) throw new Error('Expected the page to have its adapters');
    return seen;
  }

  describe.each(frameworks)('$name', (framework) => {
    test('at most one render per frame, and no long task that the client alone does not have', async () => {
      const alone: number[] = [];
      const followed: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        alone.push((await burst(framework)).longTasks.length);
        const { excess, renders, longTasks } = await burst(framework, framework.drivers.driver);
        expect(excess).toBeLessThanOrEqual(1);
        expect(renders).toBeGreaterThan(0);
        followed.push(longTasks.length);
      }
      // What else the machine does can only add to them.
      expect(Math.min(...followed)).toBeLessThanOrEqual(Math.min(...alone));
    });
  });
});
