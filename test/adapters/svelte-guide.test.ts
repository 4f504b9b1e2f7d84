// @vitest-environment node
import { expect, test } from 'vitest';
import { codeBlocks, pages, read } from '../docs/support/markdown.ts';

test('the test in the guide, and the component that it is of, are ones that run, word for word', () => {
  const blocks = pages.filter(({ path }) => path === 'docs/guides/svelte.md').flatMap(codeBlocks);
  const at = blocks.findIndex(({ code }) => code.includes("from 'vitest'"));
  expect(blocks.slice(at - 1, at + 1).map(({ code }) => code)).toEqual([
    read('test/adapters/svelte/Progress.svelte').trim(),
    read('test/adapters/svelte/guide.test.ts').trim(),
  ]);
});
