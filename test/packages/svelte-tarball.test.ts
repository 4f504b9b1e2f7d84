import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeBlocks, pages } from '../docs/support/markdown.ts';
import { bin, installClient, link, pack, readJson, run, temporaryFolder, writeFiles } from './tarball.ts';

let folder: string;
let tarball: string;
let project: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const [client, svelte] = [join(folder, 'client'), join(folder, 'svelte')];
  await Promise.all([mkdir(client), mkdir(svelte)]);
  tarball = await pack('svelte', svelte);
  project = join(folder, 'app');
  await installClient(await pack('client', client), project, tarball);
  await link(project, 'svelte', 'vite', '@sveltejs/vite-plugin-svelte');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the tarball holds the build, the licence and the readme, and nothing else', async () => {
  const files = (await run('tar', ['-tzf', tarball])).trim().split('\n');
  const built = ['index.mjs', 'index.mjs.map', 'index.d.mts'].map((file) => `package/dist/${file}`);
  const papers = ['package/LICENSE', 'package/README.md', 'package/package.json'];
  const expected = [...built, ...papers];
  expect(files.filter((file) => file !== 'package/CHANGELOG.md').sort()).toEqual(expected.sort());
});

test('the published manifest depends on the client alone, and on a Svelte of the user’s', async () => {
  const manifest = await readJson(join(project, 'node_modules/pushstream-svelte/package.json'));
  expect(Object.keys(manifest['dependencies'] as object)).toEqual(['pushstream-client']);
  expect(manifest['peerDependencies']).toEqual({ svelte: '^5.7.0' });
  expect(JSON.stringify(manifest)).not.toContain('workspace:');
});

test('bundlers for Svelte, and all others, find it', async () => {
  const { exports } = await readJson(join(project, 'node_modules/pushstream-svelte/package.json'));
  const [types, code] = ['./dist/index.d.mts', './dist/index.mjs'];
  expect((exports as Record<string, unknown>)['.']).toEqual({ types, svelte: code, default: code });
});

test('publint finds nothing to say', async () => {
  const content = await readFile(tarball);
  const { messages } = await publint({ pack: { tarball: new Uint8Array(content).buffer }, strict: true });
  expect(messages).toEqual([]);
});

test('the types resolve wherever there are modules', async () => {
  await run(bin('attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-definitely-typed']);
});

test.each([
  ['use.mjs', `import { useEventStream } from 'pushstream-svelte';`],
  ['use.cjs', `const { useEventStream } = require('pushstream-svelte');`],
])(
  '%s loads it without a page and without a compiler; a stream that is read there connects nothing',
  async (file, load) => {
    const use = `const { status, current } = useEventStream('/events', { history: 3 });`;
    const report = `console.log(status, current.events.length, process.getActiveResourcesInfo().includes('Timeout'));`;
    await writeFiles(project, { [file]: `${load}\n${use}\n${report}` });
    expect(await run(bin('node'), [file], project)).toBe('idle 0 false\n');
  },
);

const consumer = `
  import { EventClient } from 'pushstream-client';
  import { eventStreamStore, type StreamUrl, useEvent, useEventStream } from 'pushstream-svelte';
  import { get } from 'svelte/store';

  interface TaskEvents {
    'task.progress': { percentage: number };
  }

  const client = new EventClient<TaskEvents>('http://127.0.0.1:9/events');
  export const percentage: number | undefined = useEventStream(() => client, { events: 'task.progress' }).data?.percentage;
  export const same: number | undefined = get(eventStreamStore(client)).data?.percentage;
  // @ts-expect-error no such event
  useEvent('/events' as StreamUrl<TaskEvents>, 'task.gone', () => {});
`;
const settings = [
  ['node16', 'consumer.mts', 'node16'],
  ['bundler', 'consumer.ts', 'esnext'],
].flatMap((row) => ['tsc', 'tsc6'].map((compiler) => [...row, compiler] as [string, string, string, string]));

test.each(settings)(
  'TypeScript with moduleResolution %s compiles %s (module %s, %s)',
  async (moduleResolution, file, module, compiler) => {
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: [],
      strict: true,
      noEmit: true,
    };
    const config = `tsconfig.${file}.${compiler}.json`;
    await writeFiles(project, { [file]: consumer, [config]: JSON.stringify({ compilerOptions, files: [file] }) });
    await run(bin(compiler), ['--pretty', 'false', '-p', config], project);
  },
);

test('the app of the guide builds with Vite, and renders on a server', async () => {
  const blocks = pages.filter(({ path }) => path === 'docs/guides/svelte.md').flatMap(codeBlocks);
  const [app, main] = blocks.filter(({ language }) => ['svelte', 'ts'].includes(language)).map(({ code }) => code);
  await writeFiles(project, {
    'index.html': '<!doctype html><body><script type="module" src="/src/main.ts"></script></body>',
    'src/App.svelte': app ?? '',
    'src/main.ts': main ?? '',
    'src/server.ts': `
      import { render } from 'svelte/server';
      import App from './App.svelte';

      console.log((await render(App)).body);
    `,
    'vite.config.mjs': `
      import { svelte } from '@sveltejs/vite-plugin-svelte';

      export default { plugins: [svelte()], logLevel: 'warn' };
    `,
  });
  await run(bin('vite'), ['build', '--outDir', 'page'], project);
  expect(await readFile(join(project, 'page/index.html'), 'utf8')).toMatch(
    /<script type="module"[^>]* src="\/assets\//,
  );
  await run(bin('vite'), ['build', '--ssr', 'src/server.ts', '--outDir', 'server'], project);
  const built = (await run('ls', ['server'], project)).trim();
  const html = await run(bin('node'), [`server/${built}`], project);
  expect(html).toMatch(/<p>(<!--.*?-->)*idle/);
});
