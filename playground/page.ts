import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where the built page is. */
const FOLDER = at('dist');

const NEW = at('node_modules/.page');
const LOCK = at('node_modules/.page.lock');
const LOCK_MS = 120_000;
const inputs = [
  'src',
  'umd',
  'public',
  'index.html',
  'theme.css',
  'build.ts',
  'vite.config.ts',
  'contract.ts',
  'task-events.ts',
  'package.json',
  ...['protocol', 'client', 'react', 'vue', 'svelte', 'inspector'].map((name) => `../packages/${name}/src`),
  '../packages/client/dist/pushstream.min.js',
];

/** The page, built where it is older than what it is made of. Gives its folder. */
export async function buildPage(): Promise<string> {
  while (isStale()) {
    if (!lock()) {
      // Somebody builds it.
      await sleep(100);
      continue;
    }
    try {
      if (isStale()) await build();
    } finally {
      rmSync(LOCK, { recursive: true, force: true });
    }
  }
  return FOLDER;
}

/** Into a folder of its own first: who has the page open gets the old one whole, or the new one. */
async function build(): Promise<void> {
  rmSync(NEW, { recursive: true, force: true });
  await run([at('build.ts'), NEW]);
  rmSync(FOLDER, { recursive: true, force: true });
  renameSync(NEW, FOLDER);
}

function run(arguments_: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, arguments_, {
      // A test's own environment is none that a page runs in.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`The page could not be built: ${code}`))));
  });
}

function lock(): boolean {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    // Of somebody who ended before he was done.
    if (hasEnded(LOCK) || Date.now() - modified(LOCK) > LOCK_MS) rmSync(LOCK, { recursive: true, force: true });
    return false;
  }
}

/** Whether it was written by a process that is no more; `false` where that cannot be said. */
function hasEnded(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return pid > 0 && !process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function isStale(): boolean {
  return Math.max(...inputs.map((path) => newest(at(path)))) > modified(join(FOLDER, 'pushstream.js'));
}

function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0;
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return Math.max(stat.mtimeMs, ...files.map((file) => modified(join(path, file))));
}

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
