import { describe, expect, test, vi } from 'vitest';
import {
  DecodeError,
  type EventClientOptions,
  EventTooLargeError,
  NetworkError,
} from '../../packages/client/src/index.ts';
import { type Bench, bench, opened } from './support.ts';

const lost = new NetworkError('lost');

/** Ends the connection and opens the next one. */
function again({ client, transport }: Bench<Record<string, unknown>>): void {
  transport.last.report({ type: 'failed', error: lost });
  client.connect();
  transport.last.open();
}

function collecting(options: EventClientOptions = {}): Bench<Record<string, unknown>> & { seen: unknown[] } {
  const made = opened(options);
  const seen: unknown[] = [];
  made.client.on('*', (data) => seen.push(data));
  return { ...made, seen };
}

describe('decoding', () => {
  test('JSON by default; a failure is one DecodeError, that event goes to nobody, the stream lives', () => {
    const { transport, announced, seen, client } = collecting();
    transport.last.send('event: a\nid: 1\ndata: {broken\n\ndata: 2\n\n');
    expect(seen).toEqual([2]);
    const errors = announced.filter(([name]) => name === 'error').map(([, error]) => error);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(DecodeError);
    expect(errors[0]).toMatchObject({
      code: 'decode',
      event: { type: 'a', raw: '{broken', id: '1', lastEventId: '1' },
      cause: expect.any(SyntaxError),
    });
    expect(client).toMatchObject({ status: 'open', lastEventId: '1' });
  });

  test('text', () => {
    const { transport, seen } = collecting({ decode: 'text' });
    transport.last.send('data: {broken\ndata: more\n\n');
    expect(seen).toEqual(['{broken\nmore']);
  });

  test('a function gets the text and the event, and what it throws is a DecodeError too', () => {
    const { transport, seen, announced } = collecting({
      decode: (text, event) => {
        if (text === 'x') throw new RangeError('mine');
        return [text, event];
      },
    });
    transport.last.send('data: x\n\nid: 5\nevent: a\ndata: y\n\n');
    expect(seen).toEqual([['y', { type: 'a', raw: 'y', id: '5', lastEventId: '5' }]]);
    expect(announced.find(([name]) => name === 'error')?.[1]).toMatchObject({ cause: new RangeError('mine') });
  });

  test('own keys named __proto__ stay data', () => {
    const { transport, seen } = collecting();
    transport.last.send('data: {"__proto__":{"polluted":true}}\n\n');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.keys(seen[0] as object)).toEqual(['__proto__']);
  });
});

describe('dedupe', () => {
  const three = 'id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n';

  test('drops what an earlier connection delivered with the same id, type and data', () => {
    const made = collecting();
    made.transport.last.send(three);
    again(made);
    made.transport.last.send(`${three}id: 4\ndata: 4\n\n`);
    expect(made.seen).toEqual([1, 2, 3, 4]);
  });

  test('the same id with other data, or of another type, is a new event: a counter that restarts loses nothing', () => {
    const made = collecting();
    made.transport.last.send(three);
    again(made);
    made.transport.last.send('id: 1\ndata: 10\n\nevent: other\nid: 2\ndata: 2\n\n');
    expect(made.seen).toEqual([1, 2, 3, 10, 2]);
  });

  test('an event without its own id is never a duplicate', () => {
    const made = collecting();
    made.transport.last.send('id: 1\ndata: 1\n\ndata: 1\n\n');
    again(made);
    made.transport.last.send('data: 1\n\n');
    expect(made.seen).toEqual([1, 1, 1]);
  });

  test('within one connection nothing is dropped, unless always', () => {
    const made = collecting();
    made.transport.last.send(three + three);
    expect(made.seen).toEqual([1, 2, 3, 1, 2, 3]);
    const always = collecting({ dedupe: 'always' });
    always.transport.last.send(three + three);
    again(always);
    always.transport.last.send(three);
    expect(always.seen).toEqual([1, 2, 3]);
  });

  test('false drops nothing', () => {
    const made = collecting({ dedupe: false });
    made.transport.last.send(three);
    again(made);
    made.transport.last.send(three);
    expect(made.seen).toHaveLength(6);
  });

  test('a key decides alone, wherever the repetition comes; undefined is never one', () => {
    const key = vi.fn((event: { data: unknown }) => (event.data as { key?: string }).key);
    const made = collecting({ dedupe: { key } });
    made.transport.last.send('data: {"key":"a"}\n\ndata: {"key":"a","n":2}\n\ndata: {}\n\ndata: {}\n\n');
    again(made);
    made.transport.last.send('data: {"key":"a"}\n\ndata: {"key":"b"}\n\n');
    expect(made.seen).toEqual([{ key: 'a' }, {}, {}, { key: 'b' }]);
  });

  test('a key function that throws is reported, and its event is delivered', () => {
    const made = collecting({
      dedupe: {
        key() {
          throw new Error('key');
        },
      },
    });
    made.transport.last.send('data: 1\n\ndata: 2\n\n');
    expect(made.time.reported).toHaveLength(2);
    expect(made.seen).toEqual([1, 2]);
  });

  test('the window is bounded: only the newest events are recognised', () => {
    const made = collecting({ dedupe: { window: 10 } });
    const block = (n: number): string => `id: ${n}\ndata: ${n}\n\n`;
    const numbers = Array.from({ length: 100 }, (_, n) => n);
    made.transport.last.send(numbers.map(block).join(''));
    again(made);
    made.transport.last.send(numbers.slice(90).map(block).join(''));
    expect(made.seen).toHaveLength(100);
    made.transport.last.send(block(0));
    expect(made.seen).toHaveLength(101);
  });

  test('a repetition is recognised over several reconnections, also when it was itself a repetition', () => {
    const made = collecting();
    made.transport.last.send(three);
    for (let round = 0; round < 3; round += 1) {
      again(made);
      made.transport.last.send(three);
    }
    expect(made.seen).toEqual([1, 2, 3]);
  });

  test.each(['always', 'reconnect'] as const)('%s: large events are recognised too, and told apart', (dedupe) => {
    const made = collecting({ dedupe, decode: 'text' });
    const block = (last: string): string => `id: 1\ndata: ${'x'.repeat(20_000)}${last}\n\n`;
    made.transport.last.send(block('a'));
    again(made);
    made.transport.last.send(block('a') + block('b'));
    expect(made.seen.map((data) => String(data).at(-1))).toEqual(['a', 'b']);
  });

  test('pushstream.reset clears it: what comes then is new', () => {
    const made = collecting();
    made.transport.last.send(three);
    again(made);
    made.transport.last.send(
      `event: pushstream.reset\ndata: {"reason":"epoch","requested":"3","resumedFrom":"0"}\n\n${three}`,
    );
    expect(made.seen).toEqual([1, 2, 3, 1, 2, 3]);
  });
});

