import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import type * as newest from 'svelte/compiler';
import { afterAll, describe, expect, test } from 'vitest';
import type { Case } from './contract.ts';
import type { Driver } from './driver.ts';
import { sveltePlugin } from './drivers/svelte-plugin.ts';
import { bundle, root } from './svelte/bundle.ts';

interface Oldest {
  readonly contract: readonly Case[];
  readonly driver: Driver;
}

const home = join(root, 'test/adapters/svelte-5.7');
const compiler = createRequire(join(home, 'package.json'))('svelte/compiler') as typeof newest;
const file = join(root, 'node_modules/.cache', `svelte-oldest-${process.pid}.mjs`);

/** Its own Svelte instead of the workspace's. */
const svelte: Plugin = {
  name: 'oldest svelte',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^svelte($|\/)/ }, ({ path, kind, pluginData }) =>
      pluginData === home ? undefined : resolve(path, { resolveDir: home, kind, pluginData: home }),
    );
  },
};

await bundle('oldest.ts', file, 'browser', svelte, sveltePlugin('client', compiler));
const { contract, driver } = (await import(/* @vite-ignore */ file)) as Oldest;
afterAll(() => rm(file, { force: true }));

describe('in the oldest Svelte that the package takes, a component', () => {
  test('is compiled by that', () => expect(compiler.VERSION).toBe('5.7.0'));

  test.each(contract)('$name', ({ run }) => run(driver));
});
