// @vitest-environment node
import { expect, test } from 'vitest';
import { codeBlocks, pages, read } from '../docs/support/markdown.ts';

test('the test in the guide is one that runs, word for word', () => {
  const blocks = pages.filter(({ path }) => path === 'docs/guides/vue.md').flatMap(codeBlocks);
  const tests = blocks.filter(({ code }) => code.includes("from 'vitest'")).map(({ code }) => code);
  expect(tests).toEqual([read('test/adapters/vue-guide.test.ts').trim()]);
});
