import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { end, isAlive, somePort, spawnMortal } from './reaper.ts';

const file = fileURLToPath(new URL('../../packages/server/src/cli/index.ts', import.meta.url));

/** Lines of its log that are remembered. */
const MOST_LINES = 200;

/** `draining`: it takes no new streams, and ends those that it has. */
type InstanceState = 'up' | 'draining' | 'down';

/** What an instance is started with. */
export interface InstanceOptions {
  readonly name: string;
  readonly redisUrl: string;
  readonly apiKey: string;
  readonly heartbeatMs: number;
  /** Over how long its streams are ended when it is drained. */
  readonly drainMs: number;
  /** Whose pages may read. */
  readonly origins: readonly string[];
  /** Told of each change of its state. */
  readonly changed: () => void;
}

/** One `pushstream-server` of several: the real command, as a process of its own. */
export interface Instance {
  readonly name: string;
  /** Kept from start to start, if nobody has taken it meanwhile; 0 before the first. */
  readonly port: number;
  readonly url: string;
  readonly pid: number | undefined;
  readonly state: InstanceState;
  /** The newest lines of its log, and what it said before it ended. */
  readonly log: readonly string[];
  /** Resolves when it listens; nothing to do where it does. */
  start(): Promise<void>;
  /** SIGKILL: nothing is said to anybody. */
  kill(): Promise<void>;
  /** SIGTERM: resolves when its streams are ended and it is gone. */
  drain(): Promise<void>;
  /** SIGSTOP: the kernel still accepts and acknowledges, nobody answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Open streams, as it counts them; 0 where it does not say. */
  streams(): Promise<number>;
}

/** An instance that is not started yet. */
export function createInstance(options: InstanceOptions): Instance {
  const { name, redisUrl, apiKey, heartbeatMs, drainMs, origins, changed } = options;
  let child: ChildProcess | undefined;
  let port = 0;
  let state: InstanceState = 'down';
  let log: string[] = [];

  function become(next: InstanceState): void {
    if (state === next) return;
    state = next;
    changed();
  }

  function note(text: string): void {
    log = [...log, ...text.split('\n').filter(Boolean)].slice(-MOST_LINES);
  }

  /** `false` where the port is taken. */
  function launch(at: number): Promise<boolean> {
    const numbers = ['--port', at, '--heartbeat-ms', heartbeatMs, '--drain-ms', drainMs].map(String);
    const pages = origins.flatMap((origin) => ['--origin', origin]);
    const starting = spawnMortal(process.execPath, [file, ...numbers, ...pages, '--log-level', 'warn'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], PUSHSTREAM_API_KEY: apiKey, PUSHSTREAM_REDIS_URL: redisUrl },
    });
    child = starting;
    starting.stdout?.setEncoding('utf8').on('data', note);
    return new Promise((resolve, reject) => {
      let said = '';
      starting.on('error', reject);
      starting.stderr?.setEncoding('utf8').on('data', (text: string) => {
        if (state !== 'down') {
          note(text);
          return;
        }
        said += text;
        if (said.includes('Address')) resolve(true);
      });
      starting.on('exit', () => {
        if (child === starting) become('down');
      });
      // By then it has said everything.
      starting.on('close', () => {
        if (said.includes('is in use')) resolve(false);
        else reject(new Error(`Expected instance ${name} to listen, got its end: ${said}`));
      });
    });
  }

  return {
    name,
    get port() {
      return port;
    },
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    get pid() {
      return isAlive(child) ? child.pid : undefined;
    },
    get state() {
      return state;
    },
    get log() {
      return log;
    },
    async start() {
      if (isAlive(child)) return;
      port ||= somePort();
      while (!(await launch(port))) port = somePort();
      become('up');
    },
    kill: () => end(child, 'SIGKILL'),
    async drain() {
      if (!isAlive(child)) return;
      become('draining');
      await end(child, 'SIGTERM');
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async streams() {
      if (state === 'down') return 0;
      try {
        const answer = await fetch(`http://127.0.0.1:${port}/metrics`, {
          headers: { authorization: `Bearer ${apiKey}` },
          signal: AbortSignal.timeout(1_000),
        });
        return Number(/^pushstream_connections (\d+)/m.exec(await answer.text())?.[1] ?? 0);
      } catch {
        return 0;
      }
    },
  };
}
