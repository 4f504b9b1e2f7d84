import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../playground/', import.meta.url);

test('every file of the server has its row in the README, and every row its file', () => {
  const rows = readFileSync(new URL('README.md', folder), 'utf8').match(/^\| `.*?\|/gm) ?? [];
  const named = rows.flatMap((row) => row.match(/[\w-]+\.ts/g) ?? []);
  const files = readdirSync(new URL('server', folder)).filter((file) => file !== 'sources.ts');
  expect(named.toSorted()).toEqual(files.toSorted());
});
