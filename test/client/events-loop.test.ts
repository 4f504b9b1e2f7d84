import { describe, expect, test } from 'vitest';
import { createBinding } from '../../packages/client/src/binding/index.ts';
import { BufferOverflowError, liveState, NetworkError } from '../../packages/client/src/index.ts';
import { bench, opened } from './support.ts';

const one = (n: number): string => `event: task.${n}\ndata: ${n}\n\n`;

describe('for await … of client.events()', () => {
  test('gives every event in order, also those that come before the first round', async () => {
    const { client, transport } = opened();
    const events = client.events();
    transport.last.send(one(1) + one(2));
    const seen: unknown[] = [];
    for await (const { data } of events) {
      seen.push(data);
      if (data === 2) transport.last.send(one(3));
      if (data === 3) break;
    }
    expect(seen).toEqual([1, 2, 3]);
  });

  test('takes a type or a pattern', async () => {
    const { client, transport } = opened();
    const events = client.events('task.*');
    transport.last.send('data: 0\n\n' + one(7));
    expect(await events.next()).toMatchObject({ done: false, value: { type: 'task.7', data: 7 } });
  });

  test('does not connect', () => {
    const { client } = bench();
    client.events();
    expect(client.status).toBe('idle');
  });

  test('leaving the loop ends it: nothing is listened to any more, the connection stays', async () => {
    const { client, transport } = opened();
    const events = client.events();
    transport.last.send(one(1) + one(2));
    for await (const { data } of events) if (data === 1) break;
    expect(await events.next()).toEqual({ done: true, value: undefined });
    transport.last.send(one(3));
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(client.status).toBe('open');
  });

  test('a loop that waits while an event comes gets it', async () => {
    const { client, transport } = opened();
    const events = client.events();
    const [first, second] = [events.next(), events.next()];
    transport.last.send(one(1) + one(2) + one(3));
    expect((await first).value?.data).toBe(1);
    expect((await second).value?.data).toBe(2);
    expect((await events.next()).value?.data).toBe(3);
  });

  test('it lives through reconnections and pauses', async () => {
    const { client, transport, time } = opened();
    const events = client.events();
    transport.last.report({ type: 'failed', error: new NetworkError('down') });
    time.advance(2_000);
    client.pause();
    client.resume();
    transport.last.open().send(one(1));
    expect((await events.next()).value?.data).toBe(1);
  });

  test('ends behind the last event when the client is disconnected', async () => {
    const { client, transport } = opened();
    const events = client.events();
    transport.last.send(one(1));
    client.disconnect();
    const seen: unknown[] = [];
    for await (const { data } of events) seen.push(data);
    expect(seen).toEqual([1]);
  });

  test('whoever waits when the client is disconnected waits no longer', async () => {
    const { client } = opened();
    const next = client.events().next();
    client.disconnect();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test('throws the error that closed the client, once, behind the last event', async () => {
    const { client, transport } = opened({ reconnect: false });
    const events = client.events();
    const error = new NetworkError('down');
    transport.last.send(one(1)).report({ type: 'failed', error });
    expect((await events.next()).value?.data).toBe(1);
    await expect(events.next()).rejects.toBe(error);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('clearing the lifecycle listeners does not cut it off from the end', async () => {
    const { client } = opened();
    const next = client.events().next();
    client.lifecycle.off('close');
    client.disconnect();
    expect((await next).done).toBe(true);
  });

  test('a disposed client ends it', async () => {
    const { client } = opened();
    const next = client.events().next();
    client[Symbol.dispose]();
    expect((await next).done).toBe(true);
  });
});

describe('its signal', () => {
  test('aborted: the loop throws the reason, what waits is left out, nobody listens to the signal', async () => {
    const { client, transport } = opened();
    const controller = new AbortController();
    const events = client.events('*', { signal: controller.signal });
    transport.last.send(one(1));
    controller.abort(new Error('enough'));
    await expect(events.next()).rejects.toThrow('enough');
    expect((await events.next()).done).toBe(true);
    transport.last.send(one(2));
    expect((await events.next()).done).toBe(true);
  });

  test('aborted before: the same', async () => {
    const { client } = opened();
    await expect(client.events('*', { signal: AbortSignal.abort(new Error('enough')) }).next()).rejects.toThrow(
      'enough',
    );
  });
});

describe('a loop that is slower than its events', () => {
  test('fails behind those that wait, and buffers no more', async () => {
    const { client, transport } = opened();
    const events = client.events('*', { limit: 2 });
    transport.last.send([1, 2, 3, 4].map(one).join(''));
    expect((await events.next()).value?.data).toBe(1);
    expect((await events.next()).value?.data).toBe(2);
    await expect(events.next()).rejects.toThrow(BufferOverflowError);
    expect((await events.next()).done).toBe(true);
  });

  test('or drops the oldest, and counts them', async () => {
    const { client, transport } = opened();
    const events = client.events('*', { limit: 2, overflow: 'drop' });
    transport.last.send([1, 2, 3, 4].map(one).join(''));
    expect(events.dropped).toBe(2);
    expect((await events.next()).value?.data).toBe(3);
    expect((await events.next()).value?.data).toBe(4);
  });

  test('by default 1,024 may wait', async () => {
    const { client, transport } = opened();
    const events = client.events();
    transport.last.send(Array.from({ length: 1_024 }, (_, n) => one(n)).join(''));
    for (let n = 0; n < 1_024; n += 1) expect((await events.next()).done).toBe(false);
  });

  test('the cursor does not wait for it', () => {
    const { client, transport } = opened();
    client.events();
    transport.last.send('id: 7\ndata: 1\n\n');
    expect(client.lastEventId).toBe('7');
  });
});

test.each([
  ['limit', { limit: 0 }, 'options.limit: expected whole 1..1048576, got 0'],
  ['overflow', { overflow: 'block' as 'drop' }, 'options.overflow: expected "error" | "drop", got "block"'],
])('a bad %s is refused at once', (_name, options, message) => {
  expect(() => opened().client.events('*', options)).toThrow(message);
});

describe('the end of a client', () => {
  test('a loop that is made in a close listener means the next connection', async () => {
    const { client, transport } = opened();
    let events = client.events('none');
    client.lifecycle.once('close', () => {
      events = client.events();
      client.connect();
    });
    client.disconnect();
    transport.last.open().send(one(1));
    expect((await events.next()).value?.data).toBe(1);
  });

  test('a loop over a client that is closed already ends when it is disposed', async () => {
    const { client } = opened();
    client.disconnect();
    const next = client.events().next();
    client[Symbol.dispose]();
    expect((await next).done).toBe(true);
  });
});

test('off() ends the listeners of the caller, not the loops and live states of others', async () => {
  const { client, transport, time } = opened();
  const total = liveState(client, { events: 'task.1', initial: 0, reduce: (count) => count + 1 });
  const events = client.events('task.1');
  const mine: unknown[] = [];
  client.on('task.1', (data) => mine.push(data));
  client.off('task.1');
  transport.last.send(one(1));
  time.advance(16);
  expect([mine.length, total.getSnapshot(), (await events.next()).value?.data]).toEqual([0, 1, 1]);
});

test('many that wait cost no more each than few', async () => {
  const { client, transport } = opened();
  const events = client.events('*', { limit: 400_000 });
  const chunk = Array.from({ length: 10_000 }, (_, n) => one(n)).join('');
  for (let n = 0; n < 40; n += 1) transport.last.send(chunk);
  for (let n = 0; n < 400_000; n += 1) await events.next();
  expect(events.dropped).toBe(0);
});

test('a registration that is refused leaves no listener behind', () => {
  const { client } = opened();
  let listeners: string[] = [];
  client.inspect((seen) => {
    if (seen.kind === 'listeners') listeners = [...seen.listeners.keys()];
  });
  expect(() => liveState(client, { events: ['a', 'b*'], history: 1 })).toThrow(TypeError);
  expect(() => client.events('*', { signal: {} as AbortSignal })).toThrow('options.signal.addEventListener');
  expect(() => client.events('*', { limt: 1 } as never)).toThrow('options: expected signal, limit, overflow');
  expect(() => createBinding(client, { on: { 'a*': () => {} } }).attach()).toThrow(TypeError);
  expect(() => createBinding(client, { on: { a: 'x' as never } }).attach()).toThrow('options.on.a: expected function');
  expect(listeners).toEqual([]);
});

test('a limit, a window or a history is a whole number: half an event is none', () => {
  const { client } = opened();
  expect(() => client.events('*', { limit: 1.5 })).toThrow(RangeError);
  expect(() => liveState(client, { history: 1.5 })).toThrow(RangeError);
  expect(() => opened({ dedupe: { window: 1.5 } })).toThrow(RangeError);
});
