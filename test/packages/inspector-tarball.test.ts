import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testCompile } from './compile.ts';
import { useInstalled } from './installed.ts';
import { testPublished } from './published.ts';
import { bin, run, writeFiles } from './tarball.ts';

const installed = useInstalled('inspector');

testPublished(installed, {
  entries: ['index'],
  scripts: ['pushstream-inspector.js', 'pushstream-inspector.min.js'],
  dependencies: ['pushstream-client'],
});

test('it needs the types of the client alone: nothing of the client is in it, or loaded by it', async () => {
  const code = await readFile(join(installed.place, 'dist/index.mjs'), 'utf8');
  expect(code).not.toMatch(/^\s*(import|export .* from)\b/m);
});

test('the files for script tags are ASCII: they are the same in pages of any encoding', async () => {
  for (const file of ['pushstream-inspector.js', 'pushstream-inspector.min.js']) {
    const code = await readFile(join(installed.place, 'dist', file), 'utf8');
    expect([...code].filter((character) => character > '\u007f')).toEqual([]);
  }
});

test.each([
  ['use.mjs', `import { defineInspector, inspect } from 'pushstream-inspector';`],
  ['use.cjs', `const { defineInspector, inspect } = require('pushstream-inspector');`],
])('%s loads it without a page', async (file, load) => {
  await writeFiles(installed.project, { [file]: `${load}\ndefineInspector();\nconsole.log(typeof inspect);` });
  expect(await run(bin('node'), [file], installed.project)).toBe('function\n');
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

testCompile(installed, consumer);
