import { expect, test } from 'vitest';
import { createClientScope } from '../../packages/client/src/index.ts';
import { codeIn, read, rows } from './support/markdown.ts';

test('docs/sharing.md shows the warnings as they are said', () => {
  const [, part = ''] = read('docs/sharing.md').split('### Who asks second');
  const [, table = ''] = part.split(/^(?=\| warning)/m);
  const shown = rows(table.split('\n\n')[0] ?? '').map(([first = '']) => codeIn(first)[0]);

  const said: string[] = [];
  const environment = { warn: (message: string) => void said.push(message) };
  using scope = createClientScope();
  const url = 'http://server.test/events';
  scope.client(url, { environment });
  scope.client(url, { environment, reconnect: { factor: 3 } });
  scope.client(url, { environment, headers: { a: '1' } });
  expect(said.map((message) => message.replace('PushStream: ', '').replace(url, '…'))).toEqual(shown);
});
