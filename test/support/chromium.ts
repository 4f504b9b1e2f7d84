import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** For any Chromium that runs tests: as root, without a screen, and without calling home. */
export const chromiumArguments: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** In CI nothing is skipped. */
export const chromiumMayMiss: boolean = process.env['CI'] !== 'true';

/** The Chromium of the PATH; `undefined` where there is none. */
export const chromiumPath: string | undefined = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'chromium'))
  .find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** @throws {Error} Where there is none. */
export function requireChromium(): string {
  if (!chromiumPath) throw new Error('Expected `chromium` on the PATH: in CI nothing is skipped');
  return chromiumPath;
}

/** A headless Chromium, driven by Playwright. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: requireChromium(), args: [...chromiumArguments] });
}
