import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CodeBlock, codeBlocks, pages, root } from './support/markdown.ts';
import { preludes } from './support/preludes.ts';
import { compileSvelte } from './support/svelte.ts';
import { compileVue } from './support/vue.ts';

const run = promisify(execFile);

/** The script of a page that loads the UMD file. */
const umd = `export declare const PushStream: typeof import('pushstream-client');`;

/** What files of an app import of each other: modules that stand for its own. */
const neighbours: Readonly<Record<string, string>> = {
  'push.ts': `export declare const push: import('pushstream-server').PushStream;`,
  'shutdown.ts': 'export {};',
  'progress.tsx': `export declare function Progress(props: { seed: object }): React.JSX.Element;`,
};

interface Example {
  readonly name: string;
  readonly file: string;
  readonly source: string;
}

function example({ page, line, language, code, prelude }: CodeBlock): Example[] {
  const hidden = prelude === undefined ? '' : preludes[prelude];
  if (hidden === undefined) throw new Error(`${page}:${line}: no prelude ${prelude}`);
  const name = `${page}:${line}`;
  const file = `${page.replaceAll(/\W/g, '-')}-${line}`;
  // Lines keep the numbers that they have in the page.
  const above = '\n'.repeat(line - 1);
  if (language === 'ts' || language === 'tsx') {
    const linked = code.replaceAll(/'\.{1,2}\/(?:[^']*\/)?(push|shutdown|progress)(?:\.ts)?'/g, `'./app/$1'`);
    return [{ name, file: `${file}.${language}`, source: `${above}${linked}\n${hidden}\nexport {};\n` }];
  }
  if (language === 'vue') {
    return [{ name, file: `${file}.ts`, source: `${compileVue(code, file)}\n${hidden}\nexport {};\n` }];
  }
  if (language === 'svelte') {
    return [{ name, file: `${file}.ts`, source: `${above}${compileSvelte(code)}\n${hidden}\nexport {};\n` }];
  }
  if (language !== 'html') return [];
  const script = code.replaceAll(/<script[^>]*\ssrc=[^>]*><\/script>|<\/?script[^>]*>|^\s*<(?!script)[^\n]*$/gm, '');
  return script.trim() === '' ? [] : [{ name, file: `${file}.ts`, source: `${above}${script}\n${umd}\nexport {};\n` }];
}

const examples = pages.flatMap(codeBlocks).flatMap(example);
let errors: readonly string[] = [];
let folder: string;

beforeAll(async () => {
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, 'docs-'));
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      jsx: 'preserve',
      rootDir: root,
      // As most projects have it.
      noPropertyAccessFromIndexSignature: false,
      paths: {
        'pushstream-client': [join(root, 'packages/client/src/index.ts')],
        'pushstream-client/*': [join(root, 'packages/client/src/*/index.ts')],
        'pushstream-server/*': [join(root, 'packages/server/src/*/index.ts')],
        ...Object.fromEntries(
          ['react', 'vue', 'svelte', 'server', 'inspector'].map((name) => [
            `pushstream-${name}`,
            [join(root, `packages/${name}/src/index.ts`)],
          ]),
        ),
      },
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: ['.'],
  };
  const components = `declare module '*.vue' { export { defineComponent as default } from 'vue'; }`;
  await mkdir(join(folder, 'app'));
  const files = [
    ...examples,
    { file: 'components.d.ts', source: components },
    ...Object.entries(neighbours).map(([file, source]) => ({ file: `app/${file}`, source })),
  ].map(({ file, source }) => writeFile(join(folder, file), source));
  await Promise.all([...files, writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))]);
  errors = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false']).then(
    () => [],
    ({ stdout }: { stdout: string }) => stdout.split('\n').filter((line) => line.includes('error TS')),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the compiler has nothing to say about anything but the examples', () => {
  expect(errors.filter((error) => !examples.some(({ file }) => error.includes(`${file}(`)))).toEqual([]);
});

test.each(examples)('$name compiles', ({ file }) => {
  expect(errors.filter((error) => error.includes(`${file}(`))).toEqual([]);
});
