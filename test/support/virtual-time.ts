import type { Environment, Page, PageEvent } from '../../packages/client/src/environment.ts';

type PageListener = Parameters<Page['listen']>[1];

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Clocks, timers, chance and reports in the test's hand. */
export class VirtualTime {
  monotonic = 0;
  wall = 1_700_000_000_000;
  random = 0.5;
  readonly reported: unknown[] = [];
  readonly warnings: string[] = [];
  readonly #timers = new Set<Timer>();
  #order = 0;

  readonly environment: Environment = {
    now: () => this.wall,
    monotonicNow: () => this.monotonic,
    random: () => this.random,
    setTimer: (callback, delayMs) => this.#set(callback, delayMs),
    requestFrame: (callback) => this.#set(callback, 16),
    yieldToHost: () => Promise.resolve(),
    reportError: (error) => void this.reported.push(error),
    warn: (message) => void this.warnings.push(message),
    baseUrl: () => undefined,
    page: {
      listen: (type, listener) => {
        const entry = { type, listener };
        this.#listeners.add(entry);
        return () => void this.#listeners.delete(entry);
      },
      isHidden: () => this.hidden,
    },
  };

  hidden = false;
  readonly #listeners = new Set<{ readonly type: PageEvent; readonly listener: PageListener }>();

  /** The page tells something. */
  tell(type: PageEvent, event: { readonly persisted?: boolean } = {}): void {
    for (const one of [...this.#listeners]) if (one.type === type) one.listener(event);
  }

  /** The page is hidden or shown. */
  show(isShown: boolean): void {
    this.hidden = !isShown;
    this.tell('visibilitychange');
  }

  /** Who listens to the page. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Timers that wait to fire. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Time until the next timer; `undefined` where there is none. */
  get next(): number | undefined {
    const timer = this.#first();
    return timer && Math.max(0, timer.dueAt - this.monotonic);
  }

  /** Time passes; what becomes due fires in order, at its time. */
  advance(ms: number): void {
    const end = this.monotonic + ms;
    for (let timer = this.#first(); timer && timer.dueAt <= end; timer = this.#first()) {
      this.#timers.delete(timer);
      this.#moveTo(Math.max(this.monotonic, timer.dueAt));
      timer.callback();
    }
    this.#moveTo(end);
  }

  #moveTo(monotonic: number): void {
    this.wall += monotonic - this.monotonic;
    this.monotonic = monotonic;
  }

  #first(): Timer | undefined {
    return [...this.#timers].sort((a, b) => a.dueAt - b.dueAt || a.order - b.order)[0];
  }

  #set(callback: () => void, delayMs: number): () => void {
    if (!(delayMs >= 0 && delayMs <= 2 ** 31 - 1)) throw new RangeError(`A real timer would fire at once: ${delayMs}`);
    this.#order += 1;
    const timer: Timer = { dueAt: this.monotonic + delayMs, order: this.#order, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }
}
