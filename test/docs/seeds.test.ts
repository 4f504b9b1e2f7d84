import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { read, root, rows } from './support/markdown.ts';

const page = 'docs/seeds.md';
const features = read(page)
  .split(/^(?=\| feature)/m)
  .slice(1)
  .flatMap((table) => rows(table.split('\n\n')[0] ?? ''));

/** The tests that a cell names, each with its file. */
function named(cell: string): readonly (readonly [file: string, name: string])[] {
  return cell.split(/(?=`[^`]+`: ")/).flatMap((part) => {
    const file = /^`([^`]+)`/.exec(part)?.[1] ?? '';
    return [...part.matchAll(/"([^"]+)"/g)].map(([, name = '']) => [file, name] as const);
  });
}

test('every feature says how it is done, and which test shows it', () => {
  expect(features.length).toBeGreaterThan(50);
  for (const [feature, here = '', shown = ''] of features) {
    expect(here, feature).not.toBe('');
    expect(named(shown).length, feature).toBeGreaterThan(0);
  }
});

test.each(features.flatMap(([, , shown = '']) => named(shown)))('test/%s has "%s"', (file, name) => {
  expect(existsSync(join(root, 'test', file))).toBe(true);
  const text = read(`test/${file}`).replaceAll(/\\(?=['"])/g, '');
  expect([`'${name}`, `"${name}`, `\`${name}`].some((title) => text.includes(title))).toBe(true);
});
