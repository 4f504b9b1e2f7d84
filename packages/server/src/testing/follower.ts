import type { Log, LogEntry, LogPage, Position } from '../log/log.ts';
import { later } from './entries.ts';
import { fail } from './expect.ts';
import { turn } from './turn.ts';

/** Now and then the event loop has its turn, also where an engine is never out of pages: somebody loses patience. */
const BREATH = 64;

type Gap = Extract<LogPage, { kind: 'gap' }>;

/** Reads a tail, and holds every page to what is promised: each entry follows the one before, or there is a gap. */
export class Follower {
  /** Behind the newest entry that was yielded. */
  position: Position;
  readonly #controller: AbortController;
  readonly #pages: AsyncIterator<LogPage>;
  /** Yielded, and not taken yet. */
  readonly #entries: LogEntry[] = [];
  #count = 0;
  #isWaiting = false;

  constructor(log: Log, after: Position, controller: AbortController = new AbortController()) {
    this.position = after;
    this.#controller = controller;
    this.#pages = log.tail(after, controller.signal)[Symbol.asyncIterator]();
  }

  /** A page was asked for and has not come. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** The next page; `undefined` where the tail has ended. */
  page(): Promise<LogPage | undefined> {
    return later(this.#page());
  }

  /** The next `count` entries; what else was yielded with them waits. */
  take(count: number): Promise<LogEntry[]> {
    return later(this.#take(count));
  }

  /** The next page, which has to be a gap. */
  async gap(): Promise<Gap> {
    const page = await this.#page();
    if (page?.kind === 'gap') return page;
    return fail(`a tail at ${this.position.seq}`, 'a gap', page ? `${page.entries.length} entries` : 'its end');
  }

  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  /** Leaves the loop, as `break` does. */
  async leave(): Promise<void> {
    await this.#pages.return?.();
  }

  /** The end, behind pages that were on their way. */
  async ended(): Promise<void> {
    while (await this.#page());
  }

  async #page(): Promise<LogPage | undefined> {
    if ((this.#count += 1) % BREATH === 0) await turn();
    this.#isWaiting = true;
    const { done, value } = await this.#pages.next();
    this.#isWaiting = false;
    if (done === true) return undefined;
    if (value.kind === 'gap') this.#skip(value);
    else for (const one of value.entries) this.#follow(value.epoch, one);
    return value;
  }

  async #take(count: number): Promise<LogEntry[]> {
    while (this.#entries.length < count) {
      const page = await this.#page();
      if (page?.kind === 'entries') this.#entries.push(...page.entries);
      else fail(`a tail at ${this.position.seq}`, 'entries', page ? `a gap: ${page.reason}` : 'its end');
    }
    return this.#entries.splice(0, count);
  }

  #skip({ reason, head }: Gap): void {
    // Of the other two nothing is known about where it goes on.
    if (reason === 'trimmed' && head.last < this.position.seq) {
      fail(`a gap at ${this.position.seq}`, 'a head that is not behind it', `one with last ${head.last}`);
    }
    this.position = { epoch: head.epoch, seq: head.last };
  }

  #follow(epoch: string, { seq }: LogEntry): void {
    const expected = { epoch: this.position.epoch, seq: this.position.seq + 1 };
    if (epoch !== expected.epoch) fail('the epoch of a page', expected.epoch, epoch);
    if (seq !== expected.seq) fail(`a tail at ${this.position.seq}`, `entry ${expected.seq}`, `entry ${seq}`);
    this.position = { epoch, seq };
  }
}
