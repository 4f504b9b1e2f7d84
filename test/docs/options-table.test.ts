import { expect, test } from 'vitest';
import { resolveOptions } from '../../packages/client/src/resolve-options.ts';
import { codeIn, rows, section } from './support/markdown.ts';
import { members } from './support/public-face.ts';

const index = 'packages/client/src/index.ts';

/** Section of the README, the interface that it shows, and what comes before each name. */
const tables = [
  ['options', 'EventClientOptions', ''],
  ['reconnect options', 'ReconnectOptions', 'reconnect.'],
  ['dedupe options', 'DedupeOptions', 'dedupe.'],
  ['resume options', 'ResumeOptions', 'resume.'],
] as const;

const shown = (name: string): readonly (readonly string[])[] => rows(section('README.md', name));

/** A default as the code has it: numbers without separators, words in quotes, prose after a comma left out. */
const plain = (text: string): string =>
  text
    .split(', ')[0]
    ?.replaceAll('`', '')
    .replaceAll("'", '"')
    .replaceAll(/(?<=\d)_/g, '') ?? '';

test.each(tables)('the table of %s has exactly the members of %s', (name, of, prefix) => {
  const names = shown(name).flatMap(([first = '']) => codeIn(first));
  expect(names).toEqual(members(index, of).map((member) => prefix + member.name));
});

test.each(tables)('the table of %s has the defaults of the docstrings', (name, of) => {
  const said = shown(name).map(([, fallback = '']) => plain(fallback));
  expect(said).toEqual(
    members(index, of).map((member) => plain(member.fallback ?? (member.optional ? 'none' : 'required'))),
  );
});

test('the docstrings have the defaults of the code', () => {
  const { heartbeatTimeoutMs, redirect, ...resolved } = resolveOptions('http://server.test/', {});
  const flat: Record<string, unknown> = { ...resolved, heartbeatTimeoutMs, redirect, window: resolved.dedupe.window };
  const compared: string[] = [];
  for (const [, of] of tables) {
    for (const { name, fallback = 'none' } of members(index, of)) {
      const value = flat[name];
      const isLiteral = ['string', 'number', 'boolean'].includes(typeof value) && name in flat;
      if (!isLiteral) continue;
      const written = typeof value === 'string' ? JSON.stringify(value) : String(value);
      expect(`${name}: ${plain(fallback)}`).toBe(`${name}: ${written}`);
      compared.push(name);
    }
  }
  expect(compared.length).toBeGreaterThanOrEqual(14);
});
