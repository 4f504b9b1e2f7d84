import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A runtime that runs in a process of its own. */
export interface ProcessRuntime {
  readonly name: string;
  readonly file: string;
  /** What comes before the script. */
  readonly args: readonly string[];
  readonly version: RegExp;
}

/** A process that ended, by itself. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly complaints: string;
  /** From its last word to its end. */
  readonly lingeredMs: number;
}

const PATIENCE_MS = 45_000;

const installed = (path: string): string => fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));
const node = (major: number, folder: string): ProcessRuntime => ({
  name: `Node ${major}`,
  file: installed(folder),
  args: [],
  version: new RegExp(`^v${major}\\.`),
});

export const processRuntimes: readonly ProcessRuntime[] = [
  node(20, 'node-20/bin/node'),
  node(22, 'node-22/bin/node'),
  node(24, '../../../node_modules/node/bin/node'),
  node(26, 'node-26/bin/node'),
  { name: 'Bun', file: installed('.bin/bun'), args: ['--no-install'], version: /^1\./ },
  {
    name: 'Deno',
    // Not its wrapper: that one ends alone.
    file: installed('deno/deno'),
    args: ['run', '--quiet', '--no-remote', '--no-lock', '--node-modules-dir=manual', '--allow-net=127.0.0.1'],
    version: /^2\./,
  },
];

/** Whether this platform has it. */
export const isThere = ({ file }: ProcessRuntime): boolean => spawnSync(file, ['--version']).status === 0;

/** Runs the runner until it ends by itself; one that does not is an error. */
export function runToEnd({ file, args }: ProcessRuntime, folder: string, words: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args, 'runner.mjs', ...words], { cwd: folder });
    let output = '';
    let complaints = '';
    let saidAt = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      saidAt = performance.now();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(impatience);
      if (signal) reject(new Error(`Expected it to end by itself within ${PATIENCE_MS} ms\n${output}${complaints}`));
      else resolve({ code, output, complaints, lingeredMs: performance.now() - saidAt });
    });
  });
}
