import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPushStream, memoryLog } from '../../../packages/server/src/index.ts';
import { caseSeed, createRandom, testSeed } from '../../support/random.ts';
import { type Counts, runSchedule } from './schedule.ts';
import { createVariant, smallRooms, type Variant } from './variant.ts';
import type { Product } from './world.ts';

/**
 * The real clients against the real server, in virtual time, through everything that may go wrong
 * between them. A failure names what replays it; what was done stands below its first line.
 *
 * `PUSHSTREAM_SCHEDULES=20000` makes it thorough; `PUSHSTREAM_SCHEDULE=17` runs one of them.
 */
const seed = testSeed();
const schedules = Number(process.env['PUSHSTREAM_SCHEDULES'] ?? 2_000) / 2;
const only = process.env['PUSHSTREAM_SCHEDULE'];

async function runAll(product: Product): Promise<Record<string, number>> {
  const total: Record<string, number> = {};
  const indices = only === undefined ? Array.from({ length: schedules }, (_, index) => index) : [Number(only)];
  for (const index of indices) {
    let counts: Counts;
    try {
      counts = await runSchedule(createRandom(caseSeed(seed, index)), product);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`PUSHSTREAM_SEED=${seed} PUSHSTREAM_SCHEDULE=${index}: ${message}`, { cause: error });
    }
    for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
  }
  return total;
}

/** Schedules in which nothing happens prove nothing. */
function expectMuch(total: Record<string, number>): void {
  if (only !== undefined) return;
  const least = { stored: 100, ephemeral: 10, delivered: 40, links: 6, resets: 1, revoked: 0.3, spilled: 0.05 };
  for (const [name, each] of Object.entries(least)) expect(total[name], name).toBeGreaterThan(each * schedules);
}

test(`nothing is lost or doubled without a word, by any schedule (seed ${seed})`, async () => {
  expectMuch(await runAll({ createPushStream, memoryLog, scale: 'real' }));
}, 600_000);

describe('where pages, rings, portions and bodies are small', () => {
  let variant: Variant;
  beforeAll(async () => {
    variant = await createVariant('small', smallRooms);
  });
  afterAll(() => variant[Symbol.dispose]());

  test(`nothing is lost or doubled without a word, by any schedule (seed ${seed})`, async () => {
    expectMuch(await runAll(variant));
  }, 600_000);
});
