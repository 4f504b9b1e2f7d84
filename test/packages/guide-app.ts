import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { codeBlocks, pages } from '../docs/support/markdown.ts';
import { bin, run, writeFiles } from './tarball.ts';

/** The code of a guide in those languages, in its order. */
export function codeOf(guide: string, ...languages: readonly string[]): string[] {
  const blocks = pages.filter(({ path }) => path === `docs/guides/${guide}.md`).flatMap(codeBlocks);
  return blocks.filter(({ language }) => languages.includes(language)).map(({ code }) => code);
}

/** An app that Vite builds. */
export interface App {
  readonly files: Readonly<Record<string, string>>;
  /** Its plugin: a line that imports `plugin`. */
  readonly plugin: string;
  /** The one of its files that a page loads. */
  readonly main: string;
  /** The one of its files that prints it, on a server. */
  readonly server: string;
}

/** Builds it for a page and for a server; gives what that prints. */
export async function build(project: string, { files, plugin, main, server }: App): Promise<string> {
  await writeFiles(project, {
    'index.html': `<!doctype html><body><div id="root"></div><script type="module" src="/${main}"></script></body>`,
    'vite.config.mjs': `${plugin}\nexport default { plugins: [plugin()], logLevel: 'warn' };`,
    ...files,
  });
  await run(bin('vite'), ['build', '--outDir', 'page'], project);
  expect(await readFile(join(project, 'page/index.html'), 'utf8')).toMatch(
    /<script type="module"[^>]* src="\/assets\//,
  );
  await run(bin('vite'), ['build', '--ssr', server, '--outDir', 'server'], project);
  const [built = ''] = await readdir(join(project, 'server'));
  return run(bin('node'), [`server/${built}`], project);
}
