import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom, replayHint, testSeed } from '../support/random.ts';
import { hasRedis } from '../support/redis.ts';
import { runCycle } from './cycle.ts';
import { troubles } from './troubles.ts';
import { createWorld, type World } from './world.ts';

const CLIENTS = 200;
const CYCLES = 3;

const seed = testSeed();
const random = createRandom(seed);
let world: World | undefined;

// One for all: what a trouble leaves behind the next one meets.
beforeAll(async () => {
  if (hasRedis) world = await createWorld(CLIENTS, random.uint32());
});

afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
});

for (const trouble of troubles) {
  test.skipIf(!hasRedis)(
    `${trouble.name}: nothing is lost, repeated or out of order, or one reset says why`,
    async () => {
      for (let cycle = 1; cycle <= CYCLES; cycle += 1) {
        // A cycle that failed has left a world that nothing is to be concluded from.
        const here = world ?? (await createWorld(CLIENTS, random.uint32()));
        world = undefined;
        const { verdict, recoveries } = await runCycle(trouble, here);
        expect(verdict.violations, `cycle ${cycle}: ${replayHint(seed)}`).toEqual([]);
        expect(recoveries).toHaveLength(CLIENTS);
        expect(verdict.delivered).toBeGreaterThan(CLIENTS);
        world = here;
      }
    },
  );
}
