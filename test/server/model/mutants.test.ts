import { expect, test } from 'vitest';
import { caseSeed, createRandom } from '../../support/random.ts';
import { mutants } from './mutants.ts';
import { runSchedule } from './schedule.ts';
import { createVariant, smallRooms, type Variant } from './variant.ts';

/** What a mistake may take to be found. */
const MOST_SCHEDULES = 2_000;
/** The same each time: whether a mistake is found must not be a matter of luck. */
const SEED = 1;

/** What the schedules say of it first. */
async function findIn(variant: Variant): Promise<string> {
  for (let index = 0; index < MOST_SCHEDULES; index += 1) {
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
  async ({ found, ...patch }) => {
    using variant = await createVariant('small', [...smallRooms, patch]);
    expect(await findIn(variant)).toMatch(found);
  },
  300_000,
);