describe('rule 4: the cursor', () => {
  test('is committed at the blank line, also of a block without data, never of one that is cut off', () => {
    const { client, transport } = collecting();
    transport.last.send('id: 1\ndata: 1\n\nid: 2\n');
    expect(client.lastEventId).toBe('1');
    transport.last.send('\nid: 3\ndata: cut');
    expect(client.lastEventId).toBe('2');
  });

  test('after a pushstream.reset is where the server goes on, not the one that it refused', () => {
    const { client, transport } = opened({ lastEventId: 'old.41' });
    const reset = (id = ''): string =>
      `event: pushstream.reset\ndata: {"reason":"epoch","requested":"old.41","resumedFrom":"new.0"}\n${id}\n`;
    transport.last.send(reset());
    expect(client.lastEventId).toBe('new.0');
    transport.last.send(reset('id: new.7\n'));
    expect(client.lastEventId).toBe('new.7');
    transport.last.send('event: pushstream.reset\ndata: {}\n\n');
    expect(client.lastEventId).toBe('new.7');
  });

  test('passes what was dropped, not decoded, too large, or heard by nobody', () => {
    const { client, transport, announced } = opened({ maxEventLength: 50 });
    client.on('heard', () => {});
    transport.last.send('id: 1\nevent: heard\ndata: {\n\n');
    expect(client.lastEventId).toBe('1');
    transport.last.send(`id: 2\ndata: ${'x'.repeat(60)}\n\n`);
    expect(client.lastEventId).toBe('2');
    expect(announced.at(-1)?.[1]).toBeInstanceOf(EventTooLargeError);
    transport.last.send('id: 3\nevent: unheard\ndata: 1\n\n');
    expect(client.lastEventId).toBe('3');
  });

  test('while an event is dispatched it is still the one before', () => {
    const { client, transport } = opened();
    const pairs: [string, string][] = [];
    client.on('*', (_data, { lastEventId }) => pairs.push([client.lastEventId, lastEventId]));
    transport.last.send('id: 1\ndata: 1\n\ndata: 2\n\nid: 3\ndata: 3\n\n');
    expect(pairs).toEqual([
      ['', '1'],
      ['1', '1'],
      ['1', '3'],
    ]);
  });

  test('an empty id resets it', () => {
    const made = collecting({ lastEventId: '9' });
    expect(made.client.lastEventId).toBe('9');
    made.transport.last.send('id\ndata: 1\n\n');
    expect(made.client.lastEventId).toBe('');
  });

  test('it survives a resumed stream that dies before a new id', () => {
    const made = collecting();
    made.transport.last.send('id: 1\ndata: 1\n\n');
    again(made);
    again(made);
    expect(made.transport.last.request.lastEventId).toBe('1');
  });

  test.each([
    ['a control character', 'a\u0001b'],
    ['DEL', 'a\u007F'],
    ['too long', 'x'.repeat(1_025)],
    ['too long in bytes', '€'.repeat(342)],
    ['too long in pairs', '😀'.repeat(257)],
  ])('an id that cannot be sent, %s, is not: it stays at the last one that can, with one warning', (_name, id) => {
    const made = collecting();
    const ids: string[] = [];
    made.client.on('*', (_data, event) => ids.push(event.lastEventId));
    made.transport.last.send(`id: 1\ndata: 1\n\nid: ${id}\ndata: 2\n\n`);
    for (let n = 0; n < 3; n += 1) made.transport.last.send('data: 3\n\n: hb\n');
    expect(made.client.lastEventId).toBe('1');
    expect(ids).toEqual(['1', id, id, id, id]);
    made.transport.last.send(`id: ${id}\u0002\ndata: 4\n\n`);
    expect(made.time.warnings).toHaveLength(1);
    made.transport.last.send('id: 2\ndata: 4\n\n');
    expect(made.client.lastEventId).toBe('2');
  });
});

