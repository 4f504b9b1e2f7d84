import { expect, test } from 'vitest';
import { createWheel, type Spoke } from '../../../packages/server/src/wheel.ts';
import { createRandom, replayHint, testSeed } from '../../support/random.ts';
import { createTestEnvironment, type TestEnvironment } from '../support.ts';

const STEP_MS = 100;

function spoke(environment: TestEnvironment, next: () => number = () => Infinity): Spoke & { readonly at: number[] } {
  const at: number[] = [];
  return {
    slot: Infinity,
    at,
    tick(now) {
      at.push(environment.monotonicNow());
      return next() === Infinity ? Infinity : now + next();
    },
  };
}

test('what is due is called, at most one step late', async () => {
  const environment = createTestEnvironment();
  const wheel = createWheel(environment, STEP_MS);
  const spokes = [1, 99, 100, 101, 950, 5_000].map((due) => ({ due, made: spoke(environment) }));
  for (const { due, made } of spokes) wheel.schedule(made, due);
  await environment.advance(6_000);
  for (const { due, made } of spokes) {
    expect(made.at).toHaveLength(1);
    expect(made.at[0]).toBeGreaterThanOrEqual(due);
    expect(made.at[0]).toBeLessThanOrEqual(due + 2 * STEP_MS);
  }
  expect(environment.pending).toBe(0);
});

test('an earlier time wins, a later one changes nothing', async () => {
  const environment = createTestEnvironment();
  const wheel = createWheel(environment, STEP_MS);
  const one = spoke(environment);
  wheel.schedule(one, 5_000);
  wheel.schedule(one, 1_000);
  wheel.schedule(one, 3_000);
  await environment.advance(10_000);
  expect(one.at).toEqual([1_000]);
});

test('what was removed is not called, and leaves no timer', async () => {
  const environment = createTestEnvironment();
  const wheel = createWheel(environment, STEP_MS);
  const one = spoke(environment);
  wheel.schedule(one, 1_000);
  wheel.remove(one);
  wheel.remove(one);
  await environment.advance(5_000);
  expect(one.at).toEqual([]);
  expect(environment.pending).toBe(0);
});

test('a spoke that is due again and again is called again and again, and one that is overdue does not stop the wheel', async () => {
  const environment = createTestEnvironment();
  const wheel = createWheel(environment, STEP_MS);
  const often = spoke(environment, () => 250);
  const always = spoke(environment, () => 0);
  wheel.schedule(often, 0);
  wheel.schedule(always, 0);
  await environment.advance(3_000);
  expect(often.at.length).toBeGreaterThanOrEqual(9);
  expect(often.at.length).toBeLessThanOrEqual(13);
  expect(always.at.length).toBeLessThanOrEqual(31);
});

test('whatever is scheduled, removed and called: nothing is lost, nothing comes early', async () => {
  const seed = testSeed();
  const random = createRandom(seed);
  const environment = createTestEnvironment();
  const wheel = createWheel(environment, STEP_MS);
  const due = new Map<Spoke, number>();
  const spokes = Array.from({ length: 50 }, () => {
    const one: Spoke = {
      slot: Infinity,
      tick() {
        const expected = due.get(one) ?? Infinity;
        const now = environment.monotonicNow();
        expect(now, replayHint(seed)).toBeGreaterThanOrEqual(expected);
        expect(now, replayHint(seed)).toBeLessThanOrEqual(expected + 2 * STEP_MS);
        due.delete(one);
        return Infinity;
      },
    };
    return one;
  });
  for (let round = 0; round < 300; round += 1) {
    const one = random.pick(spokes);
    if (random.chance(0.2)) {
      wheel.remove(one);
      due.delete(one);
    } else {
      const at = environment.monotonicNow() + random.below(2_000);
      const before = due.get(one);
      wheel.schedule(one, at);
      // A later time changes nothing, and times within one step are the same to the wheel.
      if (before === undefined || Math.ceil(at / STEP_MS) < Math.ceil(before / STEP_MS)) due.set(one, at);
    }
    if (random.chance(0.3)) await environment.advance(random.below(500));
  }
  await environment.advance(5_000);
  expect(due.size, replayHint(seed)).toBe(0);
  expect(environment.pending).toBe(0);
});
