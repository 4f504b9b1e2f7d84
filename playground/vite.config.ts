import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import react from '@vitejs/plugin-react';
import vue from '@vitejs/plugin-vue';
import type { InlineConfig, Plugin } from 'vite';
import * as client from '../packages/client/src/index.ts';
import * as binding from '../packages/client/src/binding/index.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const dedicated = { configFile: false, root: at('.'), logLevel: 'error' } as const;

/** The sources: no package has to be built before. */
const sources = [{ find: /^pushstream-(react|vue|svelte|inspector)$/, replacement: at('../packages/$1/src/index.ts') }];

/** What a script tag brings: a global that has a package's exports. */
const globals = new Map<string, { readonly from: string; readonly names: readonly string[] }>([
  ['pushstream-client', { from: 'PushStream', names: Object.keys(client) }],
  ['pushstream-client/binding', { from: 'PushStream.binding', names: Object.keys(binding) }],
]);

/** The page has one copy of the client, that of its script tag: so all its panels can share one stream. */
const fromScriptTag: Plugin = {
  name: 'from-script-tag',
  enforce: 'pre',
  resolveId: (id) => (globals.has(id) ? `\0${id}` : undefined),
  load(id) {
    const found = globals.get(id.slice(1));
    return found && `export const { ${found.names.join(', ')} } = ${found.from};`;
  },
};

/** The page, for production. */
export const pageConfig = (outDir: string): InlineConfig => ({
  ...dedicated,
  plugins: [fromScriptTag, react(), vue(), svelte({ configFile: false })],
  resolve: { alias: sources },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_000,
    // A strict policy has no `data:`.
    assetsInlineLimit: 0,
  },
});

/** The script tag: the client as the global `PushStream`, with what the frameworks' packages need of it. */
export const scriptConfig = (outDir: string): InlineConfig => ({
  ...dedicated,
  publicDir: false,
  resolve: {
    alias: [
      { find: /^pushstream-client$/, replacement: at('../packages/client/src/index.ts') },
      { find: /^pushstream-client\/(.*)$/, replacement: at('../packages/client/src/$1/index.ts') },
    ],
  },
  build: {
    outDir,
    emptyOutDir: false,
    target: 'es2022',
    lib: { entry: at('umd/pushstream.ts'), name: 'PushStream', formats: ['umd'], fileName: () => 'pushstream.js' },
  },
});