describe('control events', () => {
  const control = (name: string, data: unknown): string =>
    `event: pushstream.${name}\nid: c\ndata: ${JSON.stringify(data)}\n\n`;

  test('are consumed: no listener sees them, but their id moves the cursor', () => {
    const made = collecting();
    made.client.on('pushstream.ready', (data) => made.seen.push(data));
    made.transport.last.send(control('ready', { heartbeatMs: 15_000 }));
    expect(made.seen).toEqual([]);
    expect(made.client.lastEventId).toBe('c');
  });

  test('other names that begin with pushstream. are events like any', () => {
    const made = collecting();
    made.transport.last.send('event: pushstream.readymade\ndata: 1\n\nevent: pushstream.other\ndata: 2\n\n');
    expect(made.seen).toEqual([1, 2]);
  });

  test('ready announces the heartbeat: silence of three intervals is given up on', () => {
    const { transport, time, announced, client } = opened();
    transport.last.send(control('ready', { heartbeatMs: 1_000 }));
    time.advance(2_999);
    expect(client.status).toBe('open');
    time.advance(1);
    expect(client.status).toBe('reconnecting');
    expect(announced.find(([name]) => name === 'error')?.[1]).toMatchObject({
      code: 'heartbeat-timeout',
      silentMs: 3_000,
    });
  });

  test('reset and dropped are told by lifecycle', () => {
    const { transport, announced } = opened();
    const reset = { reason: 'trimmed', requested: '1', resumedFrom: '7' };
    transport.last.send(control('reset', reset) + control('dropped', { count: 3, from: '1', to: '3' }));
    expect(announced.slice(-2)).toEqual([
      ['reset', reset],
      ['dropped', { count: 3, from: '1', to: '3' }],
    ]);
  });

  test('closing makes the end a rotation with the wait that it asks for', () => {
    const { transport, client, time, announced } = opened();
    time.random = 0;
    transport.last.send(control('closing', { reason: 'drain', retryMs: 2_000 }));
    transport.last.report({ type: 'ended' });
    expect(client.status).toBe('reconnecting');
    expect(announced.at(-1)).toEqual(['retry', { attempt: 1, delayMs: 2_000, at: time.wall + 2_000, error: null }]);
  });

  test.each([
    'null',
    '5',
    '"x"',
    '[]',
    '{}',
    '{"heartbeatMs":"soon","retryMs":{},"count":"many","reason":5}',
    '{"heartbeatMs":-1,"retryMs":-1}',
    '{"heartbeatMs":1e300}',
  ])('garbage in them harms nothing: %s', (data) => {
    const made = collecting();
    for (const name of ['ready', 'reset', 'dropped', 'closing'])
      made.transport.last.send(`event: pushstream.${name}\ndata: ${data}\n\n`);
    made.transport.last.send('data: 1\n\n');
    expect(made.seen).toEqual([1]);
    expect(made.client.status).toBe('open');
    expect(made.time.reported).toEqual([]);
  });

  test('broken JSON in them is one DecodeError', () => {
    const { transport, announced, client } = opened();
    transport.last.send('event: pushstream.ready\ndata: {\n\n');
    expect(announced.at(-1)?.[1]).toBeInstanceOf(DecodeError);
    expect(client.status).toBe('open');
  });
});

test('server events named like lifecycle events stay in their own namespace', () => {
  const { client, transport, announced } = bench();
  const seen: string[] = [];
  client.on('*', (_data, { type }) => seen.push(type));
  client.connect();
  transport.last.open();
  const before = announced.length;
  for (const name of ['open', 'error', 'status', 'retry', 'close', 'comment', 'reset', 'dropped']) {
    transport.last.send(`event: ${name}\ndata: 1\n\n`);
  }
  expect(seen).toEqual(['open', 'error', 'status', 'retry', 'close', 'comment', 'reset', 'dropped']);
  expect(announced).toHaveLength(before);
});
