import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeBlocks, pages, read, root } from '../docs/support/markdown.ts';

/** Users import by name what we import from the sources. */
const byName = (code: string): string =>
  code
    .replaceAll("'../../packages/client/src/index.ts'", "'pushstream-client'")
    .replaceAll("'../../packages/client/src/testing/index.ts'", "'pushstream-client/testing'")
    .trim();

const folder = 'test/testing';
const files = readdirSync(join(root, folder)).map((name) => byName(read(`${folder}/${name}`)));
const recipes = pages
  .filter(({ path }) => path === 'docs/testing.md')
  .flatMap(codeBlocks)
  .filter(({ code }) => code.includes("from 'vitest'"));

test('docs/testing.md has recipes', () => {
  expect(recipes.length).toBeGreaterThanOrEqual(4);
});

test.each(recipes)('the recipe in line $line of docs/testing.md is a test that runs, word for word', ({ code }) => {
  expect(files).toContain(code);
});
