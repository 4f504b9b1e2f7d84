import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeBlocks, pages } from '../docs/support/markdown.ts';
import { bin, installClient, link, pack, readJson, root, run, temporaryFolder, writeFiles } from './tarball.ts';

let folder: string;
let tarball: string;
let project: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const [client, react] = [join(folder, 'client'), join(folder, 'react')];
  await Promise.all([mkdir(client), mkdir(react)]);
  tarball = await pack('react', react);
  project = join(folder, 'app');
  await installClient(await pack('client', client), project, tarball);
  await link(project, 'react', 'react-dom', '@types/react', '@types/react-dom', 'vite', '@vitejs/plugin-react');
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

test('the published manifest depends on the client alone, and on a React of the user’s', async () => {
  const manifest = await readJson(join(project, 'node_modules/pushstream-react/package.json'));
  expect(Object.keys(manifest['dependencies'] as object)).toEqual(['pushstream-client']);
  expect(manifest['peerDependencies']).toEqual({ '@types/react': '^18.0.0 || ^19.0.0', react: '^18.0.0 || ^19.0.0' });
  expect(manifest['peerDependenciesMeta']).toEqual({ '@types/react': { optional: true } });
  expect(JSON.stringify(manifest)).not.toContain('workspace:');
});

test.each(['index.mjs', 'index.cjs'])('%s is for client components: its first statement says so', async (file) => {
  const code = await readFile(join(project, 'node_modules/pushstream-react/dist', file), 'utf8');
  expect(code).toMatch(/^"use client";/);
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
  ['use.mjs', `import { PushStreamProvider, useEventStream } from 'pushstream-react';`],
  ['use.cjs', `const { PushStreamProvider, useEventStream } = require('pushstream-react');`],
])('%s loads it without a page', async (file, load) => {
  await writeFiles(project, { [file]: `${load}\nconsole.log(typeof useEventStream, typeof PushStreamProvider);` });
  expect(await run(bin('node'), [file], project)).toBe('function function\n');
});

const consumer = `
  import { EventClient } from 'pushstream-client';
  import { PushStreamProvider, type StreamUrl, useEvent, useEventStream } from 'pushstream-react';
  import { createElement } from 'react';

  interface TaskEvents {
    'task.progress': { percentage: number };
  }

  const client = new EventClient<TaskEvents>('http://127.0.0.1:9/events');
  const { data } = useEventStream(client, { events: 'task.progress' });
  export const percentage: number | undefined = data?.percentage;
  export const provider = createElement(PushStreamProvider, { options: { credentials: 'include' } }, null);
  // @ts-expect-error no such event
  useEvent('/events' as StreamUrl<TaskEvents>, 'task.gone', () => {});
`;
const resolutions = [
  ['node16', 'consumer.mts', 'node16'],
  ['node16', 'consumer.cts', 'node16'],
  ['bundler', 'consumer.ts', 'esnext'],
] as const;
const settings = resolutions.flatMap((row) =>
  ['tsc', 'tsc6'].flatMap((compiler) => [19, 18].map((react) => [...row, compiler, react] as const)),
);

test.each(settings)(
  'TypeScript with moduleResolution %s compiles %s (module %s, %s) with React %i',
  async (moduleResolution, file, module, compiler, react) => {
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: [],
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      ...(react === 18 && { paths: { react: [join(root, 'test/adapters/react-18/node_modules/@types/react')] } }),
    };
    const config = `tsconfig.${file}.${compiler}.${react}.json`;
    await writeFiles(project, { [file]: consumer, [config]: JSON.stringify({ compilerOptions, files: [file] }) });
    await run(bin(compiler), ['--pretty', 'false', '-p', config], project);
  },
);

test('the app of the guide builds with Vite; a server renders', async () => {
  const blocks = pages.filter(({ path }) => path === 'docs/guides/react.md').flatMap(codeBlocks);
  const app = blocks.find(({ language }) => language === 'tsx')?.code;
  await writeFiles(project, {
    'index.html': '<!doctype html><div id="root"></div><script type="module" src="/src/main.tsx"></script>',
    'src/main.tsx': app ?? '',
    'src/server.tsx': `
      import { PushStreamProvider, useEventStream, useRetryCountdown } from 'pushstream-react';
      import { renderToString } from 'react-dom/server';

      function Page() {
        const { status, data } = useEventStream('/events', { seed: { data: 'a seed', lastEventId: '1' } });
        return <p>{status} {data} {String(useRetryCountdown('/events'))}</p>;
      }

      console.log(renderToString(<PushStreamProvider><Page /></PushStreamProvider>));
    `,
    'vite.config.mjs': `
      import react from '@vitejs/plugin-react';

      export default { plugins: [react()], logLevel: 'warn' };
    `,
  });
  await run(bin('vite'), ['build', '--outDir', 'page'], project);
  expect(await readFile(join(project, 'page/index.html'), 'utf8')).toMatch(
    /<script type="module"[^>]* src="\/assets\//,
  );
  await run(bin('vite'), ['build', '--ssr', 'src/server.tsx', '--outDir', 'server'], project);
  const html = await run(bin('node'), ['server/server.mjs'], project);
  expect(html).toBe('<p>idle<!-- --> <!-- -->a seed<!-- --> <!-- -->null</p>\n');
});
