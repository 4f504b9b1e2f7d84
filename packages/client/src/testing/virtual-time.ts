import type { Environment, Page, PageEvent } from '../environment.ts';
import { misuse } from 'pushstream-protocol';

type PageListener = Parameters<Page['listen']>[1];

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** Between two frames: 60 in a second, in whole milliseconds. */
const FRAME_MS = 16;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Clocks, timers, chance, reports and a page in the test's hand; what lets time pass is up to who extends it. */
export class VirtualTime {
  monotonic = 0;
  wall = 1_700_000_000_000;
  random = 0.5;
  hidden = false;
  baseUrl: string | undefined;
  readonly reported: unknown[] = [];
  readonly warnings: string[] = [];
  /** In the order in which they were set. */
  readonly #timers = new Set<Timer>();
  readonly #listeners = new Set<{ readonly type: PageEvent; readonly listener: PageListener }>();

  readonly environment: Environment = {
    now: () => this.wall,
    monotonicNow: () => this.monotonic,
    random: () => this.random,
    setTimer: (callback, delayMs) => this.#set(callback, delayMs),
    requestFrame: (callback) => this.#set(callback, FRAME_MS),
    yieldToHost: () => Promise.resolve(),
    reportError: (error) => void this.reported.push(error),
    warn: (message) => void this.warnings.push(message),
    baseUrl: () => this.baseUrl,
    page: {
      listen: (type, listener) => {
        const entry = { type, listener };
        this.#listeners.add(entry);
        return () => void this.#listeners.delete(entry);
      },
      isHidden: () => this.hidden,
    },
  };

  /** Timers that wait to fire. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Time until the next timer; `undefined` where there is none. */
  get next(): number | undefined {
    const timer = this.#first();
    return timer && Math.max(0, timer.dueAt - this.monotonic);
  }

  /** Who listens to the page. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** The page tells something. */
  tell(type: PageEvent, event: { readonly persisted?: boolean } = {}): void {
    for (const { listener } of [...this.#listeners].filter((one) => one.type === type)) listener(event);
  }

  /** The page is shown, or hidden. */
  show(isShown = true): void {
    this.hidden = !isShown;
    this.tell('visibilitychange');
  }

  /** Both clocks go on, never back. No timer fires. */
  protected moveTo(monotonic: number): void {
    this.wall += monotonic - this.monotonic;
    this.monotonic = monotonic;
  }

  /** Time goes on to the first timer that is due by then, which fires; tells whether there was one. */
  protected fire(until: number): boolean {
    const timer = this.#first();
    if (!timer || timer.dueAt > until) return false;
    this.#timers.delete(timer);
    this.moveTo(Math.max(this.monotonic, timer.dueAt));
    timer.callback();
    return true;
  }

  #first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (!first || timer.dueAt < first.dueAt) first = timer;
    return first;
  }

  #set(callback: () => void, delayMs: number): () => void {
    if (!(delayMs >= 0 && delayMs <= MAX_TIMER_MS)) {
      const expected = `0..${MAX_TIMER_MS}, as a real timer would fire at once`;
      throw misuse('setTimer.delayMs', expected, String(delayMs), RangeError);
    }
    const timer: Timer = { dueAt: this.monotonic + delayMs, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }
}
