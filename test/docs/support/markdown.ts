import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../../..', import.meta.url));

/** A page of the documentation: its path from the root, and its text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A fenced block of code. */
export interface CodeBlock {
  readonly page: string;
  /** The line of the first line of code, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** What a comment `<!-- with: name -->` just before the fence names. */
  readonly prelude: string | undefined;
}

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Every page that users and contributors read. */
export const pages: readonly Page[] = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`),
  ...readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}/README.md`)
    .filter((path) => exists(path)),
].map((path) => ({ path, text: read(path) }));

function exists(path: string): boolean {
  try {
    read(path);
    return true;
  } catch {
    return false;
  }
}

export function codeBlocks({ path, text }: Page): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { language: string; line: number; prelude: string | undefined; code: string[] } | undefined;
  let prelude: string | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    const fence = /^```(\S*)\s*$/.exec(line);
    if (open && fence) {
      blocks.push({ ...open, page: path, code: open.code.join('\n') });
      open = undefined;
    } else if (open) open.code.push(line);
    else if (fence) {
      open = { language: fence[1] ?? '', line: at + 2, prelude, code: [] };
      prelude = undefined;
    } else if (line.trim() !== '') prelude = /^<!-- with: (\S+) -->$/.exec(line)?.[1];
  }
  return blocks;
}

/** The text without its blocks of code, the lines kept in their places. */
export function prose(text: string): string {
  return text.replaceAll(/^```[^]*?^```/gm, (block) => block.replaceAll(/[^\n]/g, ''));
}

/** What is between the comments `begin: name` and `end: name`. */
export function section(path: string, name: string): string {
  const found = markers(name).exec(read(path))?.[2];
  if (found === undefined) throw new Error(`${path}: expected a section "${name}" between its comments`);
  return found.trim();
}

export function replaceSection(path: string, name: string, content: string): void {
  const filled = read(path).replace(
    markers(name),
    (_all, begin: string, _old, end: string) => `${begin}\n\n${content}\n\n${end}`,
  );
  writeFileSync(join(root, path), filled);
}

function markers(name: string): RegExp {
  return new RegExp(`(<!-- begin: ${name} -->)([^]*?)(<!-- end: ${name} -->)`);
}

/** The rows of a table, cells without padding; the head and its line are left out. */
export function rows(table: string): readonly (readonly string[])[] {
  const lines = table.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, line.lastIndexOf('|'))
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
}

/** The words in backticks. */
export function codeIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}
