import type { Log } from '../../../packages/server/src/log/log.ts';
import { createMemoryLog, type MemoryLimits } from '../../../packages/server/src/log/memory.ts';
import type { LogHarness } from '../../../packages/server/src/testing/index.ts';
import { createTestEnvironment, type TestEnvironment } from '../support.ts';

type Changeable<T> = { -readonly [Name in keyof T]: T[Name] };

const defaults: MemoryLimits = {
  maxEvents: 10_000,
  maxBytes: 16 * 1024 * 1024,
  maxAgeMs: 600_000,
  keyWindowMs: 300_000,
  maxKeys: 100_000,
};

/** With every power but that of several instances, which a log in memory never has. */
export type MemoryHarness = Required<Omit<LogHarness, 'join' | 'patienceMs'>>;

/** The log in memory with a clock of the test's. */
export function createMemoryHarness(environment: TestEnvironment = createTestEnvironment()): MemoryHarness {
  const limitsOf = new WeakMap<Log, Changeable<MemoryLimits>>();
  const create: MemoryHarness['create'] = (options = {}) => {
    const limits = { ...defaults, keyWindowMs: options.keyWindowMs ?? defaults.keyWindowMs };
    const log = createMemoryLog(limits, environment);
    limitsOf.set(log, limits);
    return Promise.resolve(log);
  };
  return {
    create,
    async trim(log, keep) {
      const limits = limitsOf.get(log) ?? { ...defaults };
      limits.maxEvents = keep;
      await log.head();
      limits.maxEvents = defaults.maxEvents;
    },
    // What is lost with a process is lost with its log.
    async wipe(log) {
      await log.close();
      return create();
    },
    advance: (ms) => environment.advance(ms),
  };
}

/** As if each log were one instance of several on a store: closing one ends its own tails only. */
export function withInstances(harness: MemoryHarness): LogHarness {
  const storeOf = new WeakMap<Log, Log>();
  const store = (log: Log): Log => storeOf.get(log) ?? log;

  function instance(shared: Log): Log {
    const closing = new AbortController();
    const refusal = Object.assign(new Error('closed'), { code: 'closed' });
    const whileOpen = <Result>(work: () => Promise<Result>): Promise<Result> =>
      closing.signal.aborted ? Promise.reject(refusal) : work();
    const beside = shared.shared;
    const log: Log = {
      publish: (entry) => whileOpen(() => shared.publish(entry)),
      head: () => whileOpen(() => shared.head()),
      read: (after, limit) => whileOpen(() => shared.read(after, limit)),
      tail: (after, signal) => shared.tail(after, AbortSignal.any([signal, closing.signal])),
      close: () => Promise.resolve(closing.abort()),
      shared: beside && {
        write: (...words) => whileOpen(() => beside.write(...words)),
        read: (...words) => whileOpen(() => beside.read(...words)),
        claim: (...words) => whileOpen(() => beside.claim(...words)),
        tell: (...words) => whileOpen(() => beside.tell(...words)),
        hear: (topic, heard, signal) => beside.hear(topic, heard, AbortSignal.any([signal, closing.signal])),
      },
    };
    storeOf.set(log, shared);
    return log;
  }

  return {
    ...harness,
    create: async (options) => instance(await harness.create(options)),
    join: (log) => Promise.resolve(instance(store(log))),
    trim: (log, keep) => harness.trim(store(log), keep),
    async wipe(log) {
      await log.close();
      return instance(await harness.wipe(store(log)));
    },
  };
}
