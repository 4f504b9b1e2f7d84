import { effect } from '@preact/signals-core';
import { describe, expect, test } from 'vitest';
import { EventClient, liveState } from '../../packages/client/src/index.ts';
import { opened, url } from './support.ts';

interface Tasks {
  'task.progress': { percentage: number };
  'task.done': { percentage: number };
}

const progress = (percentage: number): string => `event: task.progress\ndata: {"percentage":${percentage}}\n\n`;
const sum = (state: number, event: { data: { percentage: number } }): number => state + event.data.percentage;

describe('a reducer', () => {
  test('runs once per event, at once and in order; the value follows once per frame', () => {
    const { client, transport, time } = opened<Tasks>();
    const ran: number[] = [];
    const total = liveState(client, {
      events: 'task.progress',
      initial: 0,
      reduce(state, { data }) {
        ran.push(data.percentage);
        return state + data.percentage;
      },
    });
    const seen: number[] = [];
    total.subscribe((state) => seen.push(state));
    transport.last.send(progress(1) + progress(2)).send(progress(3));
    expect(ran).toEqual([1, 2, 3]);
    expect(seen).toEqual([0]);
    time.advance(16);
    expect(seen).toEqual([0, 6]);
    expect(total.getSnapshot()).toBe(6);
    expect(total.signal.value).toBe(6);
  });

  test('an event that several patterns match counts once', () => {
    const { client, transport, time } = opened<Tasks>();
    const total = liveState(client, { events: ['task.*', '*', 'task.progress'], initial: 0, reduce: sum });
    transport.last.send(progress(5) + 'event: task.done\ndata: {"percentage":7}\n\n');
    time.advance(16);
    expect(total.getSnapshot()).toBe(12);
  });

  test('one that throws is reported, and the value stays as it was before that event', () => {
    const { client, transport, time } = opened<Tasks>();
    const total = liveState(client, {
      initial: 0,
      reduce(state, event) {
        if (event.data.percentage === 2) throw new Error('two');
        return sum(state, event);
      },
    });
    transport.last.send(progress(1) + progress(2) + progress(3));
    time.advance(16);
    expect(total.getSnapshot()).toBe(4);
    expect(time.reported).toEqual([new Error('two')]);
    expect(client.status).toBe('open');
  });

  test('a value that stays the same notifies nobody', () => {
    const { client, transport, time } = opened();
    const same = liveState(client, { initial: { a: 1 }, reduce: (state) => state });
    let runs = 0;
    effect(() => {
      void same.signal.value;
      runs += 1;
    });
    for (let n = 0; n < 10; n += 1) {
      transport.last.send('data: 1\n\n');
      time.advance(16);
    }
    expect(runs).toBe(1);
  });
});

describe('a history', () => {
  test('keeps the newest events and says how many were dropped', () => {
    const { client, transport, time } = opened();
    const recent = liveState(client, { history: 3 });
    expect(recent.getSnapshot()).toEqual({ events: [], dropped: 0 });
    for (let n = 0; n < 10; n += 1) transport.last.send(`data: ${n}\n\n`);
    time.advance(16);
    const { events, dropped } = recent.getSnapshot();
    expect(events.map(({ data }) => data)).toEqual([7, 8, 9]);
    expect(dropped).toBe(7);
    expect(Object.isFrozen(events)).toBe(true);
  });

  test('of a hundred thousand events costs no more than its length', () => {
    const { client, transport, time } = opened();
    const recent = liveState(client, { history: 100 });
    const chunk = Array.from({ length: 1_000 }, (_, n) => `data: ${n}\n\n`).join('');
    for (let n = 0; n < 100; n += 1) transport.last.send(chunk);
    time.advance(16);
    expect(recent.getSnapshot().events).toHaveLength(100);
    expect(recent.getSnapshot().dropped).toBe(99_900);
  });

  test('equal payloads are events of their own', () => {
    const { client, transport, time } = opened();
    const recent = liveState(client, { history: 10 });
    transport.last.send('data: 1\n\n'.repeat(3));
    time.advance(16);
    expect(recent.getSnapshot().events).toHaveLength(3);
    expect(new Set(recent.getSnapshot().events).size).toBe(3);
  });
});

