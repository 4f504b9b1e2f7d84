import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testCompile } from './compile.ts';
import { build, codeOf } from './guide-app.ts';
import { useInstalled } from './installed.ts';
import { testPublished } from './published.ts';
import { bin, readJson, run, writeFiles } from './tarball.ts';

const installed = useInstalled('svelte', 'svelte', 'vite', '@sveltejs/vite-plugin-svelte');

testPublished(installed, {
  entries: ['index'],
  isEsm: true,
  dependencies: ['pushstream-client'],
  peers: { svelte: '^5.7.0' },
});

test('bundlers for Svelte, and all others, find it', async () => {
  const { exports } = await readJson(join(installed.place, 'package.json'));
  const [types, code] = ['./dist/index.d.mts', './dist/index.mjs'];
  expect((exports as Record<string, unknown>)['.']).toEqual({ types, svelte: code, default: code });
});

test.each([
  ['use.mjs', `import { useEventStream } from 'pushstream-svelte';`],
  ['use.cjs', `const { useEventStream } = require('pushstream-svelte');`],
])(
  '%s loads it without a page and without a compiler; a stream that is read there connects nothing',
  async (file, load) => {
    const use = `const { status, current } = useEventStream('/events', { history: 3 });`;
    const report = `console.log(status, current.events.length, process.getActiveResourcesInfo().includes('Timeout'));`;
    await writeFiles(installed.project, { [file]: `${load}\n${use}\n${report}` });
    expect(await run(bin('node'), [file], installed.project)).toBe('idle 0 false\n');
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

testCompile(installed, consumer, { isEsm: true });

test('the app of the guide builds with Vite, and renders on a server', async () => {
  const [app = '', main = ''] = codeOf('svelte', 'svelte', 'ts');
  const html = await build(installed.project, {
    plugin: `import { svelte as plugin } from '@sveltejs/vite-plugin-svelte';`,
    main: 'src/main.ts',
    server: 'src/server.ts',
    files: {
      'src/App.svelte': app,
      'src/main.ts': main,
      'src/server.ts': `
        import { render } from 'svelte/server';
        import App from './App.svelte';

        console.log((await render(App)).body);
      `,
    },
  });
  expect(html).toMatch(/<p>(<!--.*?-->)*idle/);
});
