import { check, complete, type Manual } from 'pushstream-protocol';
import type { Environment } from '../environment.ts';
import { ClosedError } from '../errors.ts';
import { hostEnvironment } from '../host.ts';
import { gapReason } from './gap.ts';
import { createKeys, type KeyLimits } from './keys.ts';
import { createMemoryShared } from './memory-shared.ts';
import type { Log, LogEntry, LogHead, LogPage, NewEntry, Position, Stored } from './log.ts';
import { createRetention, type RetentionLimits } from './retention.ts';

/**
 * What a log in memory keeps. Whatever is reached first lets the oldest entries go; only for a tail that
 * waits more is kept until it has its turn, at most 65,536 entries and 64 MiB.
 */
export interface MemoryLogOptions {
  /** Entries that are kept. @default 10_000 */
  readonly maxEvents?: number | undefined;
  /**
   * Bytes of entries that are kept: data, types, channels, addressees and tags, as UTF-8. The newest
   * entry is kept however large it is. `Infinity`: as many as there are.
   *
   * @default 16_777_216
   */
  readonly maxBytes?: number | undefined;
  /**
   * How long an entry is kept, in milliseconds; a wall clock that jumps makes none older. `Infinity`:
   * no matter how long.
   *
   * @default 600_000
   */
  readonly maxAgeMs?: number | undefined;
  /**
   * How long a key is known, in milliseconds from its first entry on, whether or not that is still
   * kept.
   *
   * @default 300_000
   */
  readonly keyWindowMs?: number | undefined;
  /** Keys that are known; the oldest is forgotten first. @default 100_000 */
  readonly maxKeys?: number | undefined;
}

/** What `MemoryLogOptions` say, complete. */
export interface MemoryLimits extends RetentionLimits, KeyLimits {}

/** A ring of twice as many places still is a plain array. */
const MAX_COUNT = 'whole 1..16777216';

const manual: Manual<MemoryLimits> = {
  maxEvents: [MAX_COUNT, 10_000],
  maxBytes: ['1..Infinity', 16 * 1024 * 1024],
  maxAgeMs: ['1..Infinity', 600_000],
  keyWindowMs: ['1..Infinity', 300_000],
  maxKeys: [MAX_COUNT, 100_000],
};

/** A copy that nobody can change; the key is nobody's business. */
function freeze({ type, data, channel, to, tags }: NewEntry, seq: number, time: number): LogEntry {
  return Object.freeze({ seq, time, type, data, channel, to, tags: tags && Object.freeze({ ...tags }) });
}

/** Done before this returns, and told by a promise. */
const promise = <Result>(work: () => Result | Promise<Result>): Promise<Result> =>
  new Promise((resolve) => resolve(work()));

/** A tail that waits; what is behind its number stays until it has read on. */
interface Sleeper {
  seq: number;
  wake: () => void;
}

/** `memoryLog` with limits that are vouched for. They are looked up each time. */
export function createMemoryLog(limits: MemoryLimits, environment: Environment): Log {
  const epoch = environment.token();
  const retention = createRetention(limits);
  const keys = createKeys(limits);
  const sleepers = new Set<Sleeper>();
  let isClosed = false;

  function wakeAll(): void {
    for (const sleeper of sleepers) sleeper.wake();
  }

  /** There is no timer: what is too old goes when somebody looks. */
  function trim(): number {
    const now = environment.monotonicNow();
    let upTo = Infinity;
    for (const { seq } of sleepers) upTo = Math.min(upTo, seq);
    retention.trim(now, upTo);
    keys.trim(now);
    return now;
  }

  function head(): LogHead {
    trim();
    return { epoch, first: retention.first, last: retention.last };
  }

  function publish(entry: NewEntry): Stored {
    const { key } = entry;
    const now = trim();
    const known = key === undefined ? undefined : keys.find(key);
    if (known !== undefined) return { epoch, seq: known, duplicate: true };
    const seq = retention.last + 1;
    retention.add(freeze(entry, seq, environment.now()), now);
    trim();
    if (key !== undefined) keys.add(key, seq, now);
    wakeAll();
    return { epoch, seq, duplicate: false };
  }

  function read(after: Position, limit: number): LogPage {
    const current = head();
    const reason = gapReason(after, current);
    if (reason) return { kind: 'gap', reason, head: current };
    return { kind: 'entries', epoch, entries: retention.after(after.seq, limit) };
  }

  /** Until something is published, the signal is aborted or the log is closed. */
  async function sleep(sleeper: Sleeper, signal: AbortSignal): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      sleeper.wake = resolve;
    });
    sleepers.add(sleeper);
    signal.addEventListener('abort', sleeper.wake);
    await woken;
    signal.removeEventListener('abort', sleeper.wake);
  }

  async function* tail(after: Position, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    const sleeper: Sleeper = { seq: after.seq, wake() {} };
    let position = after;
    const isOver = (): boolean => isClosed || signal.aborted;
    while (!isOver()) {
      const page = read(position, Infinity);
      sleepers.delete(sleeper);
      const seq = page.kind === 'gap' ? page.head.last : page.entries.at(-1)?.seq;
      if (seq === undefined) {
        await sleep(sleeper, signal);
      } else {
        sleeper.seq = seq;
        position = { epoch, seq };
        yield page;
      }
    }
    sleepers.delete(sleeper);
  }

  const whileOpen = <Result>(work: () => Result | Promise<Result>): Promise<Result> =>
    promise(() => {
      if (isClosed) throw new ClosedError();
      return work();
    });

  const shared = createMemoryShared(environment);

  return {
    publish: (entry) => whileOpen(() => publish(entry)),
    head: () => whileOpen(head),
    read: (after, limit) => whileOpen(() => read(after, limit)),
    tail,
    close: () =>
      promise(() => {
        isClosed = true;
        wakeAll();
      }),
    shared: {
      write: (...words) => whileOpen(() => shared.write(...words)),
      read: (...words) => whileOpen(() => shared.read(...words)),
      claim: (...words) => whileOpen(() => shared.claim(...words)),
      tell: (...words) => whileOpen(() => shared.tell(...words)),
      hear: (topic, heard, signal) => shared.hear(topic, (text) => void (isClosed || heard(text)), signal),
    },
  };
}

/**
 * A log in this process's memory, for one instance. Nothing outlives the process: the next one has
 * another epoch.
 *
 * `environment`: what is left out is the host's.
 *
 * @throws {TypeError} For an option of the wrong type or one that does not exist.
 * @throws {RangeError} For a number that is out of range.
 */
export function memoryLog(options: MemoryLogOptions = {}, environment: Partial<Environment> = {}): Log {
  check('options', options, 'object');
  const limits = complete<MemoryLimits>('options', options, manual);
  return createMemoryLog(limits, { ...hostEnvironment, ...environment });
}
