import { expect, test } from 'vitest';
import { table } from '../connection/transition-table.ts';
import { replaceSection, section } from './support/markdown.ts';

const page = 'docs/connection.md';

/** Phases across, inputs down; what needs more words gets a number, and the words below. */
function render(): string {
  const phases = Object.keys(table) as (keyof typeof table)[];
  const inputs = Object.keys(table.idle) as (keyof typeof table.idle)[];
  const notes: string[] = [];
  const mark = (note: string | undefined): string => {
    if (note === undefined || note === 'stale') return '';
    if (!notes.includes(note)) notes.push(note);
    return ` [${notes.indexOf(note) + 1}]`;
  };
  const cells = inputs.map((input) => {
    const row = phases.map((phase) => {
      const { to, note } = table[phase][input];
      return `${note === 'stale' ? 'stale' : to}${mark(note)}`;
    });
    return [`\`${input}\``, ...row];
  });
  const line = (columns: readonly string[]): string => `| ${columns.join(' | ')} |`;
  return [
    line(['input \\ phase', ...phases]),
    line(['---', ...phases.map(() => '---')]),
    ...cells.map(line),
    '',
    ...notes.map((note, at) => `${at + 1}. ${note[0]?.toUpperCase()}${note.slice(1)}.`),
  ].join('\n');
}

test('docs/connection.md shows the table that the machine is tested against (UPDATE_DOCS=1 writes it)', () => {
  if (process.env['UPDATE_DOCS'] === '1') replaceSection(page, 'state table', render());
  expect(section(page, 'state table')).toBe(render());
});
