import { describe, expect, test } from 'vitest';
import { createAwaitedBinding, type StreamOptions } from '../../packages/client/src/binding/index.ts';
import { type ClientScope, createClientScope, EventClient, HttpError } from '../../packages/client/src/index.ts';
import { ScriptedTransport } from '../support/scripted-transport.ts';
import { VirtualTime } from '../support/virtual-time.ts';
import { url } from './support.ts';

interface Tasks {
  'task.progress': { percentage: number };
  'task.done': { percentage: number };
}

const progress = (percentage: number, type = 'task.progress'): string =>
  `event: ${type}\nid: ${percentage}\ndata: {"percentage":${percentage}}\n\n`;

function bench() {
  const time = new VirtualTime();
  const transport = new ScriptedTransport();
  const client = new EventClient<Tasks>(url, { transport, environment: time.environment });
  /** The binding, or else the promise that was thrown. Not in a server: that is for `server.test.tsx`. */
  function ask(
    options: StreamOptions<Tasks, 'task.progress', number, never> = { initial: 0, reduce: (n) => n + 1 },
    source: EventClient<Tasks> | string = client,
    scope?: ClientScope,
  ) {
    Object.assign(globalThis, { document: { baseURI: 'http://page.test/' } });
    try {
      return createAwaitedBinding(source, { events: 'task.progress', ...options }, scope);
    } catch (thrown) {
      if (thrown instanceof Promise) return thrown as Promise<void>;
      throw thrown;
    } finally {
      Reflect.deleteProperty(globalThis, 'document');
    }
  }
  function binding(options?: Parameters<typeof ask>[0]) {
    const made = ask(options);
    if (made instanceof Promise) throw new Error('expected a binding, got a promise');
    return made;
  }
  return { time, transport, client, ask, binding };
}

