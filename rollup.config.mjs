import { readFileSync, rmSync } from 'node:fs';
import resolve from '@rollup/plugin-node-resolve';
import { dts as declarations } from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';
import { minify } from 'terser';

/** One line per published package; an entry is `output name: source file`. */
const packages = [
  {
    name: 'client',
    entries: {
      index: 'index.ts',
      binding: 'binding/index.ts',
      'event-source': 'event-source/index.ts',
      node: 'node/index.ts',
      testing: 'testing/index.ts',
    },
    inline: ['pushstream-protocol'],
    umd: {
      entry: 'index.ts',
      file: 'pushstream',
      global: 'PushStream',
      includes: '; @preact/signals-core (MIT, Preact Team)',
    },
  },
  {
    name: 'server',
    entries: {
      index: 'index.ts',
      auth: 'auth/index.ts',
      http: 'http/index.ts',
      redis: 'redis/index.ts',
      testing: 'testing/index.ts',
    },
    command: { cli: 'cli/index.ts' },
    inline: ['pushstream-protocol'],
  },
  {
    name: 'inspector',
    entries: { index: 'index.ts' },
    // It shows signs that a page without an encoding would take for others.
    umd: { entry: 'umd.ts', file: 'pushstream-inspector', global: 'PushStreamInspector', isAscii: true },
  },
  // Rollup drops directives: hooks are for client components.
  { name: 'react', entries: { index: 'index.ts' }, banner: '"use client";' },
  { name: 'vue', entries: { index: 'index.ts' } },
  // Svelte itself is ESM only.
  { name: 'svelte', entries: { index: 'index.ts' }, isEsmOnly: true },
];

const target = 'es2022';

const input = ({ name }, entries) =>
  Object.fromEntries(Object.entries(entries).map(([entry, file]) => [entry, `packages/${name}/src/${file}`]));

const isExternal =
  (inline = []) =>
  (id) =>
    !/^[./]|^[A-Za-z]:/.test(id) && !inline.includes(id);

const compile = () => esbuild({ target, charset: 'ascii', tsconfig: 'tsconfig.base.json' });

/** Stylesheets are strings, in a `styles.ts`: their spaces are for who writes them. */
const squeeze = {
  name: 'squeeze',
  transform: (code, id) =>
    id.endsWith('/styles.ts') ? { code: code.replaceAll(/\s*([{};,>])\s*|(?<=:)\s+/g, '$1'), map: null } : null,
};

/** esbuild translates; what it leaves in place, terser folds. */
const terser = (options) => ({
  name: 'terser',
  renderChunk: (code) => minify(code, { ecma: 2022, sourceMap: { asObject: true }, ...options }),
});

/** For bundlers: constants stand where they are used, which not every bundler does across modules. Names stay. */
const fold = terser({
  module: true,
  compress: { defaults: false, evaluate: true, reduce_vars: true, unused: true, passes: 3 },
  mangle: false,
  format: { beautify: true, preserve_annotations: true },
});

/** For a script tag: as small as it gets. */
const shrink = (isAscii) => terser({ compress: { passes: 3 }, format: { ascii_only: isAscii } });

const output = (name, format, extension, rest = {}) => ({
  dir: `packages/${name}/dist`,
  format,
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `shared-[hash].${extension}`,
  hoistTransitiveImports: false,
  ...rest,
});

const formats = ({ isEsmOnly }) => [
  { format: 'es', code: 'mjs', types: 'd.mts' },
  ...(isEsmOnly ? [] : [{ format: 'cjs', code: 'cjs', types: 'd.cts' }]),
];

/** A command is run, never imported: it has one format, no types, and a first line of its own. */
const isCommand = ({ command = {} }, { fileName }) => `${fileName.replace(/\.mjs$/, '')}` in command;
const banner = (item) => (chunk) => (isCommand(item, chunk) ? '#!/usr/bin/env node' : (item.banner ?? ''));

const modules = (item) =>
  formats(item).map(({ format, code }) => ({
    input: input(item, format === 'es' ? { ...item.entries, ...item.command } : item.entries),
    external: isExternal(item.inline),
    plugins: [resolve({ extensions: ['.ts', '.mjs', '.js'] }), squeeze, compile()],
    output: output(item.name, format, code, {
      sourcemap: true,
      exports: 'named',
      banner: banner(item),
      plugins: [fold],
    }),
  }));

const dts = (item) => ({
  input: input(item, item.entries),
  external: isExternal(item.inline),
  plugins: [declarations({ tsconfig: `packages/${item.name}/tsconfig.json`, includeExternal: item.inline })],
  // `Symbol.dispose` is younger than the libraries that many projects compile with.
  output: formats(item).map(({ types }) =>
    output(item.name, 'es', types, { banner: '/// <reference lib="esnext.disposable" />' }),
  ),
});

/** The file for a script tag: everything inside, the licences of what is inside on top. */
function umd({ name, umd: { entry, file, global, includes = '', isAscii = false } }) {
  const { version } = JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8'));
  const common = {
    format: 'umd',
    name: global,
    sourcemap: true,
    exports: 'named',
    banner: `/*! PushStream ${version} (MIT, PushStream contributors)${includes} */`,
  };
  return {
    input: `packages/${name}/src/${entry}`,
    plugins: [resolve({ browser: true, extensions: ['.ts', '.mjs', '.js'] }), squeeze, compile()],
    output: [
      { ...common, file: `packages/${name}/dist/${file}.js` },
      { ...common, file: `packages/${name}/dist/${file}.min.js`, plugins: [shrink(isAscii)] },
    ],
  };
}

/** `--configOnly client`: that package alone. */
export default ({ configOnly }) => {
  const wanted = packages.filter(({ name }) => configOnly === undefined || name === configOnly);
  // What is shared has a name of its own at each change: nothing of an earlier build is to be packed.
  for (const { name } of wanted) rmSync(`packages/${name}/dist`, { recursive: true, force: true });
  return wanted.flatMap((item) => [...modules(item), dts(item), ...(item.umd ? [umd(item)] : [])]);
};
