import { performance } from 'node:perf_hooks';

import { createRandom } from '../../test/support/random.ts';
import type { Random } from '../../test/support/random.ts';

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
 * the ratio of each round is taken by itself. The order changes: nobody always pays for the same neighbour's garbage.
 */
export function measure(contestants: readonly Contestant[], options: RoundOptions): Measurement[] {
  const random = createRandom(1);
  for (let round = 0; round < options.warmUps; round += 1) for (const contestant of contestants) contestant.run();
  const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const contestant of shuffled(contestants, random)) {
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

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, rank: random.next() }))
    .toSorted((left, right) => left.rank - right.rank)
    .map(({ item }) => item);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** A table with its first column to the left and the others to the right. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
