import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { chromiumMayMiss, chromiumPath, launchChromium } from '../../support/chromium.ts';
import { bundle, complaintsOf, frameworks, requireBuilds } from './frameworks.ts';

requireBuilds();
// It imports what is built.
const { contract } = await import('../../adapters/contract.ts');

describe.skipIf(!chromiumPath && chromiumMayMiss)('the contract in Chromium', () => {
  let browser: Browser | undefined;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  describe.each(frameworks)('$name', (framework) => {
    let page: Page;
    let complaints: readonly string[] = [];

    beforeAll(async () => {
      if (!browser) throw new Error('Expected a browser, but it did not start');
      page = await browser.newPage();
      complaints = complaintsOf(page);
      await page.addScriptTag({ content: await bundle(framework, 'development') });
    });
    afterEach(() => expect(complaints).toEqual([]));
    afterAll(() => page.close());

    describe.each(Object.values(framework.drivers))('%s', (driver) => {
      test.each(contract)('$name', async ({ name }) => {
        await page.evaluate(([called, wanted]) => window.adapters?.run(called, wanted), [driver, name] as const);
      });
    });
  });
});