describe('coalescing', () => {
  test('several live states and the snapshot of one client follow in one notification', () => {
    const { client, transport, time } = opened<Tasks>();
    time.advance(16);
    const a = liveState(client, { initial: 0, reduce: sum });
    const b = liveState(client, { history: 10 });
    let runs = 0;
    effect(() => {
      void [a.signal.value, b.signal.value, client.snapshot.value];
      runs += 1;
    });
    for (let n = 0; n < 100; n += 1) transport.last.send(progress(1));
    transport.last.report({ type: 'ended' });
    expect(runs).toBe(1);
    time.advance(16);
    expect(runs).toBe(2);
    expect(a.getSnapshot()).toBe(100);
  });

  test.each([
    ['sync', 0],
    [250, 250],
  ] as const)('flush: %s', (flush, waitMs) => {
    const { client, transport, time } = opened<Tasks>({ flush });
    time.advance(1_000);
    const total = liveState(client, { initial: 0, reduce: sum });
    transport.last.send(progress(1));
    if (waitMs > 0) {
      time.advance(waitMs - 1);
      expect(total.getSnapshot()).toBe(0);
      time.advance(1);
    }
    expect(total.getSnapshot()).toBe(1);
  });

  test('the last events of a client that closes are not held back', () => {
    const { client, transport } = opened<Tasks>();
    const total = liveState(client, { initial: 0, reduce: sum });
    transport.last.send(progress(1));
    client.disconnect();
    expect(total.getSnapshot()).toBe(1);
    expect(client.snapshot.value.status).toBe('closed');
  });

  test('a subscriber that throws is reported and harms neither the other ones nor the stream', () => {
    const { client, transport, time } = opened<Tasks>();
    const total = liveState(client, { initial: 0, reduce: sum });
    let armed = false;
    total.subscribe(() => {
      if (armed) throw new Error('mine');
    });
    const seen: number[] = [];
    total.subscribe((state) => seen.push(state));
    armed = true;
    transport.last.send(progress(1));
    time.advance(16);
    transport.last.send(progress(1));
    time.advance(16);
    expect(seen).toEqual([0, 1, 2]);
    expect(time.reported).toEqual([new Error('mine'), new Error('mine')]);
  });
});

describe('its life', () => {
  test('reading it never connects', () => {
    const client = new EventClient<Tasks>(url);
    const total = liveState(client, { initial: 0, reduce: sum });
    total.subscribe(() => {})();
    expect(total.getSnapshot()).toBe(0);
    expect(total.signal.value).toBe(0);
    expect(client.status).toBe('idle');
  });

  test('clear goes back to the beginning, at once, and what waits for the frame with it', () => {
    const { client, transport, time } = opened<Tasks>();
    const total = liveState(client, { initial: 0, reduce: sum });
    const recent = liveState(client, { history: 2 });
    transport.last.send(progress(1).repeat(3));
    time.advance(16);
    transport.last.send(progress(1));
    total.clear();
    recent.clear();
    expect(total.getSnapshot()).toBe(0);
    expect(recent.getSnapshot()).toEqual({ events: [], dropped: 0 });
    time.advance(16);
    expect(total.getSnapshot()).toBe(0);
    transport.last.send(progress(4));
    time.advance(16);
    expect(total.getSnapshot()).toBe(4);
  });

  test('disposed, it folds no more and keeps its value', () => {
    const { client, transport, time } = opened<Tasks>();
    const total = liveState(client, { events: ['task.*', 'task.done'], initial: 0, reduce: sum });
    transport.last.send(progress(1));
    time.advance(16);
    total[Symbol.dispose]();
    transport.last.send(progress(1));
    time.advance(16);
    expect(total.getSnapshot()).toBe(1);
  });

  test('its functions may be taken from it', () => {
    const { client } = opened<Tasks>();
    const { subscribe, getSnapshot, clear } = liveState(client, { initial: 0, reduce: sum });
    const seen: number[] = [];
    subscribe((state) => seen.push(state))();
    clear();
    expect([getSnapshot(), ...seen]).toEqual([0, 0]);
  });
});

test.each([
  [
    'no client',
    () => liveState({} as EventClient, { history: 1 }),
    'client: expected an EventClient of this copy of pushstream-client, got object',
  ],
  ['no options', () => liveState(opened().client, undefined as never), 'options: expected object, got undefined'],
  [
    'a reducer without a beginning',
    () => liveState(opened().client, { reduce: () => 0 } as never),
    'options.initial: expected what reduce begins with, got none',
  ],
  [
    'an option that there is not',
    () => liveState(opened().client, { event: 'task.progress', history: 1 } as never),
    'options: expected events, initial, reduce, history, got "event"',
  ],
  ['neither', () => liveState(opened().client, {} as never), 'options.reduce: expected function, got undefined'],
  [
    'both',
    () => liveState(opened().client, { history: 1, initial: 0, reduce: () => 0 } as never),
    'options: expected either reduce or history, got both',
  ],
  ['no room', () => liveState(opened().client, { history: 0 }), 'options.history: expected whole 1..1048576, got 0'],
  [
    'half a wildcard',
    () => liveState(opened().client, { events: 'task.pro*' as '*', history: 1 }),
    'type: expected * as a whole segment, such as "task.*", got "task.pro*"',
  ],
])('%s is refused at once', (_name, make, message) => {
  expect(make).toThrow(message);
});
