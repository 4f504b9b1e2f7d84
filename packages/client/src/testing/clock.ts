import { check, complete, misuse } from 'pushstream-protocol';
import type { Environment } from '../environment.ts';
import { settle } from './settle.ts';
import { VirtualTime } from './virtual-time.ts';

/** How a clock begins. */
export interface TestClockOptions {
  /** The wall clock, in milliseconds since the epoch. @default 1_700_000_000_000 */
  readonly now?: number;
  /** What every random number is; at least 0, below 1. @default 0.5 */
  readonly random?: number;
  /** What relative URLs are relative to, as in a page. @default none, as in Node */
  readonly baseUrl?: string;
}

/** Time, chance and a page in the test's hand: nothing happens until the test says so, and then all of it at once. */
export interface TestClock {
  /** For the client's option of this name. */
  readonly environment: Environment;
  /** The wall clock, in milliseconds since the epoch. */
  readonly now: number;
  /** What every random number is from now on. Waits between attempts have a random part. */
  random: number;
  /** Timers that wait to fire. None is left after `disconnect()`. */
  readonly pending: number;
  /** Milliseconds until the next timer; `undefined` where there is none. */
  readonly next: number | undefined;
  /** Who listens to the page. Nobody is left after `disconnect()`. */
  readonly listeners: number;
  /** What listeners threw, in order. */
  readonly reported: readonly unknown[];
  /** What the developer was told, in order. */
  readonly warnings: readonly string[];
  /**
   * Lets time pass, in milliseconds. What becomes due fires in order and at its time, and promises
   * settle before, between and after; `advance(0)` only lets them settle.
   *
   * @throws {RangeError} For what is no time to pass.
   * @throws {TypeError} While another call is not over: it was not awaited.
   */
  advance(ms: number): Promise<void>;
  /** The wall clock alone jumps, also back: a machine slept, or its clock was set. */
  jump(ms: number): void;
  /** The page goes out of sight. */
  hide(): void;
  /** The page comes back into sight. */
  show(): void;
  /** The page was frozen for so long and is thawed: what became due meanwhile fires with the next `advance`. */
  freeze(ms: number): void;
  /** The page was in the back/forward cache for so long and is shown again; timers as with `freeze`. */
  restore(ms: number): void;
  /** The device says that it has a network again. */
  online(): void;
}

/** As far as dates go. */
const MAX_MS = 8_640_000_000_000_000;

class Clock extends VirtualTime implements TestClock {
  #advances = false;

  get now(): number {
    return this.wall;
  }

  async advance(ms: number): Promise<void> {
    check('ms', ms, `0..${MAX_MS}`);
    if (this.#advances) throw misuse('clock.advance', 'the call before to be awaited', 'another');
    this.#advances = true;
    const end = this.monotonic + ms;
    try {
      do await settle();
      while (this.fire(end));
      this.moveTo(Math.max(this.monotonic, end));
    } finally {
      this.#advances = false;
    }
  }

  jump(ms: number): void {
    check('ms', ms, `-${MAX_MS}..${MAX_MS}`);
    this.wall += ms;
  }

  hide(): void {
    this.show(false);
  }

  freeze(ms: number): void {
    this.#stand(ms);
    this.tell('resume');
  }

  restore(ms: number): void {
    this.#stand(ms);
    this.tell('pageshow', { persisted: true });
  }

  online(): void {
    this.tell('online');
  }

  #stand(ms: number): void {
    check('ms', ms, `0..${MAX_MS}`);
    this.moveTo(this.monotonic + ms);
  }
}

/**
 * A virtual clock, with timers, chance and a page, for one test.
 *
 * @throws {TypeError} For an option of the wrong type or one that does not exist.
 * @throws {RangeError} For a number that is out of range.
 */
export function createTestClock(options: TestClockOptions = {}): TestClock {
  check('options', options, 'object');
  const clock = new Clock();
  const { now, random, baseUrl } = complete<{ now: number; random: number; baseUrl: string | undefined }>(
    'options',
    options,
    {
      now: [`0..${MAX_MS}`, clock.wall],
      random: [`0..${1 - Number.EPSILON}`, clock.random],
      baseUrl: ['string', undefined],
    },
  );
  clock.wall = now;
  return Object.assign(clock, { random, baseUrl });
}
