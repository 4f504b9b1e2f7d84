import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bin, installClient, pack, readJson, run, temporaryFolder, writeFiles } from './tarball.ts';

let folder: string;
let tarball: string;
let project: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const [client, inspector] = [join(folder, 'client'), join(folder, 'inspector')];
  await Promise.all([mkdir(client), mkdir(inspector)]);
  tarball = await pack('inspector', inspector);
  project = join(folder, 'app');
  await installClient(await pack('client', client), project, tarball);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the tarball holds the build, the file for a script tag, the licence and the readme, and nothing else', async () => {
  const files = (await run('tar', ['-tzf', tarball])).trim().split('\n');
  const scripts = ['index.mjs', 'index.cjs', 'pushstream-inspector.js', 'pushstream-inspector.min.js'];
  const built = scripts.flatMap((file) => [`package/dist/${file}`, `package/dist/${file}.map`]);
  const types = ['package/dist/index.d.cts', 'package/dist/index.d.mts'];
  const papers = ['package/LICENSE', 'package/README.md', 'package/package.json'];
  const expected = [...built, ...types, ...papers];
  expect(files.filter((file) => file !== 'package/CHANGELOG.md').sort()).toEqual(expected.sort());
});

test('it depends on the types of the client alone: nothing of the client is in it, or loaded by it', async () => {
  const manifest = await readJson(join(project, 'node_modules/pushstream-inspector/package.json'));
  expect(Object.keys(manifest['dependencies'] as object)).toEqual(['pushstream-client']);
  expect(JSON.stringify(manifest)).not.toContain('workspace:');
  const code = await readFile(join(project, 'node_modules/pushstream-inspector/dist/index.mjs'), 'utf8');
  expect(code).not.toMatch(/^\s*(import|export .* from)\b/m);
});

test('the files for script tags are ASCII: they are the same in pages of any encoding', async () => {
  for (const file of ['pushstream-inspector.js', 'pushstream-inspector.min.js']) {
    const code = await readFile(join(project, 'node_modules/pushstream-inspector/dist', file), 'utf8');
    expect([...code].filter((character) => character > '\u007f')).toEqual([]);
  }
});

test('publint finds nothing to say', async () => {
  const content = await readFile(tarball);
  const { messages } = await publint({ pack: { tarball: new Uint8Array(content).buffer }, strict: true });
  expect(messages).toEqual([]);
});

test('the types resolve in every kind of module resolution', async () => {
  await run(bin('attw'), [tarball, '--profile', 'strict', '--format', 'ascii', '--no-definitely-typed']);
});

test.each([
  ['use.mjs', `import { defineInspector, inspect } from 'pushstream-inspector';`],
  ['use.cjs', `const { defineInspector, inspect } = require('pushstream-inspector');`],
])('%s loads it without a page', async (file, load) => {
  await writeFiles(project, { [file]: `${load}\ndefineInspector();\nconsole.log(typeof inspect);` });
  expect(await run(bin('node'), [file], project)).toBe('function\n');
});

const consumer = `
  import { EventClient } from 'pushstream-client';
  import { inspect } from 'pushstream-inspector';

  interface TaskEvents {
    'task.progress': { percentage: number };
  }

  const client = new EventClient<TaskEvents>('http://127.0.0.1:9/events');
  inspect(client).limit = 100;
  document.createElement('pushstream-inspector').client = client;
  // @ts-expect-error no client
  inspect('/events');
`;

test.each([
  ['node16', 'consumer.mts', 'node16'],
  ['node16', 'consumer.cts', 'node16'],
  ['bundler', 'consumer.ts', 'esnext'],
])('TypeScript with moduleResolution %s compiles %s (module %s)', async (moduleResolution, file, module) => {
  const lib = ['es2022', 'dom', 'dom.iterable'];
  const compilerOptions = { module, moduleResolution, target: 'es2022', lib, types: [], strict: true, noEmit: true };
  const config = `tsconfig.${file}.json`;
  await writeFiles(project, { [file]: consumer, [config]: JSON.stringify({ compilerOptions, files: [file] }) });
  for (const compiler of ['tsc', 'tsc6']) await run(bin(compiler), ['--pretty', 'false', '-p', config], project);
});
