import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeBlocks, pages, read, root } from './support/markdown.ts';

const { scripts, packageManager } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  packageManager: string;
};
/** With those that a guide's reader has. */
const tools = [...readdirSync(join(root, 'node_modules/.bin')), 'next'];

const lines = pages.flatMap((page) =>
  codeBlocks(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ line, code }) =>
      code.split('\n').map((command, at) => [`${page.path}:${line + at}`, command] as const),
    ),
);

/** What is wrong with a command, or nothing. */
function fault(command: string): string | undefined {
  const words = command
    .replace(/\s+#.*$/, '')
    .replace(/^(\w+=\S+\s+)+/, '')
    .trim()
    .split(/\s+/);
  const [program = '', verb = '', name = ''] = words;
  const script = (wanted: string): string | undefined => (wanted in scripts ? undefined : `no script ${wanted}`);
  if (program === 'npm' && (verb === 'start' || verb === 'test')) return script(verb);
  if (program === 'npm' && verb === 'run') return script(name);
  if (program === 'node' && verb === '--run') return script(name);
  const rest = words.slice(1).filter((word) => !word.startsWith('-'));
  if (program === 'npx')
    return tools.includes(rest[0] ?? '') || rest[0] === packageManager ? undefined : `no tool ${rest[0]}`;
  return undefined;
}

test('there are commands to look at', () => {
  expect(lines.length).toBeGreaterThan(0);
});

test('every command names a script or a tool that exists', () => {
  const faults = lines.flatMap(([place, command]) => {
    const found = fault(command);
    return found === undefined ? [] : [`${place}: ${command}: ${found}`];
  });
  expect(faults).toEqual([]);
});

test('scripts that the prose names exist', () => {
  const named = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/`(?:[A-Z_]+=\S+ )*npm run ([\w:-]+)/g)].map((match) => [path, match[1] ?? ''] as const),
  );
  expect(named.filter(([, name]) => !(name in scripts))).toEqual([]);
});
