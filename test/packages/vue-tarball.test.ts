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
  const [client, vue] = [join(folder, 'client'), join(folder, 'vue')];
  await Promise.all([mkdir(client), mkdir(vue)]);
  tarball = await pack('vue', vue);
  project = join(folder, 'app');
  await installClient(await pack('client', client), project, tarball);
  await link(project, 'vue', 'vite', '@vitejs/plugin-vue');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the tarball holds the build, the licence and the readme, and nothing else', async () => {
  const files = (await run('tar', ['-tzf', tarball])).trim().split('\n');
  const built = ['index.mjs', 'index.cjs'].flatMap((file) => [`package/dist/${file}`, `package/dist/${file}.map`]);
  const types = ['package/dist/index.d.cts', 'package/dist/index.d.mts'];
  const papers = ['package/LICENSE', 'package/README.md', 'package/package.json'];
  const expected = [...built, ...types, ...papers];
  expect(files.filter((file) => file !== 'package/CHANGELOG.md').sort()).toEqual(expected.sort());
});

test('the published manifest depends on the client alone, and on a Vue of the user’s', async () => {
  const manifest = await readJson(join(project, 'node_modules/pushstream-vue/package.json'));
  expect(Object.keys(manifest['dependencies'] as object)).toEqual(['pushstream-client']);
  expect(manifest['peerDependencies']).toEqual({ vue: '^3.5.0' });
  expect(JSON.stringify(manifest)).not.toContain('workspace:');
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
  ['use.mjs', `import { pushStreamPlugin, useEventStream } from 'pushstream-vue';`],
  ['use.cjs', `const { pushStreamPlugin, useEventStream } = require('pushstream-vue');`],
])('%s loads it without a page', async (file, load) => {
  await writeFiles(project, {
    [file]: `${load}\nconsole.log(typeof useEventStream, typeof pushStreamPlugin.install);`,
  });
  expect(await run(bin('node'), [file], project)).toBe('function function\n');
});

const consumer = `
  import { EventClient } from 'pushstream-client';
  import { type StreamUrl, useEvent, useEventStream } from 'pushstream-vue';

  interface TaskEvents {
    'task.progress': { percentage: number };
  }

  const client = new EventClient<TaskEvents>('http://127.0.0.1:9/events');
  const { data } = useEventStream(client, { events: 'task.progress' });
  export const percentage: number | undefined = data.value?.percentage;
  // @ts-expect-error no such event
  useEvent('/events' as StreamUrl<TaskEvents>, 'task.gone', () => {});
`;
const settings = [
  ['node16', 'consumer.mts', 'node16'],
  ['node16', 'consumer.cts', 'node16'],
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
      // What Vue's own types import is refused there.
      skipLibCheck: moduleResolution === 'node16',
    };
    const config = `tsconfig.${file}.${compiler}.json`;
    await writeFiles(project, { [file]: consumer, [config]: JSON.stringify({ compilerOptions, files: [file] }) });
    await run(bin(compiler), ['--pretty', 'false', '-p', config], project);
  },
);

test('the app of the guide builds with Vite, and renders on a server', async () => {
  const blocks = pages.filter(({ path }) => path === 'docs/guides/vue.md').flatMap(codeBlocks);
  const [app, main] = blocks.filter(({ language }) => ['vue', 'ts'].includes(language)).map(({ code }) => code);
  await writeFiles(project, {
    'index.html': '<!doctype html><div id="app"></div><script type="module" src="/src/main.ts"></script>',
    'src/App.vue': app ?? '',
    'src/main.ts': main ?? '',
    'src/server.ts': `
      import { createSSRApp } from 'vue';
      import { renderToString } from 'vue/server-renderer';
      import App from './App.vue';

      console.log(await renderToString(createSSRApp(App)));
    `,
    'vite.config.mjs': `
      import vue from '@vitejs/plugin-vue';

      export default { plugins: [vue()], logLevel: 'warn' };
    `,
  });
  await run(bin('vite'), ['build', '--outDir', 'page'], project);
  expect(await readFile(join(project, 'page/index.html'), 'utf8')).toMatch(
    /<script type="module"[^>]* src="\/assets\//,
  );
  await run(bin('vite'), ['build', '--ssr', 'src/server.ts', '--outDir', 'server'], project);
  const html = await run(bin('node'), ['server/server.mjs'], project);
  expect(html).toMatch(/<p>idle /);
});
