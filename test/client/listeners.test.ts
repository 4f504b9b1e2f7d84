import { describe, expect, test, vi } from 'vitest';
import { EventClient, NetworkError } from '../../packages/client/src/index.ts';
import { bench, opened, url } from './support.ts';

const event = (type: string, data: unknown): string => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

describe('on', () => {
  test('a failure that is listened for as an event is never heard, and in development that is said, once', () => {
    const { transport, time } = bench();
    const client = new EventClient(url, { transport, environment: time.environment });
    const listener = vi.fn();
    client.on('open', listener);
    client.on('error', listener);
    client.connect();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      transport.last.open().report({ type: 'failed', error: new NetworkError('down') });
      client.reconnect();
    }
    expect(listener).not.toHaveBeenCalled();
    expect(time.warnings).toEqual([
      "PushStream: expected client.lifecycle.on('open'), got client.on('open'), which is only called for a server's event of that name",
      "PushStream: expected client.lifecycle.on('error'), got client.on('error'), which is only called for a server's event of that name",
    ]);
  });

  test('who listens to both means both', () => {
    const { client, transport, time } = bench();
    client.on('error', () => {});
    client.connect();
    transport.last.report({ type: 'failed', error: new NetworkError('down') });
    expect(time.warnings).toEqual([]);
  });

  test.each([
    ['task.progress', ['task.progress'], ['task', 'task.progress.x', 'Task.progress', 'progress']],
    ['task.*', ['task.progress', 'task.', 'task.*'], ['task', 'task.progress.percent', 'tasks.progress']],
    ['*.done', ['task.done', '.done'], ['done', 'a.b.done']],
    ['a.*.c', ['a.b.c', 'a..c'], ['a.c', 'a.b.b.c', 'a.b.c.d']],
    ['*', ['message', 'a.b.c', '__proto__', 'error', 'open'], []],
    ['*.*', ['a.b'], ['a', 'a.b.c']],
    ['__proto__', ['__proto__'], ['constructor', 'toString', 'message']],
    ['error', ['error'], ['open', 'close']],
  ])('%s hears %j, not %j', (pattern, heard, unheard) => {
    const { client, transport } = opened();
    const types: string[] = [];
    client.on(pattern, (_data, { type }) => types.push(type));
    for (const type of [...heard, ...unheard]) transport.last.send(event(type, 1));
    expect(types).toEqual(heard);
  });

  test('an event without a name is of type message', () => {
    const { client, transport } = opened();
    const listener = vi.fn();
    client.on('message', listener);
    transport.last.send('data: "hi"\n\n');
    expect(listener).toHaveBeenCalledWith('hi', expect.objectContaining({ type: 'message', raw: '"hi"' }));
  });

  test('listeners are called in the order of registration, names and patterns alike', () => {
    const { client, transport } = opened();
    const order: string[] = [];
    client.on('*', () => order.push('all'));
    client.on('a.b', () => order.push('exact'));
    client.on('a.*', () => order.push('segment'));
    transport.last.send(event('a.b', 1));
    expect(order).toEqual(['all', 'exact', 'segment']);
  });

  test('the returned function ends it, once and for all', () => {
    const { client, transport } = opened();
    const listener = vi.fn();
    const first = client.on('a', listener);
    client.on('a', listener);
    first();
    first();
    transport.last.send(event('a', 1));
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('once is called once; off ends by listener, by type, and by pattern', () => {
    const { client, transport } = opened();
    const once = vi.fn();
    const kept = vi.fn();
    const gone = vi.fn();
    client.once('a', once);
    client.on('a', kept);
    client.on('a', gone);
    client.on('b', gone);
    client.on('c.*', gone);
    client.off('a', gone);
    client.off('b');
    client.off('c.*');
    for (const type of ['a', 'a', 'b', 'c.d']) transport.last.send(event(type, 1));
    expect(once).toHaveBeenCalledTimes(1);
    expect(kept).toHaveBeenCalledTimes(2);
    expect(gone).not.toHaveBeenCalled();
  });

  test('a listener may subscribe and unsubscribe others while an event is dispatched', () => {
    const { client, transport } = opened();
    const late = vi.fn();
    const removed = vi.fn();
    client.once('a', () => {
      client.on('a', late);
      off();
    });
    const off = client.on('a', removed);
    transport.last.send(event('a', 1));
    expect(late).not.toHaveBeenCalled();
    expect(removed).not.toHaveBeenCalled();
    transport.last.send(event('a', 1));
    expect(late).toHaveBeenCalledTimes(1);
  });

  test('a server that sends ever new names costs no memory for each', () => {
    const { client, transport } = opened();
    let count = 0;
    client.on('x.*', () => (count += 1));
    for (let n = 0; n < 5_000; n += 1) transport.last.send(event(`x.${n}`, 1));
    expect(count).toBe(5_000);
  });
});

describe('the envelope', () => {
  test('is frozen, fresh, and complete', () => {
    const { client, transport, time } = opened();
    const events: unknown[] = [];
    client.on('*', (_data, envelope) => events.push(envelope));
    transport.last.send('id: 7\ndata: {"a":1}\n\ndata: 2\n\n');
    expect(events).toEqual([
      {
        type: 'message',
        data: { a: 1 },
        raw: '{"a":1}',
        id: '7',
        lastEventId: '7',
        origin: 'http://server.test',
        receivedAt: time.wall,
        seq: 1,
      },
      {
        type: 'message',
        data: 2,
        raw: '2',
        id: undefined,
        lastEventId: '7',
        origin: 'http://server.test',
        receivedAt: time.wall,
        seq: 2,
      },
    ]);
    expect(events.every(Object.isFrozen)).toBe(true);
  });

  test('nothing is decoded that nobody listens to', () => {
    const decode = vi.fn((text: string) => text);
    const { client, transport } = opened({ decode });
    client.on('a', () => {});
    transport.last.send(event('b', 1) + event('a', 1));
    expect(decode).toHaveBeenCalledTimes(1);
  });
});

describe('rule 7: a listener', () => {
  test('that throws is reported and touches nothing else', () => {
    const { client, transport, time, announced } = opened();
    const seen: unknown[] = [];
    const thrown = new Error('mine');
    client.on('*', () => {
      throw thrown;
    });
    client.on('*', (data) => seen.push(data));
    client.lifecycle.on('comment', () => {
      throw thrown;
    });
    transport.last.send(': hi\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\n');
    expect(seen).toEqual([1, 2]);
    expect(time.reported).toEqual([thrown, thrown, thrown]);
    expect(client).toMatchObject({ status: 'open', lastEventId: '2' });
    expect(announced.filter(([name]) => name === 'error')).toEqual([]);
  });

  test('that rejects is reported as one that throws is', async () => {
    const { client, transport, time } = opened();
    const rejected = new Error('mine');
    const listener: (data: unknown) => unknown = () => Promise.reject(rejected);
    client.on('*', listener);
    transport.last.send('data: 1\n\n');
    await Promise.resolve();
    await Promise.resolve();
    expect(time.reported).toEqual([rejected]);
  });

  test('that disconnects stops the very next event; connecting again loses none', () => {
    const { client, transport } = opened();
    const seen: unknown[] = [];
    client.on('*', (data) => {
      seen.push(data);
      if (data === 2) client.disconnect();
    });
    transport.last.send('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n');
    expect(seen).toEqual([1, 2]);
    expect(client).toMatchObject({ status: 'closed', lastEventId: '2' });
    expect(transport.last.aborted).toBe(true);
    client.connect();
    expect(transport.last.request.lastEventId).toBe('2');
  });

  test('sees its own commands take effect at once', () => {
    const { client, transport } = opened();
    const statuses: string[] = [];
    client.once('*', () => {
      client.pause();
      statuses.push(client.status);
      client.resume();
      statuses.push(client.status);
    });
    transport.last.send('data: 1\n\n');
    expect(statuses).toEqual(['paused', 'reconnecting']);
    expect(transport.live).toHaveLength(1);
  });

  test('that disconnects and connects at every event makes one connection for each', () => {
    const { client, transport } = opened();
    client.on('*', () => {
      client.disconnect();
      client.connect();
    });
    transport.last.send('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n');
    expect(transport.connections).toHaveLength(2);
    expect(transport.last.request.lastEventId).toBe('1');
  });
});

describe('dispose', () => {
  test('disconnects and forgets the listeners of events', () => {
    const { client, transport, time } = opened();
    const listener = vi.fn();
    client.on('*', listener);
    client[Symbol.dispose]();
    expect(client.status).toBe('closed');
    expect(time.pending).toBe(0);
    client.connect();
    transport.last.open().send('data: 1\n\n');
    expect(listener).not.toHaveBeenCalled();
  });

  test('a signal is held only while there is something to end', () => {
    const { signal } = new AbortController();
    const held = new Set<unknown>();
    const add = vi.spyOn(signal, 'addEventListener').mockImplementation((_type, listener) => void held.add(listener));
    vi.spyOn(signal, 'removeEventListener').mockImplementation((_type, listener) => void held.delete(listener));
    const { client, transport } = opened({ signal });
    expect(add).toHaveBeenCalled();
    transport.last.report({ type: 'fatal', error: null });
    expect(held.size).toBe(0);
    client.connect();
    expect(held.size).toBe(1);
    client[Symbol.dispose]();
    expect(held.size).toBe(0);
  });

  test('an aborted signal closes for good', () => {
    const controller = new AbortController();
    const { client, transport } = opened({ signal: controller.signal });
    controller.abort();
    expect(client.status).toBe('closed');
    client.connect();
    client.reconnect();
    expect(transport.connections).toHaveLength(1);
    const late = bench({ signal: controller.signal });
    late.client.connect();
    expect(late.transport.connections).toHaveLength(0);
    expect(late.client.status).toBe('closed');
  });
});
