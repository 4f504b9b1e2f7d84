import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { source as axe } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { payloads } from '../inspector/payloads.ts';
import { chromiumMayMiss, chromiumPath, launchChromium } from '../support/chromium.ts';
import { type Exchange, type HttpServer, httpServer } from '../support/http-server.ts';

const built = (path: string): string => fileURLToPath(new URL(`../../packages/${path}`, import.meta.url));
const scripts: Readonly<Record<string, string>> = {
  '/client.js': built('client/dist/pushstream.min.js'),
  '/inspector.js': built('inspector/dist/pushstream-inspector.min.js'),
};

/** As strict as a policy can be for a page with scripts; nothing may be made of text. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
// No encoding is told: what is loaded must not need one.
const content = `<!doctype html><html lang="en"><title>Inspector</title><link rel="icon" href="data:,">
  <meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/page.css">
  <main><h1>Inspector</h1><pushstream-inspector></pushstream-inspector></main>
  `;
const tag = (name: string): string => `<script src="/${name}.js"></script>`;
/** The element's own script comes last: until then it is any element. */
const late = content + ['client', 'page', 'late', 'inspector'].map(tag).join('');
const prompt = content + ['client', 'inspector', 'page'].map(tag).join('');
const css = 'html { color-scheme: light dark } body { margin: 8px; font-family: sans-serif } h1 { font-size: 1rem }';
const script = `
  window.client = new PushStream.EventClient('/events?token=secret', { heartbeatTimeoutMs: false });
  client.on('task.*', () => {});
  client.connect();
`;

const assign = `Object.assign(document.querySelector('pushstream-inspector'), { client, limit: 7 });`;

/** The page's own. */
declare const client: { readonly status: string; readonly lastEventId: string };

