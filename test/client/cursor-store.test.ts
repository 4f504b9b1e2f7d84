import { afterEach, describe, expect, test, vi } from 'vitest';
import { type CursorStore, EventClient, localCursor, sessionCursor } from '../../packages/client/src/index.ts';
import { type Bench, bench, opened, url } from './support.ts';

const event = (id: string): string => `id: ${id}\ndata: 1\n\n`;

/** A store in memory that writes down what was asked of it. */
function memory(initial: unknown = null): CursorStore & { readonly log: string[]; value: unknown } {
  const store = {
    value: initial,
    log: [] as string[],
    load() {
      store.log.push('load');
      return store.value as string;
    },
    save(cursor: string) {
      store.log.push(`save ${cursor}`);
      store.value = cursor;
    },
    clear() {
      store.log.push('clear');
      store.value = null;
    },
  };
  return store;
}

describe('a cursor store', () => {
  test('is asked once, before the first connection and not before', () => {
    const store = memory('7');
    const { client, transport, time } = bench({ cursorStore: store, lastEventId: '3' });
    expect(store.log).toEqual([]);
    expect(client.lastEventId).toBe('3');
    client.connect();
    expect(transport.last.request.lastEventId).toBe('7');
    transport.last.open().report({ type: 'ended' });
    time.advance(2_000);
    client.disconnect();
    client.connect();
    expect(store.log).toEqual(['load']);
  });

  test('with nothing in it leaves lastEventId', () => {
    for (const nothing of [null, undefined, '']) {
      const { client, transport } = bench({ cursorStore: memory(nothing), lastEventId: '3' });
      client.connect();
      expect(transport.last.request.lastEventId).toBe('3');
    }
  });

  test('keeps the cursor once per chunk, after the listeners', () => {
    const store = memory();
    const { client, transport } = opened({ cursorStore: store });
    client.on('*', (_data, { id }) => void store.log.push(`heard ${id}`));
    transport.last
      .send(event('1') + event('2'))
      .send(': hb\n\n')
      .send('id: 3\n\n');
    expect(store.log).toEqual(['load', 'heard 1', 'heard 2', 'save 2', 'save 3']);
  });

  test('keeps the event in whose listener the client was disconnected, and not the next', () => {
    const store = memory();
    const { client, transport } = opened({ cursorStore: store });
    client.on('*', () => client.disconnect());
    transport.last.send(event('1') + event('2'));
    expect(store.value).toBe('1');
  });

  test('forgets when the server takes its id back', () => {
    const store = memory('7');
    const { transport } = opened({ cursorStore: store });
    transport.last.send('id\n\n');
    expect(store.log).toEqual(['load', 'clear']);
  });

  test('two clients do not skip what only the other has seen: each goes on from its own place', () => {
    const store = memory();
    const first = opened({ cursorStore: store });
    const second = opened({ cursorStore: store });
    first.transport.last.send(event('100'));
    second.transport.last.send(event('50')).report({ type: 'ended' });
    first.transport.last.send(event('101'));
    second.time.advance(2_000);
    expect(second.transport.last.request.lastEventId).toBe('50');
  });
});

describe('a store that fails never breaks the stream: one warning', () => {
  const broken = (part: keyof CursorStore, how: () => unknown): CursorStore => ({ ...memory('7'), [part]: how });
  const throws = (): never => {
    throw new Error('full');
  };

  test.each([
    ['load throws', broken('load', throws), 'expected options.cursorStore to load, got Error'],
    ['load gives a number', broken('load', () => 7), 'to load a string at once, got number'],
    ['load gives a promise', broken('load', () => Promise.resolve('7')), 'to load a string at once, got object'],
    ['load gives control characters', broken('load', () => 'a\nb'), 'no control character, got another'],
    ['load gives too much', broken('load', () => 'x'.repeat(1_025)), 'no control character, got another'],
    ['save throws', broken('save', throws), 'to save, got Error'],
    ['clear throws', broken('clear', throws), 'to clear, got Error'],
  ])('%s', (_name, cursorStore, warning) => {
    const { client, transport, time } = opened({ cursorStore });
    const seen: unknown[] = [];
    client.on('*', (_data, { id }) => void seen.push(id));
    transport.last.send(event('8')).send(event('9')).send('id\n\n').send(event('10')).send('id\n\n');
    expect(seen).toEqual(['8', '9', '10']);
    expect(time.warnings).toHaveLength(1);
    expect(time.warnings[0]).toContain(warning);
    expect(client.status).toBe('open');
  });

  test.each(['save', 'clear'] as const)('%s rejects', async (part) => {
    const { transport, time } = opened({ cursorStore: broken(part, () => Promise.reject(new Error('full'))) });
    transport.last.send(event('8')).send('id\n\n').send(event('9'));
    await Promise.resolve();
    await Promise.resolve();
    expect(time.warnings).toEqual([
      `PushStream: expected options.cursorStore to ${part}, got Error; the stream goes on without`,
    ]);
  });
});

