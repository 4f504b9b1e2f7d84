import { type ChildProcess, spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from '../../packages/server/src/log/redis/connection.ts';
import { end, mortalDirectory, somePort, spawnMortal } from './reaper.ts';

/** Whether there is a `redis-server` on this machine. */
export const hasRedis = (): boolean => spawnSync('redis-server', ['--version']).status === 0;

/** How a Redis keeps what it has, and who may ask it. */
export interface RedisOptions {
  /** When what is acknowledged is on the disk; `off`: never. @default 'off' */
  readonly append?: 'always' | 'everysec' | 'off';
  readonly password?: string;
}

/** A Redis of one's own: its own process, port and directory. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Asks it something, on a connection for that alone. */
  command(...words: readonly string[]): Promise<unknown>;
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

/** Starts a server; without a port, on a free one. */
export async function startRedis(options: RedisOptions = {}, port?: number): Promise<RedisServer> {
  for (;;) {
    const directory = mortalDirectory('pushstream-redis');
    const server = createServer(port ?? somePort(), directory, options);
    if (await server.launch()) return server;
    rmSync(directory, { recursive: true, force: true });
    if (port !== undefined) throw new Error(`Expected port ${port} to be free`);
  }
}

function argumentsOf(port: number, directory: string, { append = 'off', password }: RedisOptions): string[] {
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
  return [...settings].flatMap(([name, value]) => [`--${name}`, value]);
}

function createServer(
  port: number,
  directory: string,
  options: RedisOptions,
): RedisServer & { launch(): Promise<boolean> } {
  let child: ChildProcess | undefined;
  const { password } = options;
  const url = `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`;
  const args = argumentsOf(port, directory, options);

  /** `false` where the port is taken. */
  function launch(): Promise<boolean> {
    const starting = spawnMortal('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child = starting;
    return new Promise((resolve, reject) => {
      starting.on('error', (cause) => reject(new Error('Expected a redis-server on the PATH', { cause })));
      starting.on('exit', () => resolve(false));
      starting.stdout?.on('data', (chunk: Buffer) => {
        if (chunk.includes('Ready to accept connections')) resolve(true);
      });
    });
  }

  async function command(...words: readonly string[]): Promise<unknown> {
    const connection = createConnection(new URL(url), { disableClientInfo: true });
    connection.on('error', () => {});
    try {
      await connection.connect();
      return await connection.sendCommand(words);
    } finally {
      connection.destroy();
    }
  }

  return {
    launch,
    port,
    url,
    command,
    kill: () => end(child, 'SIGKILL'),
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
      await end(child, 'SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
