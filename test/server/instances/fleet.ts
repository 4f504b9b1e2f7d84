import { LogUnavailableError } from '../../../packages/server/src/errors.ts';
import { createPushStream, memoryLog, type PushStream } from '../../../packages/server/src/index.ts';
import type { Log, LogPage, Position } from '../../../packages/server/src/log/log.ts';
import type { Shared } from '../../../packages/server/src/log/shared.ts';
import type { MemoryLogOptions } from '../../../packages/server/src/log/memory.ts';
import type { PushStreamOptions } from '../../../packages/server/src/options.ts';
import type { TestEnvironment } from '../support.ts';

/** One instance's way to a log that others have too, which a test may take from it. */
export interface Way {
  readonly log: Log;
  /** Storing, reading and sharing fail; tails go on. */
  isAway: boolean;
  /** Only what is shared fails. */
  isSilent: boolean;
  /** Tails give nothing, until they may again. */
  pause(): () => void;
}

/** The names of everything that was written: how many, each time. */
export interface Written {
  readonly board: string;
  readonly page: string;
  readonly names: number;
}

export function wayTo(shared: Log, written: Written[] = []): Way {
  const closing = new AbortController();
  let resumed: Promise<void> | undefined;
  const beside = shared.shared;

  const ask = <Result>(work: () => Promise<Result>, isBeside = false): Promise<Result> =>
    way.isAway || (isBeside && way.isSilent)
      ? Promise.reject(new LogUnavailableError('Expected a log, got none'))
      : work();

  async function* tail(after: Position, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    let position = after;
    const ended = AbortSignal.any([signal, closing.signal]);
    while (!ended.aborted) {
      await resumed;
      const round = new AbortController();
      for await (const page of shared.tail(position, AbortSignal.any([ended, round.signal]))) {
        // What came while it was paused is asked for again: it may be gone.
        if (resumed) round.abort();
        else {
          const seq = page.kind === 'gap' ? page.head.last : (page.entries.at(-1)?.seq ?? position.seq);
          position = { epoch: page.kind === 'gap' ? page.head.epoch : page.epoch, seq };
          yield page;
        }
      }
    }
  }

  const way: Way = {
    log: {
      publish: (entry) => ask(() => shared.publish(entry)),
      head: () => ask(() => shared.head()),
      read: (after, limit) => ask(() => shared.read(after, limit)),
      tail,
      close: () => Promise.resolve(closing.abort()),
      shared: beside && {
        write: (board, page, changes, ttlMs) =>
          ask(() => {
            written.push({ board, page, names: changes.size });
            return beside.write(board, page, changes, ttlMs);
          }, true),
        read: (...words) => ask(() => beside.read(...words), true),
        claim: (...words) => ask(() => beside.claim(...words), true),
        tell: (...words) => ask(() => beside.tell(...words), true),
        hear: (topic, heard, signal) => beside.hear(topic, (text) => way.isAway || way.isSilent || heard(text), signal),
      },
    },
    isAway: false,
    isSilent: false,
    pause() {
      let resume: () => void = () => {};
      resumed = new Promise((resolve) => {
        resume = () => {
          resumed = undefined;
          resolve();
        };
      });
      return resume;
    },
  };
  return way;
}

/** Instances on one log, in one time. */
export interface Fleet extends AsyncDisposable {
  readonly log: Log;
  /** What all of them share, as it is. */
  readonly shared: Shared;
  readonly written: readonly Written[];
  start(options?: PushStreamOptions): Instance;
}

export interface Instance extends Way {
  readonly push: PushStream;
}

/** `log`: in memory, where none is given. */
export function createFleet(
  environment: TestEnvironment,
  options: MemoryLogOptions = {},
  log: Log = memoryLog(options, environment),
): Fleet {
  const { shared } = log;
  if (!shared) throw new Error('Expected a log that shares, got another');
  const written: Written[] = [];
  const all: PushStream[] = [];
  return {
    log,
    shared,
    written,
    start(given = {}) {
      const way = wayTo(log, written);
      const push = createPushStream({ log: way.log, environment, ...given });
      all.push(push);
      return Object.assign(way, { push });
    },
    async [Symbol.asyncDispose]() {
      const closed = Promise.all(all.map((push) => push.close()));
      await environment.advance(10_000);
      await closed;
    },
  };
}
