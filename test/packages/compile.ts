import { test } from 'vitest';
import type { Installed } from './installed.ts';
import { bin, run, writeFiles } from './tarball.ts';

const resolutions = [
  ['node16', 'consumer.mts', 'node16'],
  ['node16', 'consumer.cts', 'node16'],
  ['bundler', 'consumer.ts', 'esnext'],
] as const;

type CompilerOptions = Readonly<Record<string, unknown>>;

/** Ways to compile a consumer. */
export interface Ways {
  /** It has only what `import` loads. */
  readonly isEsm?: boolean;
  /** By name, what is special about each. */
  readonly variants?: Readonly<Record<string, CompilerOptions>>;
  /** Options for a kind of module resolution. */
  readonly options?: (moduleResolution: string) => CompilerOptions;
}

/** Compiles a program that uses a package, in every kind of module resolution, by TypeScript 7 and 6. */
export function testCompile(
  installed: Installed,
  consumer: string,
  { isEsm = false, variants = { 'a page': {} }, options = () => ({}) }: Ways = {},
): void {
  const rows = resolutions
    .filter(([, file]) => !isEsm || !file.endsWith('.cts'))
    .flatMap((row) =>
      ['tsc', 'tsc6'].flatMap((by) => Object.keys(variants).map((name) => [...row, by, name] as const)),
    );

  test.each(rows)(
    'TypeScript with moduleResolution %s compiles %s (module %s, %s) for %s',
    async (moduleResolution, file, module, compiler, variant) => {
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'es2022',
        lib: ['es2022', 'dom', 'dom.iterable'],
        types: [],
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        ...options(moduleResolution),
        ...variants[variant],
      };
      const config = `tsconfig.${file}.${compiler}.${variant.replaceAll(' ', '-')}.json`;
      await writeFiles(installed.project, {
        [file]: consumer,
        [config]: JSON.stringify({ compilerOptions, files: [file] }),
      });
      await run(bin(compiler), ['--pretty', 'false', '-p', config], installed.project);
    },
  );
}
