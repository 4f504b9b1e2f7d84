import { EventSource } from 'eventsource';
import { expect, test } from 'vitest';
import { eventSourceTransport } from '../../packages/client/src/event-source/index.ts';
import { EventClient, type EventClientOptions, type Transport } from '../../packages/client/src/index.ts';
import { nodeTransport } from '../../packages/client/src/node/index.ts';
import { resolveOptions } from '../../packages/client/src/resolve-options.ts';
import { codeIn, rows, section } from './support/markdown.ts';
import { words } from './support/public-face.ts';

const table = rows(section('docs/transports.md', 'transport limits'));
const url = 'http://server.test/';

/** Column of the table, and the transport whose it is. */
const transports: readonly (readonly [number, string, Transport])[] = [
  [3, 'fetch', resolveOptions(url, {}).transport],
  [4, 'nodeTransport', nodeTransport()],
  [5, 'eventSourceTransport', eventSourceTransport({ EventSource })],
];

test('docs/transports.md lists exactly the limits that a transport may have', () => {
  expect(table.map(([first = '']) => codeIn(first)[0])).toEqual(
    words('packages/client/src/index.ts', 'TransportLimit'),
  );
});

test.each(transports)('column %i says what %s cannot do, as the code has it', (column, _name, { cannot = [] }) => {
  expect(table.map((row) => row[column])).toEqual(
    table.map(([first = '']) =>
      codeIn(first).some((limit) => cannot.some((one) => one === limit)) ? 'cannot' : 'can',
    ),
  );
});

/** What the table says of a limit: an option with a value that asks for what is missing, and what holds otherwise. */
const asked: Readonly<Record<string, EventClientOptions>> = {
  comments: { heartbeatTimeoutMs: 'auto' },
  bytes: { maxEventLength: 1_000 },
  ids: { dedupe: 'reconnect' },
  headers: { headers: { a: '1' } },
  method: { method: 'GET' },
  body: { body: '{}' },
  redirect: { redirect: 'safe' },
  resume: { resume: 'header' },
};

const consequences = table.map(([limit = '', , then = '']) => [codeIn(limit)[0] ?? '', codeIn(then)] as const);
const transport = eventSourceTransport({ EventSource });

test.each(consequences)('what it says of %s is what happens', (limit, said) => {
  const options = asked[limit];
  for (const [name, value] of Object.entries(options ?? {})) {
    expect(said).toContain(name);
    expect(() => new EventClient(url, { transport, [name]: value })).toThrow(`options.${name}: expected`);
  }
  const client = new EventClient(url, { transport });
  if (limit === 'patterns')
    for (const type of said.slice(0, 2)) expect(() => client.on(type, () => {})).toThrow('type');
  if (limit === 'comments') expect(() => client.lifecycle.on('comment', () => {})).toThrow('not comments');
  if (!options) expect(['patterns', 'status']).toContain(limit);
});

test('where a default needs what is missing, another one holds', () => {
  const { dedupe, heartbeatTimeoutMs, resume } = resolveOptions(url, { transport });
  expect([dedupe.scope, heartbeatTimeoutMs, resume]).toEqual([
    'nothing',
    false,
    { header: false, query: 'lastEventId' },
  ]);
  expect(() => resolveOptions(url, { transport, dedupe: { key: ({ raw }) => raw } })).not.toThrow();
});
