// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformAsync } from '@babel/core';
import presetTypescript from '@babel/preset-typescript';
import parser from '@typescript-eslint/parser';
import compiler from 'babel-plugin-react-compiler';
import { ESLint } from 'eslint';
import hooks from 'eslint-plugin-react-hooks';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../../packages/react/src');
const files = readdirSync(folder);

test('the rules of React have nothing to say about the hooks', async () => {
  const rules = hooks.configs.flat['recommended-latest'];
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    overrideConfig: { files: ['**/*.ts'], languageOptions: { parser }, ...rules },
  });
  const results = await eslint.lintFiles(files);
  expect(results).toHaveLength(files.length);
  expect(results.flatMap(({ filePath, messages }) => messages.map((message) => ({ filePath, message })))).toEqual([]);
});

test('the React Compiler compiles every hook and component', async () => {
  const compiled: string[] = [];
  for (const file of files) {
    const filename = join(folder, file);
    await transformAsync(readFileSync(filename, 'utf8'), {
      filename,
      babelrc: false,
      configFile: false,
      presets: [presetTypescript],
      plugins: [
        [
          compiler,
          {
            panicThreshold: 'all_errors',
            logger: {
              logEvent: (_file: string, event: { kind: string; fnName?: string }) =>
                compiled.push(`${event.kind} ${event.fnName}`),
            },
          },
        ],
      ],
    });
  }
  const names = [
    'PushStreamProvider',
    'useBinding',
    'useEvent',
    'useEventStream',
    'useRetryCountdown',
    'useSelected',
    'useStreamStatus',
    'useSuspenseEventStream',
  ];
  expect(compiled.sort()).toEqual(names.map((name) => `CompileSuccess ${name}`));
});
