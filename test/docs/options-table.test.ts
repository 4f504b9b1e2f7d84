import { expect, test } from 'vitest';
import { resolveOptions } from '../../packages/client/src/resolve-options.ts';
import { codeIn, rows, section } from './support/markdown.ts';
import { plain } from './support/defaults.ts';
import { type Entry, members, publicFace } from './support/public-face.ts';

const client = 'packages/client/src';

interface Table {
  /** The section that shows it. */
  readonly name: string;
  /** The interface, or those that together are one object. */
  readonly of: readonly string[];
  /** What comes before each name. */
  readonly prefix?: string;
  readonly page?: string;
  /** Who exports it: a folder of the client's sources. */
  readonly entry?: string;
}

const transports = 'docs/transports.md';

const tables: readonly Table[] = [
  { name: 'options', of: ['EventClientOptions'] },
  { name: 'reconnect options', of: ['ReconnectOptions'], prefix: 'reconnect.' },
  { name: 'dedupe options', of: ['DedupeOptions'], prefix: 'dedupe.' },
  { name: 'resume options', of: ['ResumeOptions'], prefix: 'resume.' },
  { name: 'schema options', of: ['SchemaOptions'] },
  { name: 'events options', of: ['EventsOptions'] },
  { name: 'live state options', of: ['LiveStateEvents', 'ReduceOptions', 'HistoryOptions'] },
  { name: 'shared client options', of: ['SharedClientOptions'] },
  { name: 'node transport options', of: ['NodeTransportOptions'], page: transports, entry: 'node/' },
  {
    name: 'event source transport options',
    of: ['EventSourceTransportOptions'],
    page: transports,
    entry: 'event-source/',
  },
];

const shownIn = ({ page = 'README.md', name }: Table): readonly (readonly string[])[] => rows(section(page, name));

const declared = ({ of, entry = '' }: Table): readonly Entry[] =>
  of.flatMap((one) => members(`${client}/${entry}index.ts`, one));

test.each(tables)('the table of $name has exactly the members of $of', (table) => {
  const { prefix = '' } = table;
  const names = shownIn(table).flatMap(([first = '']) => codeIn(first));
  expect(names).toEqual(declared(table).map(({ name }) => prefix + name));
});

test.each(tables)('the table of $name has the defaults of the docstrings', (table) => {
  const said = shownIn(table).map(([, fallback = '']) => plain(fallback));
  expect(said).toEqual(
    declared(table).map(({ fallback, optional }) => plain(fallback ?? (optional ? 'none' : 'required'))),
  );
});

test.each(['', 'node/', 'event-source/'])('there is no options object of %s without a table', (entry) => {
  const shown = tables.flatMap(({ of }) => of);
  const options = publicFace(`${client}/${entry}index.ts`).filter(({ name }) => /^\w+Options$/.test(name));
  expect(options.length).toBeGreaterThan(0);
  expect(options.filter(({ name }) => !shown.includes(name)).map(({ name }) => name)).toEqual([]);
});

test('the docstrings have the defaults of the code', () => {
  const { heartbeatTimeoutMs, redirect, ...resolved } = resolveOptions('http://server.test/', {});
  const flat: Record<string, unknown> = { ...resolved, heartbeatTimeoutMs, redirect, window: resolved.dedupe.window };
  const compared: string[] = [];
  for (const table of tables) {
    for (const { name, fallback = 'none' } of declared(table)) {
      const value = flat[name];
      const isLiteral = ['string', 'number', 'boolean'].includes(typeof value) && name in flat;
      if (!isLiteral) continue;
      const written = typeof value === 'string' ? JSON.stringify(value) : String(value);
      expect(`${name}: ${plain(fallback)}`).toBe(`${name}: ${written}`);
      compared.push(name);
    }
  }
  expect(compared.length).toBeGreaterThanOrEqual(15);
});
