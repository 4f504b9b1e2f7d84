import type { Environment } from '../../../packages/server/src/environment.ts';
import type { Log, LogEntry, LogPage, NewEntry, Position, Stored } from '../../../packages/server/src/log/log.ts';
import type { RedisLogOptions } from '../../../packages/server/src/log/redis/options.ts';
import { redisLog } from '../../../packages/server/src/log/redis/redis-log.ts';
import type { RedisServer } from '../../support/redis.ts';

let count = 0;

/** A name for a log that nobody else has. */
export const freshHub = (): string => `hub-${process.pid}-${(count += 1)}`;

export const entry = (data: string | number, rest: Partial<NewEntry> = {}): NewEntry => ({
  type: 'test.entry',
  channel: 'tests',
  data: String(data),
  ...rest,
});

/** What is reported is no news for a test that provokes it. */
export const quiet: Partial<Environment> = { reportError() {} };

/** Logs that end with the test. */
export interface Logs extends AsyncDisposable {
  open(server: Pick<RedisServer, 'url'>, options?: Partial<RedisLogOptions>): Log;
}

export function createLogs(): Logs {
  const logs: Log[] = [];
  return {
    open(server, options = {}) {
      const log = redisLog({ url: server.url, ...options }, quiet);
      logs.push(log);
      return log;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(logs.map((log) => log.close()));
    },
  };
}

/** Everything that a tail gave, in order; entries that do not follow each other are failures. */
export interface Witness extends Disposable {
  readonly entries: readonly LogEntry[];
  readonly data: readonly string[];
  readonly gaps: ReadonlyArray<Extract<LogPage, { kind: 'gap' }>>;
  readonly failures: readonly string[];
  readonly position: Position;
}

export function follow(log: Log, after: Position): Witness {
  const controller = new AbortController();
  const entries: LogEntry[] = [];
  const gaps: Array<Extract<LogPage, { kind: 'gap' }>> = [];
  const failures: string[] = [];
  let position = after;

  function take(page: LogPage): void {
    if (page.kind === 'gap') {
      gaps.push(page);
      position = { epoch: page.head.epoch, seq: page.head.last };
      return;
    }
    if (page.epoch !== position.epoch) failures.push(`epoch ${page.epoch} behind ${position.epoch}`);
    for (const one of page.entries) {
      if (one.seq !== position.seq + 1) failures.push(`${one.seq} behind ${position.seq}`);
      position = { epoch: page.epoch, seq: one.seq };
      entries.push(one);
    }
  }

  async function run(): Promise<void> {
    try {
      for await (const page of log.tail(after, controller.signal)) take(page);
    } catch (error) {
      failures.push(String(error));
    }
  }
  void run();

  return {
    entries,
    gaps,
    failures,
    get data() {
      return entries.map(({ data }) => data);
    },
    get position() {
      return position;
    },
    [Symbol.dispose]: () => controller.abort(),
  };
}

/** Behind the newest entry. */
export async function now(log: Log): Promise<Position> {
  const { epoch, last } = await log.head();
  return { epoch, seq: last };
}

/** Publishes until it is stored, as who has a key may. */
export async function insist(log: Log, one: NewEntry): Promise<Stored> {
  for (;;) {
    try {
      return await log.publish(one);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'log-unavailable')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Every entry that is stored, by pages. */
export async function readAll(log: Log): Promise<LogEntry[]> {
  const { epoch, first } = await log.head();
  const all: LogEntry[] = [];
  for (let seq = first - 1; ;) {
    const page = await log.read({ epoch, seq }, 1_000);
    if (page.kind === 'gap') throw new Error(`Expected entries, got a gap: ${page.reason}`);
    if (page.entries.length === 0) return all;
    all.push(...page.entries);
    seq = page.entries.at(-1)?.seq ?? seq;
  }
}
