import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** One thing to be measured: does the whole work once and returns a number that depends on all of it. */
export interface Contestant {
  readonly name: string;
  run(): number;
}

/** What the rounds gave for one contestant. */
export interface Measurement {
  readonly name: string;
  /** The median time of a round, in milliseconds. */
  readonly medianMs: number;
  /** The median over the rounds of (yardstick's time ÷ this one's time): above 1 is faster than the yardstick. */
  readonly ratio: number;
}

export interface RoundOptions {
  /** Whose time the ratios are taken against. */
  readonly yardstick: string;
  readonly warmUps: number;
  readonly rounds: number;
}

/**
 * Runs the contestants in turn, round after round, so that what else the machine does meets all of them alike;
 * the ratio of each round is taken by itself. Nobody pays for the garbage of the one before.
 */
export function measure(contestants: readonly Contestant[], options: RoundOptions): Measurement[] {
  const collectGarbage = garbageCollector();
  for (let round = 0; round < options.warmUps; round += 1) for (const contestant of contestants) contestant.run();
  const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    // Each round starts with another one: nobody always runs behind the same neighbour's garbage.
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const contestant = contestants[(round + turn) % contestants.length];
      if (contestant === undefined) continue;
      collectGarbage();
      const begin = performance.now();
      contestant.run();
      times.get(contestant.name)?.push(performance.now() - begin);
    }
  }
  const yardstick = times.get(options.yardstick);
  if (yardstick === undefined) throw new Error(`no contestant is called ${options.yardstick}`);
  return [...times].map(([name, own]) => ({
    name,
    medianMs: median(own),
    ratio: median(own.map((time, round) => (yardstick[round] ?? Number.NaN) / time)),
  }));
}

/** V8's `gc()`, which only a context made after the flag has. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new TypeError("expected gc() in a context made after --expose-gc");
  return () => void Reflect.apply(collect, undefined, []);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** A table with its first column to the left and the others to the right. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ");
  return [line(head), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}
