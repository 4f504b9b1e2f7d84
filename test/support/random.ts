/**
 * Seeded chance for the tests: the same seed gives the same run on every machine.
 *
 * A test takes its seed from `testSeed()`, which is fresh for each run unless
 * `PUSHSTREAM_SEED` is set, and names it in the message of a failure.
 */
import { randomInt } from 'node:crypto';

/** A 32-bit generator that can be wound to a seed at any time, so that each case of a run has a seed of its own. */
export interface Random {
  /** Starts over from `seed`. */
  reseed(seed: number): void;
  /** A whole number, 0 ≤ n < 2³². */
  uint32(): number;
  /** A number, 0 ≤ n < 1: what the product's `environment.random` returns. */
  next(): number;
  /** A whole number, 0 ≤ n < `limit`. */
  below(limit: number): number;
  /** A whole number, `low` ≤ n ≤ `high`. */
  between(low: number, high: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One element of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item;
}

/** Mulberry32: small, quick, and good enough to find bugs. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function uint32(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
  const below = (limit: number): number => Math.floor((uint32() / 0x1_0000_0000) * limit);

  return {
    reseed(newSeed) {
      state = newSeed >>> 0;
    },
    uint32,
    next: () => uint32() / 0x1_0000_0000,
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (probability) => uint32() < probability * 0x1_0000_0000,
    pick<Item>(items: readonly Item[]): Item {
      if (items.length === 0) throw new RangeError('pick() expected a list with at least one element');
      return items[below(items.length)] as Item;
    },
  };
}

/** The seed of case `index` in the run with `seed`: neighbours have nothing in common. */
export function caseSeed(seed: number, index: number): number {
  return Math.imul((seed ^ 0x9e3779b9) + Math.imul(index + 1, 0x85ebca6b), 0xc2b2ae35) >>> 0;
}

/** The run's seed: `PUSHSTREAM_SEED` when set (a replay), otherwise a fresh one. */
export function testSeed(): number {
  const given = process.env['PUSHSTREAM_SEED'];
  if (given === undefined || given === '') return randomInt(0x1_0000_0000);
  const seed = Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
    throw new RangeError(`PUSHSTREAM_SEED: expected a whole number from 0 to 4294967295, got ${JSON.stringify(given)}`);
  }
  return seed;
}

/** What a failing test adds to its message, so that the run can be had again. */
export function replayHint(seed: number): string {
  return `replay with PUSHSTREAM_SEED=${seed}`;
}

/** Cuts `text` at random places; now and then a piece is empty. */
export function randomChunks(random: Random, text: string): string[] {
  const chunks: string[] = [];
  const longest = random.pick([1, 2, 3, 8, 40]);
  for (let start = 0; start < text.length;) {
    const end = start + (random.chance(0.05) ? 0 : random.between(1, longest));
    chunks.push(text.slice(start, end));
    start = end;
  }
  return chunks;
}
