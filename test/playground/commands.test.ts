import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE = { timeout: 10_000, interval: 100 };

const isUp = async (url: string): Promise<boolean> => (await fetch(url).catch(() => undefined))?.status === 200;

test.each([
  ['npm', ['start', '--', '--port=0']],
  ['node', ['scripts/start.mjs', '--port=0']],
] as const)('the playground does not outlive the %s that is killed above it', async (command, options) => {
  const child = spawn(command, options, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  onTestFinished(() => void child.kill('SIGKILL'));
  let url = '';
  for await (const line of createInterface(child.stdout)) {
    [url = ''] = /http:\/\/\S+/.exec(line) ?? [];
    if (url) break;
  }
  expect(await isUp(url)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await expect.poll(() => isUp(url), PATIENCE).toBe(false);
});
