import { expect, test } from 'vitest';
import { logBehaviours } from '../../../packages/server/src/testing/index.ts';
import { createMemoryHarness, withInstances } from './memory-harness.ts';
import { mutants } from './mutants/index.ts';

/** What hangs is told after this; a sound engine needs a fraction of it. */
const PATIENCE_MS = 400;

test.each(mutants)('an engine that $name is found out: $breaks', async ({ breaks, make }) => {
  const behaviour = logBehaviours({ ...make(), patienceMs: PATIENCE_MS }).find(({ name }) => name === breaks);
  expect(behaviour, breaks).toBeDefined();
  await expect(behaviour?.run()).rejects.toThrow();
});

test('each behaviour is broken by an engine of its own', () => {
  const broken = new Set(mutants.map(({ breaks }) => breaks));
  const names = logBehaviours(withInstances(createMemoryHarness())).map(({ name }) => name);
  expect(names.filter((name) => !broken.has(name))).toEqual([]);
});
