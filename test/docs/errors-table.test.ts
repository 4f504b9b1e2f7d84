import { expect, test } from 'vitest';
import { codeIn, rows, section } from './support/markdown.ts';
import { errorClasses } from './support/public-face.ts';

test('the README lists exactly the exported error classes, each with its code', () => {
  const shown = rows(section('README.md', 'errors')).map(([name = '', code = '']) => [
    codeIn(name)[0],
    codeIn(code)[0],
  ]);
  const exported = [...errorClasses('packages/client/src/index.ts')].filter(([, code]) => code !== undefined);
  expect(exported.length).toBeGreaterThan(0);
  expect(new Map(shown as [string, string][])).toEqual(new Map(exported));
});
