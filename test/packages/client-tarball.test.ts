import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bin, installClient, pack, readJson, root, run, temporaryFolder, writeFiles } from './tarball.ts';

let folder: string;
let tarball: string;
let project: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  tarball = await pack('client', folder);
  project = join(folder, 'consumer');
  await installClient(tarball, project);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The modules of the installed package, as text. */
const texts = (files: readonly string[]): Promise<string[]> =>
  Promise.all(
    files
      .filter((file) => /\.(mjs|cjs)$/.test(file))
      .map((file) => readFile(join(project, 'node_modules/pushstream-client', file.slice('package/'.length)), 'utf8')),
  );

test('the tarball holds the build, the licence and the readme, and nothing else', async () => {
  const files = (await run('tar', ['-tzf', tarball])).trim().split('\n');
  const entries = ['index', 'binding', 'event-source', 'node', 'testing'];
  const modules = entries.flatMap((entry) => [`${entry}.mjs`, `${entry}.cjs`]);
  const built = [...modules, 'pushstream.js', 'pushstream.min.js'].flatMap((file) => [
    `package/dist/${file}`,
    `package/dist/${file}.map`,
  ]);
  const types = entries.flatMap((entry) => [`package/dist/${entry}.d.cts`, `package/dist/${entry}.d.mts`]);
  const papers = ['package/LICENSE', 'package/README.md', 'package/package.json'];
  const expected = [...built, ...types, ...papers];
  // What entries share has a name that nobody imports by hand.
  const isShared = (file: string): boolean =>
    /^package\/dist\/shared-[\w-]+\.(mjs|cjs|d\.mts|d\.cts)(\.map)?$/.test(file);
  const own = files.filter((file) => file !== 'package/CHANGELOG.md' && !isShared(file));
  expect(own.sort()).toEqual(expected.sort());
  const named = new Set(
    (await texts(files)).flatMap((text) => text.match(/shared-[\w-]+\.(?:mjs|cjs)(?=["'])/g) ?? []),
  );
  const shared = files
    .filter((file) => isShared(file) && /\.(mjs|cjs)$/.test(file))
    .map((file) => file.slice('package/dist/'.length));
  expect(shared.sort()).toEqual([...named].sort());
});

test('the published manifest depends on signals alone and has no workspace reference', async () => {
  const manifest = await readJson(join(project, 'node_modules/pushstream-client/package.json'));
  expect(Object.keys(manifest['dependencies'] as object)).toEqual(['@preact/signals-core']);
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

test('source maps carry their sources', async () => {
  for (const file of ['index.mjs.map', 'index.cjs.map', 'pushstream.js.map', 'pushstream.min.js.map']) {
    const map = await readJson(join(project, 'node_modules/pushstream-client/dist', file));
    const contents = map['sourcesContent'] as (string | null)[];
    expect(contents.length, file).toBeGreaterThan(0);
    expect(contents.includes(null), file).toBe(false);
  }
});

// What the global object and the event loop hold must be the same before and after loading.
const use = (load: string) => `
  const holdings = () => JSON.stringify([Reflect.ownKeys(globalThis).map(String), process.getActiveResourcesInfo()]);
  const before = holdings();
  ${load}
  const after = holdings();
  const report = (EventClient) =>
    console.log(before === after ? "clean" : before + after, new EventClient("http://127.0.0.1:9/events").status);
`;
const runtimes = [
  ['Node 24', bin('node'), /^v24\./],
  ['Node 20', join(root, 'test/runtimes/node_modules/node-20/bin/node'), /^v20\./],
] as const;

test.each(runtimes)('ESM import on %s works and has no side effects', async (_name, node, version) => {
  const load = `const { EventClient } = await import("pushstream-client");`;
  await writeFiles(project, { 'import.mjs': `${use(load)} report(EventClient);` });
  expect(await run(node, ['--version'])).toMatch(version);
  expect(await run(node, ['import.mjs'], project)).toBe('clean idle\n');
});

test.each(runtimes)('CommonJS require on %s works and has no side effects', async (_name, node) => {
  const load = `const { EventClient } = require("pushstream-client");`;
  await writeFiles(project, { 'require.cjs': `${use(load)} report(EventClient);` });
  expect(await run(node, ['require.cjs'], project)).toBe('clean idle\n');
});

test.each(['pushstream.js', 'pushstream.min.js'])('dist/%s is a script that defines PushStream', async (file) => {
  await writeFiles(project, {
    'script.cjs': `
      const vm = require("node:vm");
      const script = new vm.Script(
        require("node:fs").readFileSync("node_modules/pushstream-client/dist/${file}", "utf8"),
      );
      const bare = vm.createContext({});
      script.runInContext(bare);
      console.log(Object.keys(bare).join());
      script.runInThisContext();
      console.log(new PushStream.EventClient("http://127.0.0.1:9/events").status);
    `,
  });
  expect(await run(bin('node'), ['script.cjs'], project)).toBe('PushStream\nidle\n');
});

const consumer = `
  import { EventClient } from "pushstream-client";

  interface TaskEvents {
    "task.progress": { taskId: string; percentage: number };
  }

  const client = new EventClient<TaskEvents>("http://127.0.0.1:9/events");
  const off: () => void = client.on("task.progress", (data) => {
    const percentage: number = data.percentage;
    // @ts-expect-error the event has no such field
    data.nothing;
    return void percentage;
  });
  off();
  // @ts-expect-error status is one of the six words
  client.status === "nothing";
`;
const resolutions = [
  ['node16', 'consumer.mts', 'node16'],
  ['node16', 'consumer.cts', 'node16'],
  ['bundler', 'consumer.ts', 'esnext'],
] as const;
const compilers = ['tsc', 'tsc6'];
const hosts = [
  ['a browser', { lib: ['es2022', 'dom', 'dom.iterable'], types: [] as string[] }],
  ['Node alone', { lib: ['es2022'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] }],
] as const;
const settings = resolutions.flatMap((row) =>
  compilers.flatMap((compiler) => hosts.map(([host, types]) => [...row, compiler, host, types] as const)),
);

test.each(settings)(
  'TypeScript with moduleResolution %s compiles %s (module %s, %s) for %s',
  async (moduleResolution, file, module, compiler, _host, types) => {
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      ...types,
      strict: true,
      noEmit: true,
      skipLibCheck: false,
    };
    const config = `tsconfig.${file}.${compiler}.${types.lib.length}.json`;
    await writeFiles(project, {
      [file]: consumer,
      [config]: JSON.stringify({ compilerOptions, files: [file] }),
    });
    await run(bin(compiler), ['--pretty', 'false', '-p', config], project);
  },
);
