import { readFile } from 'node:fs/promises';
import { type Plugin, transform } from 'esbuild';
import * as newest from 'svelte/compiler';

/** Compiles Svelte's components and modules for esbuild, for a page or for a server. */
export function sveltePlugin(
  generate: 'client' | 'server' = 'client',
  { compile, compileModule }: Pick<typeof newest, 'compile' | 'compileModule'> = newest,
): Plugin {
  return {
    name: 'svelte',
    setup({ onLoad }) {
      onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        return { contents: compile(source, { filename: path, generate, css: 'injected' }).js.code };
      });
      onLoad({ filter: /\.svelte\.[jt]s$/ }, async ({ path }) => {
        const { code } = await transform(await readFile(path, 'utf8'), { loader: 'ts', target: 'esnext' });
        return { contents: compileModule(code, { filename: path, generate }).js.code };
      });
    },
  };
}
