import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

export const root = join(import.meta.dirname, '../../..');
const source = (path: string): string => join(root, 'packages', path, 'index.ts');

/** One file for Node, of this package's sources, as `platform` has them. */
export async function bundle(
  entry: string,
  outfile: string,
  platform: 'browser' | 'node',
  ...plugins: readonly Plugin[]
): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, entry)],
    outfile,
    platform,
    bundle: true,
    format: 'esm',
    mainFields: ['module', 'main'],
    logLevel: 'error',
    alias: {
      'pushstream-client/binding': source('client/src/binding'),
      'pushstream-client/testing': source('client/src/testing'),
      'pushstream-client': source('client/src'),
      'pushstream-svelte': source('svelte/src'),
    },
    plugins: [...plugins],
  });
}
