import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PushStreamOptions } from '../../../packages/server/src/index.ts';
import { numbers, publishNumbers } from '../../server/hosts/push.ts';
import { chromiumMayMiss, chromiumPath, launchChromium } from '../../support/chromium.ts';
import { elapse } from '../../support/until.ts';
import { type Site, startSite } from './site.ts';

interface Got {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

/** What a page keeps of its EventSource. */
interface Reading {
  readonly source: EventSource;
  readonly got: Got[];
  opens: number;
}

describe.skipIf(!chromiumPath && chromiumMayMiss)("Chromium's own EventSource", () => {
  let browser: Browser;
  let site: Site;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    await page.context().close();
    await site[Symbol.asyncDispose]();
  });

  async function visit(version: 1 | 2, options?: PushStreamOptions): Promise<void> {
    site = await startSite(version, options);
    page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    await page.goto(site.origin);
  }

  async function read(path: string): Promise<void> {
    await page.evaluate((url) => {
      const source = new EventSource(url);
      const reading: Reading = { source, got: [], opens: 0 };
      Object.assign(window, { reading });
      source.addEventListener('open', () => (reading.opens += 1));
      for (const type of ['pushstream.ready', 'pushstream.closing', 'tick', 'message']) {
        source.addEventListener(type, ({ data, lastEventId }: MessageEvent<string>) =>
          reading.got.push({ type, data, lastEventId }),
        );
      }
    }, path);
    await expect.poll(async () => (await of('pushstream.ready')).length).toBe(1);
  }

  const of = async (type: string): Promise<Got[]> => {
    const got = await page.evaluate(() => (window as unknown as { reading: Reading }).reading.got);
    return got.filter((event) => event.type === type);
  };
  const ticks = async (): Promise<unknown[]> => (await of('tick')).map(({ data }): unknown => JSON.parse(data));
  const readyState = (): Promise<number> =>
    page.evaluate(() => (window as unknown as { reading: Reading }).reading.source.readyState);

  describe.each([1, 2] as const)('over HTTP/%d', (version) => {
    test('gets ready first and typed events, and resumes by itself: each event once over three cuts', async () => {
      await visit(version);
      await read('/events');
      const [ready] = await of('pushstream.ready');
      expect(JSON.parse(ready?.data ?? '')).toMatchObject({ resumed: false, cursor: ready?.lastEventId });
      for (let round = 0; round < 3; round += 1) {
        await publishNumbers(site.push, round * 400 + 1, round * 400 + 200);
        await expect.poll(async () => (await ticks()).length).toBeGreaterThan(round * 400);
        site.cut();
        await publishNumbers(site.push, round * 400 + 201, round * 400 + 400);
        await expect.poll(async () => (await of('pushstream.ready')).length).toBe(round + 2);
      }
      await expect.poll(async () => (await ticks()).length).toBeGreaterThanOrEqual(1_200);
      expect(await ticks()).toEqual(numbers(1, 1_200));
      expect((await of('pushstream.ready')).slice(1).map(({ data }): unknown => JSON.parse(data))).toEqual(
        Array.from({ length: 3 }, () => expect.objectContaining({ resumed: true })),
      );
      expect(new Set(site.asked.map((each) => each.version))).toEqual(new Set([version]));
    });

    test('a stream that was cut before its first event is resumed: ready has an id', async () => {
      await visit(version);
      await read('/events');
      const cursor = await site.push.cursor();
      site.cut();
      await publishNumbers(site.push, 1, 3);
      await expect.poll(ticks).toEqual([1, 2, 3]);
      expect(site.asked[1]?.cursor).toBe(cursor);
    });

    test('heartbeats move its cursor past what a filter hides, without an event', async () => {
      await visit(version);
      await read('/events?type=tick');
      await publishNumbers(site.push, 1, 3);
      await expect.poll(ticks).toEqual([1, 2, 3]);
      for (let n = 0; n < 50; n += 1) await site.push.publish('other', n);
      const position = await site.push.cursor();
      await elapse(600);
      site.cut();
      await publishNumbers(site.push, 4, 5);
      await expect.poll(ticks).toEqual([1, 2, 3, 4, 5]);
      expect(site.asked[1]?.cursor).toBe(position);
      expect(await of('message')).toEqual([]);
    });

    test('a session that is killed comes back once, gets a 204, and is closed', async () => {
      await visit(version);
      await read('/events?session=this-tab');
      expect(await site.push.kill('this-tab')).toBe(true);
      await expect.poll(readyState).toBe(2);
      expect((await of('pushstream.closing')).map(({ data }): unknown => JSON.parse(data))).toEqual([
        { reason: 'killed', retryMs: 0 },
      ]);
      expect(site.push.sessions()).toEqual([]);
    });

    test('a page that is left has no session', async () => {
      await visit(version);
      await read('/events');
      expect(site.push.sessions()).toHaveLength(1);
      await page.goto('about:blank');
      await expect.poll(() => site.push.sessions()).toEqual([]);
    });
  });

  test('over HTTP/2 one page has twenty streams', async () => {
    await visit(2);
    await page.evaluate(() => {
      const sources = Array.from({ length: 20 }, (_, n) => new EventSource(`/events?session=${n}`));
      Object.assign(window, { sources });
    });
    await expect.poll(() => site.push.sessions().length).toBe(20);
  });

  describe('from a page of another origin', () => {
    let other: Site;
    afterEach(() => other[Symbol.asyncDispose]());

    /** A page of one site that reads another one. */
    async function visitFor(origins: (own: string) => readonly string[] | '*'): Promise<void> {
      await visit(1);
      other = await startSite(1, { origins: origins(site.origin) });
    }
    const outcome = (withCredentials: boolean): Promise<string> =>
      page.evaluate(
        ([url, credentials]) =>
          new Promise<string>((resolve) => {
            const source = new EventSource(`${url}/events`, { withCredentials: credentials });
            source.addEventListener('error', () => resolve('refused'));
            source.addEventListener('pushstream.ready', () => resolve('open'));
          }),
        [other.origin, withCredentials] as const,
      );

    test.each([
      ['a listed one', 'open', (own: string) => [own], true],
      ['a listed one, without cookies', 'open', (own: string) => [own], false],
      ['one that is not listed', 'refused', () => ['https://app.test'], false],
      ['one where none is listed', 'refused', () => [], false],
      ['any, without cookies', 'open', () => '*' as const, false],
      ['any, with cookies', 'refused', () => '*' as const, true],
    ])('S46: %s: %s', async (_name, expected, origins, credentials) => {
      await visitFor(origins);
      expect(await outcome(credentials)).toBe(expected);
    });
  });
});
