// Builds the page into the folder that is named, or `dist`. A process of its own: frameworks look at its environment.
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { pageConfig, scriptConfig } from './vite.config.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Served as they are: what a page without any tooling would contain. */
const plain = [
  'theme.css',
  'umd/umd.html',
  'umd/umd.js',
  'umd/vanilla.js',
  // The file that users put into a script tag.
  '../packages/client/dist/pushstream.min.js',
  '../packages/client/dist/pushstream.min.js.map',
];

const outDir = process.argv[2] ?? at('dist');
await mkdir(outDir, { recursive: true });
await build(pageConfig(outDir));
await build(scriptConfig(outDir));
await Promise.all(plain.map((file) => copyFile(at(file), join(outDir, basename(file)))));
