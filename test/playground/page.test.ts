import { spawnSync } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { buildPage } from '../../playground/page.ts';

const lock = fileURLToPath(new URL('../../playground/node_modules/.page.lock', import.meta.url));

test('a build that was interrupted holds up nobody', async () => {
  const folder = await buildPage();
  const { pid } = spawnSync(process.execPath, ['--version']);
  // As Ctrl+C leaves it.
  writeFileSync(lock, String(pid), { flag: 'wx' });
  utimesSync(join(folder, 'pushstream.js'), 0, 0);
  expect(await buildPage()).toBe(folder);
}, 110_000);
