import type { Environment } from '../../packages/server/src/environment.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time, chance and reports in a test's hand. */
export interface TestEnvironment extends Environment {
  /** Lets time pass: what is due is called, in order, with a turn of the event loop in between. */
  advance(ms: number): Promise<void>;
  /** Lets everything run that waits for no time. */
  settle(): Promise<void>;
  /** The wall clock alone. */
  jump(ms: number): void;
  /** What was reported: the place and the error. */
  readonly reports: ReadonlyArray<readonly [where: string, error: unknown]>;
  /** Timers that run. */
  readonly pending: number;
  /** The next values of `random()`; 0.5 behind them. */
  readonly chance: number[];
}

const WALL = Date.UTC(2026, 0, 1);

export function createTestEnvironment(): TestEnvironment {
  const timers = new Set<Timer>();
  const reports: Array<readonly [string, unknown]> = [];
  const chance: number[] = [];
  let elapsed = 0;
  let shift = 0;
  let tokens = 0;

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  async function settle(): Promise<void> {
    for (let turns = 0; turns < 8; turns += 1) await turn();
  }

  return {
    now: () => WALL + shift + elapsed,
    monotonicNow: () => elapsed,
    random: () => chance.shift() ?? 0.5,
    token: () => `t${(tokens += 1)}`,
    setTimer(callback, delayMs) {
      const timer = { at: elapsed + Math.max(0, delayMs), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    soon: (callback) => void setImmediate(callback),
    reportError: (error, where) => void reports.push([where, error]),
    settle,
    async advance(ms) {
      const until = elapsed + ms;
      await settle();
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due);
        elapsed = Math.max(elapsed, due.at);
        due.callback();
        await settle();
      }
      elapsed = until;
    },
    jump: (ms) => void (shift += ms),
    reports,
    get pending() {
      return timers.size;
    },
    chance,
  };
}
