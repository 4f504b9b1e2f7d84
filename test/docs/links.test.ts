import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { pages, prose, read, root, type Page } from './support/markdown.ts';

/** The names that a page's headings get on GitHub. */
function anchors(text: string): readonly string[] {
  const used = new Map<string, number>();
  return [...prose(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const times = used.get(slug) ?? 0;
    used.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

function faults({ path, text }: Page): readonly string[] {
  const targets = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .flatMap((target) => {
      const [file = '', anchor] = target.split('#');
      const at = file === '' ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(root, at))) return [`${path}: ${target}: no such file`];
      if (anchor !== undefined && !anchors(read(at)).includes(anchor)) return [`${path}: ${target}: no such heading`];
      return [];
    });
}

test.each(pages)('the links of $path lead somewhere', (page) => {
  expect(faults(page)).toEqual([]);
});

test('a package’s README, which npm shows alone, has no relative links', () => {
  const relative = pages
    .filter(({ path }) => path.startsWith('packages/'))
    .flatMap(({ path, text }) =>
      [...prose(text).matchAll(/\]\((?![a-z]+:|#)([^)]+)\)/g)].map((match) => `${path}: ${match[1]}`),
    );
  expect(relative).toEqual([]);
});
