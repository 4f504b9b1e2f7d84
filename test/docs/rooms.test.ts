import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeIn, root, rows, section } from './support/markdown.ts';

test.each(['protocol', 'client', 'server', 'vue', 'react', 'svelte', 'inspector'])(
  'ARCHITECTURE.md names every room of packages/%s, and no other',
  (name) => {
    const files = readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => file.endsWith('.ts'));
    const named = rows(section('ARCHITECTURE.md', `rooms of ${name}`)).flatMap(([first = '']) => codeIn(first));
    expect([...named].sort()).toEqual(files.sort());
  },
);
