import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testCompile } from './compile.ts';
import { build, codeOf } from './guide-app.ts';
import { useInstalled } from './installed.ts';
import { testPublished } from './published.ts';
import { bin, root, run, writeFiles } from './tarball.ts';

const own = ['react', 'react-dom', '@types/react', '@types/react-dom'];
const installed = useInstalled('react', ...own, 'vite', '@vitejs/plugin-react');

testPublished(installed, {
  entries: ['index'],
  dependencies: ['pushstream-client'],
  peers: { '@types/react': '^18.0.0 || ^19.0.0', react: '^18.0.0 || ^19.0.0' },
  optional: ['@types/react'],
});

test.each(['index.mjs', 'index.cjs'])('%s is for client components: its first statement says so', async (file) => {
  const code = await readFile(join(installed.place, 'dist', file), 'utf8');
  expect(code).toMatch(/^"use client";/);
});

test.each([
  ['use.mjs', `import { PushStreamProvider, useEventStream } from 'pushstream-react';`],
  ['use.cjs', `const { PushStreamProvider, useEventStream } = require('pushstream-react');`],
])('%s loads it without a page', async (file, load) => {
  await writeFiles(installed.project, {
    [file]: `${load}\nconsole.log(typeof useEventStream, typeof PushStreamProvider);`,
  });
  expect(await run(bin('node'), [file], installed.project)).toBe('function function\n');
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

testCompile(installed, consumer, {
  variants: {
    'React 19': {},
    'React 18': { paths: { react: [join(root, 'test/adapters/react-18/node_modules/@types/react')] } },
  },
});

test('the app of the guide builds with Vite; a server renders', async () => {
  const [app = ''] = codeOf('react', 'tsx');
  const html = await build(installed.project, {
    plugin: `import plugin from '@vitejs/plugin-react';`,
    main: 'src/main.tsx',
    server: 'src/server.tsx',
    files: {
      'src/main.tsx': app,
      'src/server.tsx': `
        import { PushStreamProvider, useEventStream, useRetryCountdown } from 'pushstream-react';
        import { renderToString } from 'react-dom/server';

        function Page() {
          const { status, data } = useEventStream('/events', { seed: { data: 'a seed', lastEventId: '1' } });
          return <p>{status} {data} {String(useRetryCountdown('/events'))}</p>;
        }

        console.log(renderToString(<PushStreamProvider><Page /></PushStreamProvider>));
      `,
    },
  });
  expect(html).toBe('<p>idle<!-- --> <!-- -->a seed<!-- --> <!-- -->null</p>\n');
});
