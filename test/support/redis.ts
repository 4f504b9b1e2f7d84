import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from '../../packages/server/src/log/redis/connection.ts';

/** Whether there is a `redis-server` on this machine. */
export const hasRedis: boolean = spawnSync('redis-server', ['--version']).status === 0;

export interface RedisOptions {
  /** When what is acknowledged is on the disk; `off`: never. @default 'off' */
  readonly append?: 'always' | 'everysec' | 'off';
  readonly password?: string;
}

/** A Redis of a test's own: its own process, port and directory. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Asks it something, on a connection for that alone. */
  command(...words: string[]): Promise<unknown>;
  /** SIGKILL: nothing is written any more. */
  kill(): Promise<void>;
  /** Starts it anew on the same port, with what its directory has. */
  start(): Promise<void>;
  /** SIGSTOP: the kernel still accepts, nobody answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Ends the connections of others: of all, or of those that wait in `XREAD`, or of the rest. */
  cut(which?: 'all' | 'readers' | 'callers'): Promise<number>;
  /** Remembers what is stored, and puts it back later, as who restores a copy does. */
  copy(): Promise<() => Promise<void>>;
}

/** Below the ports that outgoing connections are given, so that nobody takes one while its server is down. */
const somePort = (): number => 10_000 + Math.floor(Math.random() * 10_000);

/** Starts a server; without a port, on a free one. */
export async function startRedis(options: RedisOptions = {}, port?: number): Promise<RedisServer> {
  for (;;) {
    const directory = mkdtempSync(join(tmpdir(), 'pushstream-redis-'));
    const server = createServer(port ?? somePort(), directory, options);
    if (await server.launch()) return server;
    rmSync(directory, { recursive: true, force: true });
    if (port !== undefined) throw new Error(`Expected port ${port} to be free`);
  }
}

/** A port on which nothing listens, for a server that comes later. */
export async function freePort(): Promise<number> {
  const server = await startRedis();
  await server[Symbol.asyncDispose]();
  return server.port;
}

function createServer(
  port: number,
  directory: string,
  { append = 'off', password }: RedisOptions,
): RedisServer & { launch(): Promise<boolean> } {
  let child: ChildProcess | undefined;
  const url = `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`;
  const settings = new Map([
    ['port', String(port)],
    ['bind', '127.0.0.1'],
    ['dir', directory],
    ['save', ''],
    ['enable-debug-command', 'local'],
    ['appendonly', append === 'off' ? 'no' : 'yes'],
  ]);
  if (append !== 'off') settings.set('appendfsync', append);
  if (password !== undefined) settings.set('requirepass', password);
  const args = [...settings].flatMap(([name, value]) => [`--${name}`, value]);

  /** `false` where the port is taken. */
  function launch(): Promise<boolean> {
    const starting = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child = starting;
    return new Promise((resolve) => {
      starting.on('exit', () => resolve(false));
      starting.stdout.on('data', (chunk: Buffer) => {
        if (chunk.includes('Ready to accept connections')) resolve(true);
      });
    });
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async function command(...words: string[]): Promise<unknown> {
    const connection = createConnection(new URL(url), { disableClientInfo: true });
    connection.on('error', () => {});
    try {
      await connection.connect();
      return await connection.sendCommand(words);
    } finally {
      connection.destroy();
    }
  }

  const server: RedisServer & { launch(): Promise<boolean> } = {
    launch,
    port,
    url,
    command,
    kill,
    async start() {
      if (!(await launch())) throw new Error('Expected redis-server to start again');
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async cut(which = 'all') {
      const list = String(await command('CLIENT', 'LIST', 'TYPE', 'normal'))
        .trim()
        .split('\n');
      const ids = list
        .filter((line) => !line.includes('cmd=client'))
        .filter((line) => which === 'all' || line.includes('cmd=xread') === (which === 'readers'))
        .map((line) => /\bid=(\d+)/.exec(line)?.[1] ?? '');
      const cut = await Promise.all(ids.map((id) => command('CLIENT', 'KILL', 'ID', id)));
      return cut.filter((count) => count === 1).length;
    },
    async copy() {
      await command('SAVE');
      const file = join(directory, 'dump.rdb');
      cpSync(file, `${file}.copy`);
      return async () => {
        cpSync(`${file}.copy`, file);
        await command('DEBUG', 'RELOAD', 'NOSAVE');
      };
    },
    async [Symbol.asyncDispose]() {
      child?.kill('SIGCONT');
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return server;
}
