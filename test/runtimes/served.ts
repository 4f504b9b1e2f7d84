import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { SessionInfo, Stats } from '../../packages/server/src/index.ts';
import type { ProcessRuntime } from './processes.ts';

/** What a process tells of its hub. */
interface Seen {
  readonly sessions: readonly SessionInfo[];
  readonly stats: Stats;
  readonly rss: number;
}

/** A hub that is served by a process of another runtime. */
export interface Served extends AsyncDisposable {
  readonly version: string;
  readonly origin: string;
  /** Publishes these numbers; the cursor behind them. */
  publish(from: number, to: number, pad?: number): Promise<string>;
  watch(): Promise<Seen>;
  /** Closes hub and host. */
  close(): Promise<void>;
  /** What it wrote to stderr. */
  readonly complaints: string;
  /** Its code, when it has ended. */
  readonly exit: Promise<number | null>;
}

/** Starts one, beside `serving.mjs` and the server that it imports. */
export async function serveIn(
  { file, args }: ProcessRuntime,
  folder: string,
  host: string,
  heartbeatMs: number,
): Promise<Served> {
  const child = spawn(file, [...args, 'serving.mjs', host, String(heartbeatMs)], { cwd: folder });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function next(): Promise<unknown> {
    const { done, value } = await lines.next();
    if (done) throw new Error(`Expected ${file} to answer, got: ${complaints}`);
    return JSON.parse(value);
  }
  function call(...what: readonly unknown[]): Promise<unknown> {
    child.stdin.write(`${JSON.stringify(what)}\n`);
    return next();
  }

  const { version, port } = (await next()) as { version: string; port: number };
  return {
    version,
    origin: `http://127.0.0.1:${port}`,
    publish: async (from, to, pad = 0) => (await call('publish', from, to, pad)) as string,
    watch: async () => (await call('watch')) as Seen,
    async close() {
      await call('close');
      child.stdin.end();
    },
    get complaints() {
      return complaints;
    },
    exit,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exit;
    },
  };
}
