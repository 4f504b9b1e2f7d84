import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('reaper-process.ts', import.meta.url));

/** The end of its input is the end of this process; it is not to wait for it. */
let reaper: { readonly child: ChildProcess; readonly input: NodeJS.WritableStream } | undefined;

function start(): NonNullable<typeof reaper> {
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const input = child.stdin;
  input.on('error', () => {});
  child.unref();
  if ('unref' in input && typeof input.unref === 'function') input.unref();
  return { child, input };
}

function tell(line: string): void {
  reaper ??= start();
  reaper.input.write(`${line}\n`);
}

/** Starts a process that does not outlive this one, however this one ends. */
export function spawnMortal(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options);
  const { pid } = child;
  if (pid !== undefined) {
    tell(`+${pid}`);
    child.once('exit', () => tell(`-${pid}`));
  }
  return child;
}

/** A directory that does not outlive this process. */
export function mortalDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `${name}-`));
  tell(directory);
  return directory;
}

/** Whether a process has neither ended nor failed to begin. */
export const isAlive = (child: ChildProcess | undefined): child is ChildProcess =>
  child?.pid !== undefined && child.exitCode === null && child.signalCode === null;

/** Sends a signal; resolves when the process is gone. */
export async function end(child: ChildProcess | undefined, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (!isAlive(child)) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** Below the ports that outgoing connections are given, so that nobody takes one while its server is down. */
export const somePort = (): number => 10_000 + Math.floor(Math.random() * 20_000);
