import type { Log, LogEntry, LogPage, NewEntry, Position } from '../../../../packages/server/src/log/log.ts';
import type { LogHarness } from '../../../../packages/server/src/testing/index.ts';
import { createMemoryHarness, withInstances } from '../memory-harness.ts';

/** An engine that breaks one promise. */
export interface Mutant {
  readonly name: string;
  /** The behaviour that has to tell; others may too. */
  readonly breaks: string;
  make(): LogHarness;
}

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
export const forever = new AbortController().signal;

/** Every log of the harness with some of its methods changed. */
function changed(harness: LogHarness, change: (log: Log) => Partial<Log>): LogHarness {
  const inner = new WeakMap<Log, Log>();
  const unwrap = (log: Log): Log => inner.get(log) ?? log;
  const wrap = (log: Log): Log => {
    const wrapped = { ...log, ...change(log) };
    inner.set(wrapped, log);
    return wrapped;
  };
  const { join, trim, wipe } = harness;
  return {
    ...harness,
    create: async (options) => wrap(await harness.create(options)),
    ...(join && { join: async (log: Log) => wrap(await join(unwrap(log))) }),
    ...(trim && { trim: (log: Log, keep: number) => trim(unwrap(log), keep) }),
    ...(wipe && { wipe: async (log: Log) => wrap(await wipe(unwrap(log))) }),
  };
}

export const mutant = (name: string, breaks: string, change: (log: Log) => Partial<Log>): Mutant => ({
  name,
  breaks,
  make: () => changed(createMemoryHarness(), change),
});

export const instanceMutant = (name: string, breaks: string, change: (log: Log) => Partial<Log>): Mutant => ({
  name,
  breaks,
  make: () => changed(withInstances(createMemoryHarness()), change),
});

export const harnessMutant = (name: string, breaks: string, make: () => LogHarness): Mutant => ({ name, breaks, make });

/** Every page of a tail passes through. */
export const tailed = (log: Log, through: (page: LogPage) => LogPage): Partial<Log> => ({
  async *tail(after, signal) {
    for await (const page of log.tail(after, signal)) yield through(page);
  },
});

/** Every page, read or from a tail, passes through. */
export const pages = (log: Log, through: (page: LogPage) => LogPage): Partial<Log> => ({
  read: async (after, limit) => through(await log.read(after, limit)),
  ...tailed(log, through),
});

export const entries = (log: Log, through: (entry: LogEntry) => LogEntry): Partial<Log> =>
  pages(log, (page) => (page.kind === 'gap' ? page : { ...page, entries: page.entries.map(through) }));

export const published = (log: Log, through: (entry: NewEntry) => NewEntry): Partial<Log> => ({
  publish: (entry) => log.publish(through(entry)),
});

export const without = (entry: NewEntry): NewEntry => ({ ...entry, key: undefined });

/** Behind the newest entry. */
export async function newestOf(log: Log): Promise<Position> {
  const { epoch, last } = await log.head();
  return { epoch, seq: last };
}

/** Gaps of a tail that are kept to itself. */
export const quietTail = (reason: string, log: Log): Partial<Log> => ({
  async *tail(after, signal) {
    for await (const page of log.tail(after, signal)) if (page.kind !== 'gap' || page.reason !== reason) yield page;
  },
});

/** Keys outlive their log, and are known to all. */
export function sharedKeys(): LogHarness {
  const known = new Map<string, Position>();
  return changed(createMemoryHarness(), (log) => ({
    publish: async (entry) => {
      const first = known.get(entry.key ?? '');
      if (first) return { ...first, duplicate: true };
      const stored = await log.publish(entry);
      if (entry.key) known.set(entry.key, { epoch: stored.epoch, seq: stored.seq });
      return stored;
    },
  }));
}
