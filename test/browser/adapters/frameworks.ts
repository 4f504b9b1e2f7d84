import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { sveltePlugin } from '../../adapters/drivers/svelte-plugin.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A framework, the module of its drivers, and their names. */
export const frameworks = [
  { name: 'react', module: 'react.tsx', drivers: { driver: 'react', strictDriver: 'react-strict' } },
  { name: 'vue', module: 'vue.ts', drivers: { driver: 'vue' } },
  { name: 'svelte', module: 'svelte.ts', drivers: { driver: 'svelte' } },
] as const;

export type Framework = (typeof frameworks)[number];

/** Tests in a browser are of what is published. */
export function requireBuilds(): void {
  const missing = ['client', ...frameworks.map(({ name }) => name)].filter(
    (name) => !existsSync(join(root, 'packages', name, 'dist/index.mjs')),
  );
  if (missing.length > 0) throw new Error(`Expected a build of ${missing.join(', ')}: \`npm run build\` makes one`);
}

/** One script: the framework, the built packages, its drivers and the contract. */
export async function bundle(
  { name, module, drivers }: Framework,
  mode: 'development' | 'production',
): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { ${Object.keys(drivers).join(', ')} } from '../../adapters/drivers/${module}';
        import { expose } from './page.ts';
        expose(${Object.keys(drivers).join(', ')});
      `,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'iife',
    conditions: ['browser', mode],
    minify: mode === 'production',
    // Not the project's own, which leads to the sources.
    tsconfigRaw: { compilerOptions: { jsx: 'react-jsx', target: 'es2022' } },
    alias: { [`pushstream-${name}`]: join(root, 'packages', name) },
    define: {
      'process.env.NODE_ENV': JSON.stringify(mode),
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    plugins: name === 'svelte' ? [sveltePlugin()] : [],
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** Whatever a page complains about, errors and warnings. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('crash', () => complaints.push('the page crashed'));
  return complaints;
}