describe.skipIf(!chromiumPath && chromiumMayMiss)('the inspector in Chromium', () => {
  let browser: Browser;
  let server: HttpServer;
  let stream: Exchange['response'] | undefined;

  beforeAll(async () => {
    const missing = Object.values(scripts).filter((file) => !existsSync(file));
    if (missing.length > 0) throw new Error(`Expected ${missing.join(', ')}: \`npm run build\` makes them`);
    server = await httpServer((exchange) => {
      const { pathname } = new URL(exchange.target, 'http://server.test');
      const file = scripts[pathname];
      if (pathname === '/events') stream = exchange.stream();
      else if (file) exchange.answer(200, { 'content-type': 'text/javascript' }, readFileSync(file, 'utf8'));
      else if (pathname === '/page.js') exchange.answer(200, { 'content-type': 'text/javascript' }, script);
      else if (pathname === '/late.js') exchange.answer(200, { 'content-type': 'text/javascript' }, assign);
      else if (pathname === '/page.css') exchange.answer(200, { 'content-type': 'text/css' }, css);
      else
        exchange.answer(
          200,
          { 'content-type': 'text/html', 'content-security-policy': policy },
          pathname === '/late' ? late : prompt,
        );
    });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  let complaints: string[] = [];
  beforeEach(() => {
    complaints = [];
  });

  /** A page whose client is open, shown or not. */
  async function open(options: Parameters<Browser['newPage']>[0] = {}, isShown = true, path = '/'): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 700 }, ...options });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(server.origin) && !request.url().startsWith('data:'))
        complaints.push(request.url());
    });
    await page.goto(server.origin + path);
    await page.waitForFunction(() => client.status === 'open');
    if (isShown)
      await page.evaluate(() => {
        const element = document.querySelector('pushstream-inspector');
        if (element) Object.assign(element, { client });
      });
    return page;
  }

  const send = (text: string): void => void stream?.write(text);
  const progress = (n: number): string =>
    `event: task.progress\nid: ${n}\ndata: {"taskId":"a","percentage":${n % 100}}\n\n`;
  const many = (from: number, to: number): string =>
    Array.from({ length: to - from + 1 }, (_one, at) => progress(from + at)).join('');
  const busy = `: hb\n\n${many(1, 60)}event: other\ndata: 1\n\nevent: task.x\ndata: {\n\nevent: pushstream.dropped\ndata: {"count":2,"from":"61","to":"62"}\n\nevent: pushstream.reset\nid: 70\ndata: {"reason":"trimmed","requested":"60","resumedFrom":"70"}\n\n`;

  /** Sends, and waits until the last id is shown as the cursor. */
  async function show(page: Page, text: string, cursor: string): Promise<void> {
    send(text);
    await page.locator('dd').first().filter({ hasText: cursor }).waitFor();
  }

  test('it works under a policy that forbids inline code, inline styles and text as markup', async () => {
    const page = await open();
    await show(page, busy, '70');
    await page.locator('[role=option]:visible').last().click();
    await page.locator('.detail:not([hidden])').waitFor();
    expect(await page.locator('.status').textContent()).toBe('open');
    expect(await page.locator('.url').textContent()).toBe(`${server.origin}/events?…`);
    const look = await page.locator('.columns').evaluate((row) => getComputedStyle(row).display);
    expect([look, complaints]).toEqual(['flex', []]);
    await page.close();
  });

  test('what was set before the element was defined counts', async () => {
    const page = await open({}, false, '/late');
    await page.locator('.status', { hasText: 'open' }).waitFor();
    expect(await page.locator('pushstream-inspector').getAttribute('limit')).toBe('7');
    await page.close();
  });

  test('payloads of markup and script are text: nothing runs, nothing is loaded', async () => {
    const page = await open();
    for (const [at, payload] of payloads.entries())
      send(`: ${payload}\n\nevent: ${payload}\nid: ${payload}\ndata: ${payload}\n\nid: ${at}\n\n`);
    await show(page, '', String(payloads.length - 1));
    for (const view of ['events', 'frames']) {
      await page.locator(`#tab-${view}`).click();
      await page.locator('.list').focus();
      for (const key of ['Home', ...Array<string>(payloads.length).fill('ArrowDown')]) {
        await page.keyboard.press(key);
        await page.evaluate(() => new Promise(requestAnimationFrame));
      }
    }
    const shown = await page.locator('pre').textContent();
    expect(shown?.length).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    test.each([1280, 390])('at %d pixels axe finds nothing, and nothing overflows', async (width) => {
      const page = await open({ colorScheme, viewport: { width, height: 800 } });
      await page.evaluate(() => document.querySelector('pushstream-inspector')?.toggleAttribute('controls'));
      const violations = async (): Promise<unknown> => {
        await page.evaluate(axe);
        return page.evaluate(async () => {
          const { run } = (window as unknown as { axe: { run(): Promise<{ violations: Found[] }> } }).axe;
          interface Found {
            readonly id: string;
            readonly impact: string;
            readonly nodes: readonly { readonly html: string }[];
          }
          return (await run()).violations.map(({ id, impact, nodes }) => [id, impact, nodes.map(({ html }) => html)]);
        });
      };
      expect(await violations()).toEqual([]);
      await show(page, busy, '70');
      await page.locator('[role=option]').nth(2).click();
      for (const view of ['events', 'frames', 'timeline', 'listeners']) {
        await page.locator(`#tab-${view}`).click();
        await page.locator(`[data-view=${view}]`).waitFor();
        expect(await violations()).toEqual([]);
        const overflowing = await page
          .locator('pushstream-inspector')
          .evaluate(({ shadowRoot }) =>
            [
              document.documentElement,
              ...(shadowRoot?.querySelectorAll('.head, .bar, .tabs, .tools, .controls, .list') ?? []),
            ]
              .filter((one) => one.scrollWidth > one.clientWidth)
              .map((one) => one.className),
          );
        expect(overflowing).toEqual([]);
      }
      await page.close();
    });
  });

  test('a theme is light or dark whatever the system is', async () => {
    const page = await open({ colorScheme: 'dark' });
    const backgrounds = await page.locator('pushstream-inspector').evaluate((element) =>
      ['', 'light', 'dark'].map((theme) => {
        element.setAttribute('theme', theme);
        return getComputedStyle(element).backgroundColor;
      }),
    );
    expect(backgrounds[0]).toBe(backgrounds[2]);
    expect(backgrounds[1]).toBe('rgb(255, 255, 255)');
    await page.close();
  });

  test('nothing moves for who wants no motion', async () => {
    for (const [reducedMotion, moves] of [
      ['reduce', false],
      ['no-preference', true],
    ] as const) {
      const page = await open({ reducedMotion });
      stream?.destroy();
      await page.locator('[data-status=reconnecting]').waitFor();
      const animation = await page
        .locator('.status')
        .evaluate((status) => getComputedStyle(status, '::before').animationName !== 'none');
      expect(animation).toBe(moves);
      await page.close();
    }
  });

  test('Tab reaches tabs, filter, buttons and log, each with a visible focus', async () => {
    const page = await open();
    await show(page, busy, '70');
    const seen: string[] = [];
    for (let press = 0; press < 5; press += 1) {
      await page.keyboard.press('Tab');
      seen.push(
        await page.evaluate(() => {
          const focused = document.activeElement?.shadowRoot?.activeElement;
          const { outlineStyle = '' } = focused ? getComputedStyle(focused) : {};
          return `${focused?.role ?? focused?.localName} ${outlineStyle}`;
        }),
      );
    }
    expect(seen).toEqual(['tab solid', 'input solid', 'button solid', 'button solid', 'listbox solid']);
    await page.close();
  });

  test('it follows the newest line until somebody scrolls away, then what is read stays where it is', async () => {
    const page = await open();
    await page.evaluate(() => Object.assign(document.querySelector('pushstream-inspector') ?? {}, { limit: 100 }));
    const list = page.locator('.list');
    const last = (): Promise<string | null> => page.locator('[role=option]:visible .id').last().textContent();
    const first = (): Promise<string> =>
      list.evaluate((element) => {
        const top = element.getBoundingClientRect().top;
        const rows = [...element.querySelectorAll('.row')];
        const row = rows.find((one) => one.getBoundingClientRect().bottom > top + 1);
        return `${row?.querySelector('.id')?.textContent} ${(row?.getBoundingClientRect().top ?? 0) - top}`;
      });
    await show(page, many(1, 100), '100');
    expect(await last()).toBe('100');
    await show(page, many(101, 150), '150');
    expect(await last()).toBe('150');
    await list.evaluate((element) => element.scrollTo(0, 1_213));
    await page.getByRole('button', { name: 'Newest' }).waitFor();
    const before = await first();
    await show(page, many(151, 180), '180');
    expect(await first()).toBe(before);
    await page.getByRole('button', { name: 'Newest' }).click();
    await page.locator('[role=option]:visible .id').last().filter({ hasText: '180' }).waitFor();
    await page.close();
  });

  test('nothing in the page moves while events stream', async () => {
    const page = await open({ viewport: { width: 390, height: 800 } });
    await show(page, progress(1), '1');
    await page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((found) => shifts.push(...found.getEntries().map((one) => Object(one).value))).observe({
        type: 'layout-shift',
      });
    });
    for (let n = 2; n < 300; n += 20) await show(page, many(n, n + 19), String(n + 19));
    const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
    expect(shifts.reduce((sum, one) => sum + one, 0)).toBeLessThan(0.01);
    await page.close();
  });

  test('10,000 events at once: no long task that the client alone does not have', async () => {
    const ROUNDS = 3;
    async function burst(isShown: boolean): Promise<number> {
      const page = await open({}, isShown);
      await page.evaluate(() => {
        const tasks: number[] = [];
        Object.assign(window, { tasks });
        new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
          type: 'longtask',
        });
      });
      send(many(1, 10_000));
      await page.waitForFunction(() => client.lastEventId === '10000');
      if (isShown) await page.locator('dd').first().filter({ hasText: '10000' }).waitFor();
      await page.waitForTimeout(100);
      const tasks = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
      await page.close();
      return Math.max(0, ...tasks);
    }
    const alone: number[] = [];
    const shown: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      alone.push(await burst(false));
      shown.push(await burst(true));
    }
    // What else the machine does can only add to them.
    expect(Math.min(...shown)).toBeLessThanOrEqual(Math.max(50, Math.min(...alone)));
  });

  test('of events of megabytes it keeps what it shows, and of a thousand inspectors none', async () => {
    const page = await open();
    const session = await page.context().newCDPSession(page);
    const heap = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
      return usedSize / 2 ** 20;
    };
    await show(page, progress(1), '1');
    const before = await heap();
    for (let n = 0; n < 60; n += 1) send(`event: big\ndata: "${'x'.repeat(2 ** 20)}${n}"\n\n`);
    await show(page, progress(2), '2');
    expect((await heap()) - before).toBeLessThan(10);

    const left = await page.evaluate(() => {
      const elements: WeakRef<HTMLElement>[] = [];
      for (let n = 0; n < 1_000; n += 1) {
        const element = document.createElement('pushstream-inspector');
        Object.assign(element, { client });
        document.body.append(element);
        element.remove();
        elements.push(new WeakRef(element));
      }
      Object.assign(window, { elements });
      return elements.length;
    });
    expect(left).toBe(1_000);
    await heap();
    const alive = await page.evaluate(
      () =>
        (window as unknown as { elements: WeakRef<HTMLElement>[] }).elements.filter((one) => one.deref() !== undefined)
          .length,
    );
    expect(alive).toBeLessThan(5);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
