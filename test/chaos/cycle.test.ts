import { expect, test } from 'vitest';
import { elapse } from '../support/until.ts';
import { createRandom } from '../support/random.ts';
import { runCycle } from './cycle.ts';
import type { World } from './world.ts';

test('what cannot be mended fails its cycle, and nothing else', async () => {
  const world = {
    publishers: { resume() {}, mark: () => elapse(20).then(() => []) },
    crowd: { reach: () => elapse(20).then(() => ({ times: [], stragglers: [] })) },
    random: createRandom(1),
  };
  const strike = () => Promise.resolve(() => Promise.reject(new Error('Expected to start again')));
  // A world of which nothing else is asked.
  const cycle = runCycle({ name: 'one', boundMs: 100, strike }, world as unknown as World);
  await expect(cycle).rejects.toThrow('Expected to start again');
});
