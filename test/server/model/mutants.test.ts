import { expect, test } from 'vitest';
import { caseSeed, createRandom } from '../../support/random.ts';
import { mutants } from './mutants.ts';
import { runSchedule } from './schedule.ts';
import { createVariant, smallRooms, type Variant } from './variant.ts';

/** What a mistake may take to be found. */
const MOST_SCHEDULES = 2_000;
/** The same each time: whether a mistake is found must not be a matter of luck. */
const SEED = 1;

/** What the schedules say of it first; `at`: the one that is looked at before all others. */
async function findIn(variant: Variant, at: number): Promise<string> {
  const all = Array.from({ length: MOST_SCHEDULES }, (_, index) => index);
  for (const index of [at, ...all]) {
    try {
      await runSchedule(createRandom(caseSeed(SEED, index)), variant);
    } catch (error) {
      return error instanceof Error ? error.message.split('\n', 1).join('') : String(error);
    }
  }
  return 'nothing';
}

test.each(mutants)(
  'a server is found out that $name',
  async ({ found, at = 0, ...patch }) => {
    using variant = await createVariant('small', [...smallRooms, patch]);
    expect(await findIn(variant, at)).toMatch(found);
  },
  300_000,
);
