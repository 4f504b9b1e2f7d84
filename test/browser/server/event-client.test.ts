import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type * as PushStream from '../../../packages/client/src/index.ts';
import type { PushStreamOptions } from '../../../packages/server/src/index.ts';
import { numbers, publishNumbers } from '../../server/hosts/push.ts';
import { chromiumMayMiss, chromiumPath, launchChromium } from '../../support/chromium.ts';
import { type Site, startSite } from './site.ts';

/** What a page keeps of its client. */
interface Watched {
  readonly client: PushStream.EventClient;
  readonly data: unknown[];
  readonly types: string[];
  readonly errors: string[];
  readonly resets: unknown[];
  readonly delays: number[];
  opens: number;
}

type Shown = Omit<Watched, 'client'> & { readonly status: string; readonly lastEventId: string };

describe.skipIf(!chromiumPath && chromiumMayMiss)('EventClient in Chromium', () => {
  let browser: Browser;
  let page: Page;
  const sites: Site[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    await page.context().close();
    for (const site of sites.splice(0)) await site[Symbol.asyncDispose]();
  });

  async function start(version: 1 | 2, options?: PushStreamOptions): Promise<Site> {
    const site = await startSite(version, options);
    sites.push(site);
    return site;
  }
  async function visit(site: Site): Promise<void> {
    page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    await page.goto(site.origin);
  }

  /** Without deduplication: the server alone has to be exact. */
  async function watch(url: string): Promise<void> {
    await page.evaluate((target) => {
      const { EventClient } = (window as unknown as { PushStream: typeof PushStream }).PushStream;
      const client = new EventClient(target, { dedupe: false, reconnect: { baseDelayMs: 1, maxDelayMs: 1 } });
      const watched: Watched = { client, data: [], types: [], errors: [], resets: [], delays: [], opens: 0 };
      Object.assign(window, { watched });
      client.on('*', (data, { type }) => {
        watched.data.push(data);
        watched.types.push(type);
      });
      client.lifecycle.on('open', () => (watched.opens += 1));
      client.lifecycle.on('error', ({ code }) => watched.errors.push(code));
      client.lifecycle.on('reset', (reset) => watched.resets.push(reset));
      client.lifecycle.on('retry', ({ delayMs }) => watched.delays.push(delayMs));
      client.connect();
    }, url);
  }

  const shown = (): Promise<Shown> =>
    page.evaluate(() => {
      const { client, ...rest } = (window as unknown as { watched: Watched }).watched;
      return { ...rest, status: client.status, lastEventId: client.lastEventId };
    });
  const untilHas = (count: number): Promise<void> =>
    expect.poll(async () => (await shown()).data.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
  const untilJoined = (): Promise<void> => expect.poll(async () => (await shown()).lastEventId).not.toBe('');

  describe.each([1, 2] as const)('over HTTP/%d', (version) => {
    test('cut six times under load: 0 lost, 0 twice, and no event of ours among the events', async () => {
      const site = await start(version);
      await visit(site);
      await watch('/events');
      await untilJoined();
      let published = 0;
      for (let round = 1; round <= 6; round += 1) {
        await publishNumbers(site.push, published + 1, (published += 300));
        await untilHas(published - 250);
        const burst = publishNumbers(site.push, published + 1, (published += 200));
        site.cut();
        await burst;
        await expect.poll(async () => (await shown()).opens).toBe(round + 1);
      }
      await untilHas(published);
      const { data, types, resets } = await shown();
      expect(data).toEqual(numbers(1, published));
      expect(new Set(types)).toEqual(new Set(['tick']));
      expect(resets).toEqual([]);
      expect(site.push.stats().resumed).toBe(6);
    });

    test('a drain is no failure: no error, the cursor stays, and it comes back', async () => {
      const site = await start(version);
      await visit(site);
      await watch('/events');
      await untilJoined();
      await publishNumbers(site.push, 1, 5);
      await untilHas(5);
      const { lastEventId } = await shown();
      const drained = site.push.drain({ windowMs: 50 });
      await expect.poll(async () => (await shown()).status).toBe('reconnecting');
      await drained;
      expect((await shown()).errors).toEqual([]);
      expect((await shown()).lastEventId).toBe(lastEventId);
    });
  });

  test('of another origin: it resumes by a header, which is asked for first, and reads Retry-After', async () => {
    const own = await start(1);
    await visit(own);
    const other = await start(1, { origins: [own.origin], limits: { connections: 1 } });
    await watch(`${other.origin}/events`);
    await untilJoined();
    await publishNumbers(other.push, 1, 10);
    await untilHas(10);
    other.cut();
    await publishNumbers(other.push, 11, 20);
    await untilHas(20);
    expect((await shown()).data).toEqual(numbers(1, 20));
    expect(other.asked[1]?.cursor).toMatch(/\.\d+$/);
    // The one place is taken: whoever comes next is told when to come again.
    await page.evaluate(() => (window as unknown as { watched: Watched }).watched.client.disconnect());
    const { body } = await fetch(`${other.origin}/events`);
    await watch(`${other.origin}/events`);
    await expect.poll(async () => (await shown()).delays.length).toBeGreaterThan(0);
    expect((await shown()).delays[0]).toBeGreaterThanOrEqual(1_000);
    await body?.cancel();
  });
});
