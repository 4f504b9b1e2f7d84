import { expect, test } from 'vitest';
import { testCompile } from './compile.ts';
import { build, codeOf } from './guide-app.ts';
import { useInstalled } from './installed.ts';
import { testPublished } from './published.ts';
import { bin, run, writeFiles } from './tarball.ts';

const installed = useInstalled('vue', 'vue', 'vite', '@vitejs/plugin-vue');

testPublished(installed, {
  entries: ['index'],
  dependencies: ['pushstream-client'],
  peers: { vue: '^3.5.0' },
});

test.each([
  ['use.mjs', `import { pushStreamPlugin, useEventStream } from 'pushstream-vue';`],
  ['use.cjs', `const { pushStreamPlugin, useEventStream } = require('pushstream-vue');`],
])('%s loads it without a page', async (file, load) => {
  await writeFiles(installed.project, {
    [file]: `${load}\nconsole.log(typeof useEventStream, typeof pushStreamPlugin.install);`,
  });
  expect(await run(bin('node'), [file], installed.project)).toBe('function function\n');
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

// What Vue's own types import is refused by node16.
testCompile(installed, consumer, { options: (resolution) => ({ skipLibCheck: resolution === 'node16' }) });

test('the app of the guide builds with Vite, and renders on a server', async () => {
  const [app = '', main = ''] = codeOf('vue', 'vue', 'ts');
  const html = await build(installed.project, {
    plugin: `import plugin from '@vitejs/plugin-vue';`,
    main: 'src/main.ts',
    server: 'src/server.ts',
    files: {
      'src/App.vue': app,
      'src/main.ts': main,
      'src/server.ts': `
        import { createSSRApp } from 'vue';
        import { renderToString } from 'vue/server-renderer';
        import App from './App.vue';

        console.log(await renderToString(createSSRApp(App)));
      `,
    },
  });
  expect(html).toMatch(/<p>idle /);
});
