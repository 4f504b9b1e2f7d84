import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installClient, pack, temporaryFolder } from '../packages/tarball.ts';
import { chromiumMayMiss as mayMiss, chromiumPath, launchChromium } from '../support/chromium.ts';
import { type Ended, isThere, processRuntimes, runToEnd } from './processes.ts';
import { suiteServer, type SuiteServer } from './server.ts';
import { names, type Result } from './suite.mjs';

/** From its last word to its end: less than any timer that a client could have left. */
const LINGER_MS = 2_000;

const tasks = ['fetch', 'node:http'];

let folder: string;
let project: string;
let server: SuiteServer;

beforeAll(async () => {
  folder = await temporaryFolder();
  project = join(folder, 'project');
  await installClient(await pack('client', folder), project);
  for (const file of ['runner.mjs', 'suite.mjs']) await copyFile(join(import.meta.dirname, file), join(project, file));
  server = await suiteServer({
    client: join(project, 'node_modules/pushstream-client/dist'),
    signals: join(project, 'node_modules/@preact/signals-core/dist'),
    suite: import.meta.dirname,
  });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Where one run has the server to itself. */
const place = (...words: readonly string[]): string => [server.origin, ...words.map(encodeURIComponent)].join('/');

/** One test per behaviour. */
function expectAll(results: () => readonly Result[]): void {
  test.each(names)('%s', (name) => {
    expect(results().find((result) => result.name === name)).toEqual({ name });
  });
}

describe.each(processRuntimes)('$name', (runtime) => {
  const isMissing = !isThere(runtime);
  const runs = new Map<string, Promise<Ended>>();

  // Mostly they wait: both at a time take half as long.
  beforeAll(() => {
    if (isMissing) return;
    for (const task of tasks) runs.set(task, runToEnd(runtime, project, [task, place(runtime.name, task)]));
  });

  describe.skipIf(isMissing && mayMiss).each(tasks)('runs the published package over %s:', (task) => {
    let ended: Ended;
    let outcome: { readonly version: string; readonly results: readonly Result[] };

    beforeAll(async () => {
      const run = runs.get(task);
      if (!run) throw new Error(`Expected ${runtime.file} to run: in CI nothing is skipped`);
      ended = await run;
      outcome = JSON.parse(ended.output || '{}') as typeof outcome;
    });

    test('it is the runtime that it should be, and it says nothing', () => {
      expect(ended).toMatchObject({ code: 0, complaints: '' });
      expect(outcome.version).toMatch(runtime.version);
    });

    expectAll(() => outcome.results);

    test('after disconnect() nothing keeps the process', () => {
      expect(ended.lingeredMs).toBeLessThan(LINGER_MS);
    });
  });

  test.skipIf(isMissing && mayMiss)('a listener that throws ends neither the stream nor the process', async () => {
    const { code, output, complaints } = await runToEnd(runtime, project, [
      'throwing',
      place(runtime.name, 'throwing'),
    ]);
    expect(complaints).toContain('thrown by a listener');
    expect({ code, output }).toEqual({ code: 0, output: 'received 2\n' });
  });
});

describe.skipIf(!chromiumPath && mayMiss)('Chromium runs the published package', () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${server.origin}/suite/page.html`);
    await page.waitForFunction(() => 'run' in window);
  });
  afterAll(() => browser?.close());

  describe.each([
    ['in a page, as an ES module', 'page'],
    ['in a worker, as a script', 'worker'],
    ['in a shared worker, as a script', 'sharedWorker'],
  ] as const)('%s:', (_name, where) => {
    let results: readonly Result[];

    beforeAll(async () => {
      results = await page.evaluate(
        ([name, baseUrl]) =>
          (window as unknown as Record<'run', Record<string, (url: string) => Promise<Result[]>>>).run[name]?.(
            baseUrl,
          ) ?? [],
        [where, place(where)] as const,
      );
    });

    expectAll(() => results);
  });

  test('the page has no uncaught error', () => {
    expect(complaints).toEqual([]);
  });
});