describe('sessionCursor and localCursor', () => {
  test.each([sessionCursor, localCursor])(
    'without a storage, as on a server, they keep nothing and say nothing',
    (make) => {
      const { transport, time } = opened({ cursorStore: make('tasks') });
      transport.last.send(event('8'));
      expect(make('tasks').load()).toBeUndefined();
      expect(time.warnings).toEqual([]);
    },
  );

  test.each([sessionCursor, localCursor])('a key that is no name is refused', (make) => {
    expect(() => make('')).toThrow(new TypeError('key: expected a name, got ""'));
    expect(() => make(7 as never)).toThrow(new TypeError('key: expected a name, got 7'));
  });
});

test.each(['load', 'save', 'clear'])('a store without %s is refused at once', (name) => {
  const cursorStore = { ...memory(), [name]: undefined };
  expect(() => new EventClient(url, { cursorStore })).toThrow(
    `options.cursorStore.${name}: expected function, got undefined`,
  );
});

describe('in a page', () => {
  /** A storage as a page has it: texts by name. */
  class MemoryStorage {
    readonly #items = new Map<string, string>();
    getItem = (key: string): string | null => this.#items.get(key) ?? null;
    setItem = (key: string, value: string): void => void this.#items.set(key, value);
    removeItem = (key: string): void => void this.#items.delete(key);
  }

  afterEach(() => vi.unstubAllGlobals());

  /** Loads a page in a tab; what its client begins with. */
  function load(tab: MemoryStorage, make = localCursor): Bench<Record<string, unknown>> {
    vi.stubGlobal('sessionStorage', tab);
    return opened({ cursorStore: make('tasks') });
  }

  test('localCursor: a tab that saw nothing yet goes on from its own place, not from where another has got to', () => {
    const local = new MemoryStorage();
    vi.stubGlobal('localStorage', local);
    local.setItem('tasks', '3');
    const [a, b] = [new MemoryStorage(), new MemoryStorage()];
    expect(load(a).transport.last.request.lastEventId).toBe('3');
    load(b).transport.last.send(event('9'));
    expect(local.getItem('tasks')).toBe('9');
    expect(load(a).transport.last.request.lastEventId).toBe('3');
    expect(load(b).transport.last.request.lastEventId).toBe('9');
    expect(load(new MemoryStorage()).transport.last.request.lastEventId).toBe('9');
  });

  test('localCursor: a tab that began with nothing does not take over what another has seen', () => {
    vi.stubGlobal('localStorage', new MemoryStorage());
    const [a, b] = [new MemoryStorage(), new MemoryStorage()];
    load(a);
    load(b).transport.last.send(event('9'));
    expect(load(a).transport.last.request.lastEventId).toBe('');
  });

  test('sessionCursor: a reload goes on, another tab knows nothing of it', () => {
    const tab = new MemoryStorage();
    load(tab, sessionCursor).transport.last.send(event('7'));
    expect(load(tab, sessionCursor).transport.last.request.lastEventId).toBe('7');
    expect(load(new MemoryStorage(), sessionCursor).transport.last.request.lastEventId).toBe('');
  });

  test('clear forgets it in both', () => {
    vi.stubGlobal('localStorage', new MemoryStorage());
    const tab = new MemoryStorage();
    load(tab).transport.last.send(event('7'));
    localCursor('tasks').clear();
    expect(load(tab).transport.last.request.lastEventId).toBe('');
  });

  test('a browser that forbids storage: one warning, and the stream goes on', () => {
    vi.stubGlobal('localStorage', new MemoryStorage());
    const forbidden = new MemoryStorage();
    forbidden.getItem = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    const { client, time } = load(forbidden);
    expect(client.status).toBe('open');
    expect(time.warnings).toHaveLength(1);
  });
});

test('what a store throws may hold a secret, or have no words: neither is shown, and nothing breaks', async () => {
  for (const thrown of [new Error('redis://u:hunter2@host'), Object.create(null) as unknown]) {
    const fails = (): never => {
      throw thrown;
    };
    const store = { load: fails, save: () => Promise.reject(thrown), clear: fails } as CursorStore;
    const { client, transport, time } = opened({ cursorStore: store });
    transport.last.send(event('1'));
    await Promise.resolve();
    expect(client.status).toBe('open');
    expect(time.warnings).toHaveLength(1);
    expect(time.warnings.join()).not.toContain('hunter2');
  }
});
