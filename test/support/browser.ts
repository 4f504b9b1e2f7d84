import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Burst, FaultName, Ledger } from '../../playground/contract.ts';
import { buildPage } from '../../playground/page.ts';
import { type Playground, type PlaygroundOptions, startPlayground } from '../../playground/server/playground.ts';
import type { Harness } from '../../playground/src/harness.ts';
import { chromiumMayMiss, chromiumPath, launchChromium } from './chromium.ts';

const PATIENCE_MS = 30_000;

if (!chromiumPath && chromiumMayMiss) {
  console.warn('Skipped: no `chromium` on the PATH, and tests of the real browser need one.');
}

/** A page of the playground, and what it complained about. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: string[];
  /** The `Last-Event-ID` of each request for the event stream so far. */
  readonly cursors: (string | undefined)[];
  /** Reads something of the page's own harness. */
  read<T, Argument = undefined>(
    reader: (playground: Harness, argument: Argument) => T,
    argument?: Argument,
  ): Promise<T>;
  /** Waits until the page's harness satisfies a condition. */
  until<Argument = undefined>(
    condition: (playground: Harness, argument: Argument) => boolean,
    argument?: Argument,
  ): Promise<void>;
  /** Text of an element. */
  shown(id: string): Promise<string>;
}

/** A playground and a browser, for one block of tests. */
interface BrowserTests {
  readonly playground: Playground;
  open(path: string): Promise<OpenPage>;
  /** Presses a button of the server's. */
  fault(name: FaultName, options?: { readonly seconds?: number; readonly share?: number }): Promise<void>;
  burst(burst: Burst): Promise<void>;
  ledger(after: string): Promise<Ledger>;
}

/** Tests against real Chromium. Without one they are skipped, except in CI, where they fail. */
export function describeInChromium(
  name: string,
  options: Omit<PlaygroundOptions, 'port' | 'folder'>,
  body: (tests: BrowserTests) => void,
): void {
  describe.skipIf(!chromiumPath && chromiumMayMiss)(name, () => {
    let playground: Playground | undefined;
    let browser: Browser | undefined;

    beforeAll(async () => {
      playground = await startPlayground({ port: 0, folder: await buildPage(), ...options });
      browser = await launchChromium();
    });
    afterAll(async () => {
      await browser?.close();
      await playground?.close();
    });

    const started = (): Playground => {
      if (!playground) throw new Error('Expected a playground, but it did not start');
      return playground;
    };
    body({
      get playground() {
        return started();
      },
      async open(path) {
        if (!browser) throw new Error('Expected a browser, but it did not start');
        return openPage(await browser.newPage(), new URL(path, started().url).href);
      },
      async fault(fault, asked = {}) {
        const query = new URLSearchParams(Object.entries(asked).map(([part, value]) => [part, String(value)]));
        await post(started(), `api/faults/${fault}?${query}`);
      },
      burst: (burst) => post(started(), 'api/burst', burst),
      async ledger(after) {
        const response = await fetch(new URL(`api/ledger?after=${after}`, started().url));
        return (await response.json()) as Ledger;
      },
    });
  });
}

async function post({ url }: Playground, path: string, body?: object): Promise<void> {
  const { status } = await fetch(new URL(path, url), { method: 'POST', body: body ? JSON.stringify(body) : null });
  expect(status).toBe(204);
}

async function openPage(page: Page, url: string): Promise<OpenPage> {
  const complaints: string[] = [];
  const cursors: (string | undefined)[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/events') cursors.push(request.headers()['last-event-id']);
  });
  await page.exposeFunction('complain', (text: string) => complaints.push(text));
  await page.addInitScript(() => {
    const { complain } = globalThis as unknown as { complain: (text: string) => void };
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      complain(`${violatedDirective}: ${blockedURI}`),
    );
  });
  await page.goto(url);
  await page.waitForFunction(() => window.playground?.client.status === 'open');

  const read: OpenPage['read'] = async (reader, argument) => {
    const harness = await page.evaluateHandle(() => window.playground);
    return harness.evaluate<never, unknown>(reader as never, argument);
  };
  return {
    page,
    complaints,
    cursors,
    read,
    until: (condition, argument) =>
      expect
        .poll(() => read(condition, argument), {
          message: condition.toString(),
          timeout: PATIENCE_MS,
          interval: 25,
        })
        .toBe(true),
    shown: async (id) => (await page.locator(`#${id}`).textContent()) ?? '',
  };
}
