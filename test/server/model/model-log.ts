import { LogUnavailableError } from '../../../packages/server/src/errors.ts';
import type { Log, LogEntry, LogPage, NewEntry, Position, Stored } from '../../../packages/server/src/log/log.ts';
import type { Random } from '../../support/random.ts';

/** How long a key is known. */
export const KEY_WINDOW_MS = 20_000;

/** How badly a log behaves, each from 0 to 1. */
export interface Manners {
  /** How often an answer takes some turns. */
  late: number;
  /** How many, at most. */
  turns: number;
  /** How often a call fails. */
  fails: number;
  /** How often a tail gives again what it gave before, or less than there is. */
  stutters: number;
}

/** What was stored, by anybody, for ever: what the model believes in. */
export class History {
  readonly epochs: Map<string, LogEntry[]> = new Map();
  /** By the id of an event. */
  readonly keys: Map<string, string> = new Map();
  epoch = '';

  get last(): number {
    return this.epochs.get(this.epoch)?.length ?? 0;
  }

  entry({ epoch, seq }: Position): LogEntry | undefined {
    return this.epochs.get(epoch)?.[seq - 1];
  }
}

/** The time that it lives in. */
interface Clock {
  /** In milliseconds; never goes back. */
  readonly monotonic: number;
  delay(turns: number): Promise<void>;
}

/** What it is made of. */
interface ModelLogParts {
  /** Makes an engine that keeps so many entries, however large and old they are. */
  readonly make: () => Log;
  readonly maxEvents: number;
  readonly time: Clock;
  readonly random: Random;
  readonly fail: (error: Error) => void;
}

/** One log that several instances share, each through a handle of its own; another may take its place. */
export class ModelLog {
  readonly history: History = new History();
  readonly manners: Manners = { late: 0, turns: 5, fails: 0, stutters: 0 };
  /** Entries that it keeps. */
  readonly maxEvents: number;
  readonly #make: () => Log;
  readonly #time: Clock;
  readonly #fail: (error: Error) => void;
  /** When a key was stored, and as which event. */
  readonly #keys = new Map<string, { readonly seq: number; readonly at: number }>();
  readonly #random: Random;
  #current: Log;
  readonly #tails = new Set<AbortController>();

  constructor({ make, maxEvents, time, random, fail }: ModelLogParts) {
    this.#make = make;
    this.maxEvents = maxEvents;
    this.#time = time;
    this.#random = random;
    this.#fail = fail;
    this.#current = make();
  }

  async begin(): Promise<void> {
    const { epoch } = await this.#current.head();
    this.history.epoch = epoch;
    this.history.epochs.set(epoch, []);
  }

  /** Everything is lost: another epoch, also for those who read at the moment. */
  async replace(): Promise<void> {
    this.#current = this.#make();
    await this.begin();
    for (const tail of this.#tails) tail.abort();
  }

  async #trouble(): Promise<void> {
    const { late, turns, fails } = this.manners;
    if (this.#random.chance(late)) await this.#time.delay(this.#random.between(1, turns));
    if (this.#random.chance(fails)) throw new LogUnavailableError('injected', { retryAfterMs: 100 });
  }

  async #publish(entry: NewEntry): Promise<Stored> {
    if (this.#random.chance(this.manners.fails)) throw new LogUnavailableError('injected, nothing stored');
    const log = this.#current;
    const at = this.#time.monotonic;
    const stored = await log.publish(entry);
    if (entry.key !== undefined) this.#checkKey(entry.key, stored, at);
    const entries = this.history.epochs.get(stored.epoch);
    if (!stored.duplicate && entries) {
      const { type, data, channel, to, tags } = entry;
      entries[stored.seq - 1] = { seq: stored.seq, time: 0, type, data, channel, to, tags };
    }
    return stored;
  }

  /** I8: within its time a key is one event. */
  #checkKey(key: string, { epoch, seq, duplicate }: Stored, at: number): void {
    const name = `${epoch} ${key}`;
    const known = this.#keys.get(name);
    const isKnown = known !== undefined && at - known.at <= KEY_WINDOW_MS;
    if (duplicate !== isKnown || (isKnown && known.seq !== seq)) {
      this.#fail(new Error(`I8: ${key} is ${duplicate ? 'a duplicate of' : 'stored anew as'} ${epoch}.${seq}`));
    }
    if (duplicate) return;
    this.#keys.set(name, { seq, at });
    this.history.keys.set(`${epoch}.${seq}`, key);
  }

  async *#tail(after: Position, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    let position = after;
    let before: LogEntry[] = [];
    while (!signal.aborted) {
      const controller = new AbortController();
      const abort = (): void => controller.abort();
      signal.addEventListener('abort', abort);
      this.#tails.add(controller);
      try {
        for await (const page of this.#current.tail(position, controller.signal)) {
          await this.#trouble();
          if (signal.aborted) return;
          if (controller.signal.aborted) break;
          if (page.kind === 'gap') {
            before = [];
            position = { epoch: page.head.epoch, seq: page.head.last };
            yield page;
            continue;
          }
          const { stutters } = this.manners;
          const { epoch, entries } = page;
          for (let at = 0; at < entries.length;) {
            const size = this.#random.chance(stutters) ? this.#random.between(1, 3) : entries.length;
            const part = entries.slice(at, at + size);
            at += size;
            yield { kind: 'entries', epoch, entries: this.#random.chance(stutters) ? [...before, ...part] : part };
            before = part.slice(-2);
            if (signal.aborted) return;
          }
          position = { epoch, seq: entries.at(-1)?.seq ?? position.seq };
        }
      } finally {
        this.#tails.delete(controller);
        signal.removeEventListener('abort', abort);
      }
    }
  }

  /** For one instance; to close it leaves the others their log. */
  handle(): Log {
    return {
      publish: async (entry) => {
        // The order is that of the calls; only the answer is late.
        const stored = await this.#publish(entry);
        await this.#trouble();
        return stored;
      },
      head: async () => {
        await this.#trouble();
        return this.#current.head();
      },
      read: async (after, limit) => {
        await this.#trouble();
        const page = await this.#current.read(after, limit);
        await this.#trouble();
        return page;
      },
      tail: (after, signal) => this.#tail(after, signal),
      close: async () => {},
    };
  }
}
