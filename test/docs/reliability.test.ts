import { expect, test } from 'vitest';
import { troubles } from '../chaos/troubles.ts';
import { read, rows, section } from './support/markdown.ts';

const page = 'docs/reliability.md';

const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

test('docs/reliability.md tells of every trouble, what it may lead to, and its bound', () => {
  const told = rows(section(page, 'troubles')).map(([name, , resets = '', bound]) => [
    name,
    /`(\w+)`/.exec(resets)?.[1],
    bound,
  ]);
  expect(told).toEqual(troubles.map(({ name, reset, boundMs }) => [name, reset?.reason, `${boundMs / 1_000} s`]));
});

test('the report in docs/reliability.md is one of all troubles, and nothing went wrong', () => {
  const report = rows(section(page, 'chaos'));
  expect(report.map(([name]) => name)).toEqual(troubles.map(({ name }) => name));
  // Lost, duplicated, out of order.
  expect(report.map((row) => row.slice(7, 10))).toEqual(troubles.map(() => ['0', '0', '0']));
  expect(section(page, 'chaos')).toMatch(/^npm run chaos -- --cycles=\d+ --clients=\d+ --seed=\d+$/m);
  expect(scripts['chaos']).toBeDefined();
});
