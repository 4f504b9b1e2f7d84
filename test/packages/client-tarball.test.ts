import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testCompile } from './compile.ts';
import { useInstalled } from './installed.ts';
import { filesIn, isShared, testPublished } from './published.ts';
import { bin, readJson, root, run, writeFiles } from './tarball.ts';

const installed = useInstalled('client');

testPublished(installed, {
  entries: ['index', 'binding', 'event-source', 'node', 'testing'],
  scripts: ['pushstream.js', 'pushstream.min.js'],
  dependencies: ['@preact/signals-core'],
});

test('whatever entries share is used', async () => {
  const modules = (await filesIn(installed.tarball)).filter((file) => /\.(mjs|cjs)$/.test(file));
  const paths = modules.map((file) => join(installed.place, file.slice('package/'.length)));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  const named = new Set(texts.flatMap((text) => text.match(/shared-[\w-]+\.(?:mjs|cjs)(?=["'])/g) ?? []));
  const shared = modules.filter(isShared).map((file) => file.slice('package/dist/'.length));
  expect(shared.sort()).toEqual([...named].sort());
});

test('source maps carry their sources', async () => {
  for (const file of ['index.mjs.map', 'index.cjs.map', 'pushstream.js.map', 'pushstream.min.js.map']) {
    const map = await readJson(join(installed.place, 'dist', file));
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
  await writeFiles(installed.project, { 'import.mjs': `${use(load)} report(EventClient);` });
  expect(await run(node, ['--version'])).toMatch(version);
  expect(await run(node, ['import.mjs'], installed.project)).toBe('clean idle\n');
});

test.each(runtimes)('CommonJS require on %s works and has no side effects', async (_name, node) => {
  const load = `const { EventClient } = require("pushstream-client");`;
  await writeFiles(installed.project, { 'require.cjs': `${use(load)} report(EventClient);` });
  expect(await run(node, ['require.cjs'], installed.project)).toBe('clean idle\n');
});

test.each(['pushstream.js', 'pushstream.min.js'])('dist/%s is a script that defines PushStream', async (file) => {
  await writeFiles(installed.project, {
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
  expect(await run(bin('node'), ['script.cjs'], installed.project)).toBe('PushStream\nidle\n');
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
testCompile(installed, consumer, {
  variants: {
    'a browser': {},
    'Node alone': { lib: ['es2022'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
  },
});
