import { describe, expect, test } from 'vitest';
import { memoryLog } from '../../../packages/server/src/log/memory.ts';
import { type LogHarness, logBehaviours, sharedBehaviours } from '../../../packages/server/src/testing/index.ts';
import { createMemoryHarness, withInstances } from './memory-harness.ts';

const harnesses: ReadonlyArray<readonly [string, LogHarness]> = [
  ['a log in memory', createMemoryHarness()],
  ['a log in memory, as several instances', withInstances(createMemoryHarness())],
  ['a log in memory, by the public face alone', { create: (options) => Promise.resolve(memoryLog(options)) }],
];

describe.each(harnesses)('%s', (_, harness) => {
  for (const { name, run } of logBehaviours(harness)) test(name, run);
  for (const { name, run } of sharedBehaviours(harness)) test(name, run);
});

test('behaviours that need a power which the harness lacks are not listed', () => {
  const all = withInstances(createMemoryHarness());
  const { create } = all;
  const count = (harness: LogHarness): number => logBehaviours(harness).length;
  const powers = (['join', 'trim', 'wipe', 'advance'] as const).map((power) => {
    const more = count({ create, [power]: all[power] }) - count({ create });
    expect(more, power).toBeGreaterThan(0);
    return more;
  });
  expect(count(all)).toBe(powers.reduce((sum, more) => sum + more, count({ create })));
});

test('each behaviour has a name of its own', () => {
  const harness = withInstances(createMemoryHarness());
  const names = [...logBehaviours(harness), ...sharedBehaviours(harness)].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(60);
});
