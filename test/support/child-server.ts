import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What the server's process tells. */
export type ChildMessage =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'opened' | 'closed'; readonly connection: number };

/** What every event of the server says about itself; its id is its number. */
export interface ChildEvent {
  readonly number: number;
  readonly pid: number;
  readonly connection: number;
}

export interface ChildServer extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  /** Connections that it knows to be closed. */
  readonly closed: readonly number[];
  /** SIGKILL: nothing is said to anybody; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: the kernel still accepts and acknowledges, nobody answers. */
  stop(): void;
  /** SIGCONT. */
  go(): void;
}

/** Below the ports that outgoing connections are given, so that nobody takes one while its server is down. */
const somePort = (): number => 20_000 + Math.floor(Math.random() * 10_000);

/** Starts a server in a process of its own; without a port, on a free one. */
export async function childServer(port?: number): Promise<ChildServer> {
  for (;;) {
    const started = await start(port ?? somePort());
    if (started) return started;
    if (port !== undefined) throw new Error(`Expected port ${port} to be free`);
  }
}

/** `undefined` where the port is taken. */
async function start(port: number): Promise<ChildServer | undefined> {
  const child = fork(new URL('child-server-process.ts', import.meta.url), [String(port)], { execArgv: [] });
  const closed: number[] = [];
  const listening = new Promise<boolean>((resolve) => {
    child.on('exit', () => resolve(false));
    child.on('message', (message: ChildMessage) => {
      if (message.type === 'listening') resolve(true);
      else if (message.type === 'closed') closed.push(message.connection);
    });
  });
  if (!(await listening)) return undefined;
  return {
    pid: child.pid ?? 0,
    port,
    url: `http://127.0.0.1:${port}/events`,
    closed,
    kill: () => kill(child),
    stop: () => void child.kill('SIGSTOP'),
    go: () => void child.kill('SIGCONT'),
    [Symbol.asyncDispose]: () => kill(child),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
