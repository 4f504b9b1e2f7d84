import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const file = fileURLToPath(new URL('../../../packages/server/src/cli/index.ts', import.meta.url));

/** The command as a process of its own. */
export interface Command {
  readonly child: ChildProcess;
  readonly out: string;
  readonly error: string;
  /** Resolves when it is over. */
  readonly exit: Promise<number | null>;
}

/** Runs it from its sources; what is left of it at the end of the test is ended. */
export function run(args: readonly string[], variables: Record<string, string> = {}): Command {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...variables },
  });
  let out = '';
  let error = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
  const exit = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    child,
    exit,
    get out() {
      return out;
    },
    get error() {
      return error;
    },
  };
}

/** One that serves. */
export interface Serving extends Command {
  readonly url: string;
}

/** Runs it on a free port until it listens. */
export async function serve(args: readonly string[], variables: Record<string, string> = {}): Promise<Serving> {
  const command = run(['--port', '0', ...args], variables);
  let isOver = false;
  void command.exit.then(() => (isOver = true));
  for (;;) {
    const url = /Address +(\S+)/.exec(command.error)?.[1];
    if (url !== undefined && command.error.endsWith('\n\n')) return Object.assign(command, { url });
    if (isOver) throw new Error(`It ended: ${command.error}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The lines of its log. */
export const logOf = ({ out }: Command): Array<Record<string, unknown>> =>
  out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