describe('a binding that is awaited', () => {
  test('is connected while it is waited for; the promise resolves in the frame of the first event, with its status', async () => {
    const { time, transport, client, ask, binding } = bench();
    const promise = ask();
    expect(promise).toBeInstanceOf(Promise);
    expect(ask()).toBe(promise);
    expect(client.leases).toBe(1);
    transport.last.open().send(progress(1, 'task.done') + progress(1));
    expect(ask()).toBe(promise);
    time.advance(16);
    await promise;
    expect(binding().getSnapshot()).toMatchObject({ status: 'open', data: 1, lastEventId: '1' });
  });

  test('has every event once: those before it was made, those before it is attached, and all after', () => {
    const { time, transport, client, ask, binding } = bench();
    void ask();
    transport.last.open().send(progress(1) + progress(2));
    time.advance(16);
    transport.last.send(progress(3));
    const made = binding();
    const other = binding({ initial: 10, reduce: (n) => n + 1, history: 2 });
    expect([made.getSnapshot().data, other.getSnapshot().data]).toEqual([3, 13]);
    transport.last.send(progress(4));
    time.advance(16);
    expect(made.getSnapshot().data).toBe(3);
    const detach = made.attach();
    const detachOther = other.attach();
    transport.last.send(progress(5));
    time.advance(16);
    expect(made.getSnapshot().data).toBe(5);
    expect(other.getSnapshot()).toMatchObject({ data: 15, dropped: 3 });
    expect(client.leases).toBe(2);
    detach();
    made.attach();
    expect(made.getSnapshot().data).toBe(5);
    detachOther();
    expect(client.leases).toBe(1);
  });

  test('gives its lease to the first that is attached, and lets others of the same page follow for a second', () => {
    const { time, transport, client, ask, binding } = bench();
    void ask();
    transport.last.open().send(progress(1));
    time.advance(16);
    const detach = binding().attach();
    expect(client.leases).toBe(1);
    time.advance(900);
    expect(binding().getSnapshot().data).toBe(1);
    time.advance(200);
    expect(ask()).toBeInstanceOf(Promise);
    detach();
    time.advance(20_000);
    expect([client.status, client.leases, time.pending, time.listeners]).toEqual(['closed', 0, 0, 0]);
  });

  test('is given up after ten seconds if nobody asks again, and not while somebody does', async () => {
    const { time, transport, client, ask } = bench();
    let promise = ask();
    transport.last.open();
    for (let n = 0; n < 10; n += 1) {
      time.advance(5_000);
      await promise;
      promise = ask();
    }
    expect(client.leases).toBe(1);
    time.advance(9_999);
    expect(client.leases).toBe(1);
    time.advance(1);
    expect(client.leases).toBe(0);
    time.advance(0);
    expect([client.status, time.pending]).toEqual(['closed', 0]);
    expect(ask()).toBeInstanceOf(Promise);
    expect(transport.connections).toHaveLength(2);
  });

  test('a first event that nobody takes is let go after ten seconds', () => {
    const { time, transport, client, ask } = bench();
    void ask();
    transport.last.open().send(progress(1));
    time.advance(16 + 9_999);
    expect(client.leases).toBe(1);
    time.advance(2);
    expect([client.leases, time.pending]).toEqual([0, 0]);
  });

  test('what nobody has taken yet is still there when the stream was let go, which then goes on behind it', () => {
    const { time, transport, ask } = bench();
    using scope = createClientScope();
    const options = { initial: 0, reduce: (n: number) => n + 1, transport, environment: time.environment };
    void ask(options, url, scope);
    transport.last.open().send(progress(1) + progress(2));
    time.advance(60_000);
    expect([transport.live.length, time.pending]).toEqual([0, 0]);
    const made = ask(options, url, scope);
    expect(transport.last.request.lastEventId).toBe('2');
    transport.last.open().send(progress(3));
    if (made instanceof Promise) throw new Error('expected a binding, got a promise');
    const detach = made.attach();
    time.advance(16);
    expect(made.getSnapshot()).toMatchObject({ data: 3, lastEventId: '3' });
    detach();
    time.advance(1_000);
    expect([transport.live.length, time.pending, time.listeners]).toEqual([0, 0, 0]);
    // It is taken: who comes now waits.
    expect(ask(options, url, scope)).toBeInstanceOf(Promise);
  });

  test('what others go on with is not lost to who can be mounted a minute later; five minutes later it is old', () => {
    const { time, transport, client, ask, binding } = bench();
    client.retain();
    transport.last.open();
    void ask();
    transport.last.send(progress(1));
    time.advance(60_000);
    transport.last.send(progress(2));
    expect(client.leases).toBe(1);
    const made = binding();
    transport.last.send(progress(3));
    made.attach()();
    time.advance(1_000);
    expect(made.getSnapshot().data).toBe(3);

    void ask();
    transport.last.send(progress(4));
    time.advance(320_000);
    transport.last.send(progress(5));
    expect(ask()).toBeInstanceOf(Promise);
  });

  test('no more than a thousand events wait for who may never come', () => {
    const { time, transport, client, ask, binding } = bench();
    client.retain();
    transport.last.open();
    void ask();
    transport.last.send(progress(1));
    time.advance(60_000);
    for (let n = 2; n <= 2_000; n += 1) transport.last.send(progress(n));
    expect(binding().getSnapshot().data).toBe(1_024);
  });

  test('given up in the frame of its first event, it does not end the one that is waited for next', () => {
    const { time, transport, client, ask } = bench();
    void ask();
    transport.last.open();
    time.advance(9_990);
    transport.last.send(progress(1));
    time.advance(12);
    expect(client.leases).toBe(0);
    void ask();
    time.advance(5_000);
    const promise = ask();
    time.advance(4_999);
    expect(ask()).toBe(promise);
    expect(client.leases).toBe(1);
  });

  test('throws what closed it, for a second; then it is tried anew', () => {
    const { time, transport, client, ask } = bench();
    void ask();
    const error = new HttpError(url, 404);
    transport.last.report({ type: 'fatal', error });
    expect(() => ask()).toThrow(error);
    expect(() => ask()).toThrow(error);
    time.advance(1_000);
    expect([client.leases, time.pending]).toEqual([0, 0]);
    expect(ask()).toBeInstanceOf(Promise);
    expect(transport.connections).toHaveLength(2);
  });

  test('of a client that closed before, for others who hold it, says so instead of waiting for ever', () => {
    const { transport, client, ask } = bench();
    client.retain();
    transport.last.report({ type: 'fatal', error: null });
    expect(() => ask()).toThrow('PushStream: http://server.test/events ended before its first event');
  });

  test('with a seed that has data there is nothing to wait for', () => {
    const { client, ask, binding } = bench();
    expect(binding({ seed: { data: 7, lastEventId: '7' } }).getSnapshot().data).toBe(7);
    expect(client.leases).toBe(0);
    expect(ask({ seed: { lastEventId: '7' } })).toBeInstanceOf(Promise);
  });
});

test('a pattern that is none is refused, and leaves nothing behind', () => {
  const { time, client, ask } = bench();
  expect(() => ask({ events: 'task.pro*' as 'task.progress' })).toThrow('type: expected * as a whole segment');
  expect([client.leases, time.pending]).toEqual([0, 0]);
});

test('on a server, and without a source, that is said at once', () => {
  const { client, ask } = bench();
  expect(() => createAwaitedBinding(client, {})).toThrow('PushStream: without a seed there is no event on a server');
  expect(client.leases).toBe(0);
  expect(() => ask({}, null as never)).toThrow('source: expected a stream to wait for, got none');
  expect(() => createAwaitedBinding(client, {}, createClientScope())).toThrow('on a server');
});
