import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE = { timeout: 10_000, interval: 100 };

const isUp = async (url: string): Promise<boolean> => (await fetch(url).catch(() => undefined))?.status === 200;

/** Started, by whatever command; resolves when it says where it is. */
async function start(command: string, options: readonly string[]) {
  const child = spawn(command, options, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const [url] = /http:\/\/\S+/.exec(line) ?? [];
    if (url !== undefined) return { child, url, ended };
  }
  throw new Error('Expected the URL of the playground, got the end of its output');
}

test.each([
  ['npm', ['start', '--', '--port=0']],
  ['node', ['scripts/start.mjs', '--port=0']],
] as const)('the playground does not outlive the %s that is killed above it', async (command, options) => {
  const { child, url, ended } = await start(command, options);
  expect(await isUp(url)).toBe(true);
  child.kill('SIGKILL');
  await ended;
  await expect.poll(() => isUp(url), PATIENCE).toBe(false);
});

test.each([
  ['SIGKILL', 1],
  ['SIGTERM', 0],
] as const)('a playground that somebody ends by %s ends its command with %i', async (signal, code) => {
  const { child, ended } = await start('node', ['scripts/start.mjs', '--port=0']);
  const all = spawnSync('ps', ['-eo', 'pid,ppid'], { encoding: 'utf8' }).stdout;
  const [, playground] = new RegExp(`^ *(\\d+) +${child.pid}$`, 'm').exec(all) ?? [];
  process.kill(Number(playground), signal);
  expect(await ended).toEqual([code, null]);
});
