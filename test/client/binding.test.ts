import { describe, expect, test } from 'vitest';
import {
  createBinding,
  createCountdown,
  createHold,
  createPicker,
  isShallowEqual,
  type StreamUrl,
} from '../../packages/client/src/binding/index.ts';
import { createClientScope, EventClient, NetworkError, type StreamEvent } from '../../packages/client/src/index.ts';
import { ScriptedTransport } from '../support/scripted-transport.ts';
import { VirtualTime } from '../support/virtual-time.ts';
import { bench, url } from './support.ts';

interface Tasks {
  'task.progress': { percentage: number };
  'task.done': { percentage: number };
}

const progress = (percentage: number, id = percentage): string =>
  `event: task.progress\nid: ${id}\ndata: {"percentage":${percentage}}\n\n`;
const tasks = url as StreamUrl<Tasks>;

const shared = () => {
  const scope = createClientScope();
  const time = new VirtualTime();
  const transport = new ScriptedTransport();
  return { scope, time, transport, options: { transport, environment: time.environment } };
};

describe('a binding', () => {
  test('does nothing before it is attached; then it has a lease, and shows status, data and the newest event', () => {
    const { scope, time, transport, options } = shared();
    const binding = createBinding(tasks, options, scope);
    expect(transport.connections).toHaveLength(0);
    expect(binding.getSnapshot()).toMatchObject({ status: 'idle', data: undefined, events: [], dropped: 0 });
    const detach = binding.attach();
    expect(binding.client?.leases).toBe(1);
    transport.last.open().send(progress(1) + progress(2));
    time.advance(16);
    expect(binding.getSnapshot()).toMatchObject({ status: 'open', data: { percentage: 2 }, lastEventId: '2' });
    expect(binding.getSnapshot().event?.type).toBe('task.progress');
    detach();
    detach();
    expect(binding.client?.leases).toBe(0);
    time.advance(16);
    expect(transport.live).toHaveLength(0);
    expect([time.pending, time.listeners]).toEqual([0, 0]);
  });

  test('gives the same result until something changes, and one notification per frame', () => {
    const { scope, time, transport, options } = shared();
    const binding = createBinding(tasks, options, scope);
    binding.attach();
    transport.last.open();
    time.advance(16);
    const before = binding.getSnapshot();
    expect(binding.getSnapshot()).toBe(before);
    const seen: unknown[] = [];
    binding.subscribe(({ data }) => seen.push(data));
    for (let n = 1; n <= 100; n += 1) transport.last.send(progress(n));
    time.advance(16);
    expect(seen).toEqual([undefined, { percentage: 100 }]);
  });

  test('reduces every event once, keeps a bounded history, and clears both', () => {
    const { scope, time, transport, options } = shared();
    let runs = 0;
    const binding = createBinding<Tasks, '*', number>(
      tasks,
      {
        ...options,
        history: 2,
        initial: 0,
        reduce(sum, { data }) {
          runs += 1;
          return sum + data.percentage;
        },
      },
      scope,
    );
    binding.attach();
    transport.last.open().send(progress(1) + progress(2) + progress(3));
    time.advance(16);
    expect(binding.getSnapshot()).toMatchObject({ data: 6, dropped: 1 });
    expect(binding.getSnapshot().events.map(({ data }) => data.percentage)).toEqual([2, 3]);
    expect(runs).toBe(3);
    binding.getSnapshot().clear();
    expect(binding.getSnapshot()).toMatchObject({ data: 0, event: undefined, events: [], dropped: 0 });
  });

  test('two bindings of one URL share one connection', () => {
    const { scope, transport, options } = shared();
    createBinding(tasks, options, scope).attach();
    createBinding(tasks, { ...options, history: 3 }, scope).attach();
    expect(transport.connections).toHaveLength(1);
  });

  test('attach, detach, attach in one tick keeps one connection, and the state', () => {
    const { scope, time, transport, options } = shared();
    const binding = createBinding(tasks, options, scope);
    binding.attach()();
    binding.attach();
    transport.last.open().send(progress(1));
    time.advance(1_000);
    expect(transport.connections).toHaveLength(1);
    expect(binding.getSnapshot().data).toEqual({ percentage: 1 });
  });

  test('attached again after its client had closed, it goes on behind what it shows', () => {
    const { scope, time, transport, options } = shared();
    const binding = createBinding(tasks, options, scope);
    const detach = binding.attach();
    transport.last.open().send(progress(1));
    time.advance(16);
    detach();
    time.advance(1_000);
    expect(transport.live).toHaveLength(0);
    binding.attach();
    expect(transport.last.request.lastEventId).toBe('1');
    expect(binding.getSnapshot().data).toEqual({ percentage: 1 });
  });

  test('a client is bound as a URL is; before it is attached it shows how the client is', () => {
    const { client, transport, time } = bench<Tasks>();
    client.connect();
    transport.last.open();
    time.advance(16);
    const binding = createBinding(client, {});
    expect(binding.getSnapshot().status).toBe('open');
    expect(binding.getServerSnapshot().status).toBe('idle');
    binding.attach()();
    time.advance(16);
    expect(client.status).toBe('open');
  });

  test.each([null, undefined, false] as const)('%s is an idle stream', (source) => {
    const binding = createBinding(source, {});
    binding.attach()();
    const { status, connect, disconnect, reconnect, pause, resume, clear } = binding.getSnapshot();
    for (const control of [connect, disconnect, reconnect, pause, resume, clear]) control();
    expect(status).toBe('idle');
    expect(binding.getSnapshot()).toMatchObject({ status: 'idle', event: undefined });
  });

  test('not enabled is as without a source', () => {
    const { scope, transport, options } = shared();
    const binding = createBinding(tasks, { ...options, enabled: false }, scope);
    binding.attach();
    expect(transport.connections).toHaveLength(0);
    expect(binding.fits(tasks, { ...options, enabled: true })).toBe(false);
    expect(binding.fits(null, {})).toBe(true);
  });
});

describe('listeners by name', () => {
  test('get every event, the newest of them is called, and names may come and go', () => {
    const { scope, transport, options } = shared();
    const seen: string[] = [];
    const binding = createBinding(tasks, { ...options, on: { 'task.progress': () => seen.push('first') } }, scope);
    const detach = binding.attach();
    transport.last.open().send(progress(1));
    binding.update({ ...options, on: { 'task.progress': ({ percentage }) => seen.push(`second ${percentage}`) } });
    transport.last.send(progress(2) + progress(2, 3));
    binding.update({ ...options, on: { 'task.done': () => seen.push('done') } });
    transport.last.send(`${progress(4)}event: task.done\ndata: {}\n\n`);
    expect(seen).toEqual(['first', 'second 2', 'second 2', 'done']);
    detach();
    transport.last.send('event: task.done\ndata: {}\n\n');
    expect(seen).toHaveLength(4);
  });
});

describe('listeners that change while an event is dispatched', () => {
  const listening = () => {
    const { client, transport } = bench();
    const seen: string[] = [];
    const hear = (...types: string[]) => ({
      on: Object.fromEntries(types.map((type) => [type, () => seen.push(type)])),
    });
    const send = (type: string): void => void transport.last.send(`event: ${type}\ndata: 1\n\n`);
    return { client, transport, seen, hear, send };
  };

  test('those that stay get it', () => {
    const { client, transport, seen, hear, send } = listening();
    client.once('x', () => binding.update(hear('x', 'y')));
    const binding = createBinding(client, hear('x'));
    binding.attach();
    transport.last.open();
    send('x');
    send('y');
    expect(seen).toEqual(['x', 'y']);
  });

  test('a name with a comma is one name', () => {
    const { client, transport, seen, hear, send } = listening();
    const binding = createBinding(client, hear('a,b'));
    binding.attach();
    transport.last.open();
    binding.update(hear('a', 'b'));
    send('a');
    send('a,b');
    expect(seen).toEqual(['a']);
  });

  test('what is no function is refused where it is given', () => {
    const { client } = listening();
    expect(() => createBinding(client, { on: { x: null as never } })).toThrow(
      TypeError('options.on.x: expected function, got null'),
    );
    const binding = createBinding(client, {});
    binding.attach();
    expect(() => binding.update({ on: { x: 'y' as never } })).toThrow('options.on.x: expected function, got');
  });
});

describe('attached again', () => {
  test('to a client that others had gone on with and left: it resumes where this component was', () => {
    const { scope, time, transport, options } = shared();
    const binding = createBinding(tasks, options, scope);
    const detach = binding.attach();
    const leave = createBinding(tasks, options, scope).attach();
    transport.last.open().send(progress(1));
    detach();
    transport.last.send(progress(2));
    leave();
    time.advance(16);
    expect(transport.live).toHaveLength(0);
    binding.attach();
    expect(transport.last.request.lastEventId).toBe('1');
    transport.last.open().send(progress(2));
    time.advance(16);
    expect(binding.getSnapshot().data).toEqual({ percentage: 2 });
    expect(time.warnings).toEqual([]);
  });

  test('to a client that others have gone on with: what is missing is said, once', () => {
    const { scope, time, transport, options } = shared();
    const binding = createBinding(tasks, options, scope);
    const detach = binding.attach();
    createBinding(tasks, options, scope).attach();
    transport.last.open().send(progress(1));
    detach();
    transport.last.send(progress(2));
    binding.attach()();
    transport.last.send(progress(3));
    binding.attach();
    expect(time.warnings).toEqual([
      'PushStream: expected a stream that resumes from "1", where this component is, got one that is at "2": what came in between is not shown',
    ]);
  });
});

describe('a source that changes', () => {
  test('fits as long as it means the same', () => {
    const { scope, options } = shared();
    const binding = createBinding(tasks, { ...options, events: ['task.progress'] }, scope);
    expect(binding.fits(tasks, { ...options, events: ['task.progress'], on: {} })).toBe(true);
    expect(binding.fits(new URL(url), { ...options, events: ['task.progress'] })).toBe(true);
    expect(binding.fits(tasks, { ...options, events: ['task.progress', 'task.progress'] })).toBe(false);
    expect(binding.fits(`${url}/2`, { ...options, events: ['task.progress'] })).toBe(false);
    expect(binding.fits(tasks, { ...options, events: ['task.progress'], headers: { a: '1' } })).toBe(false);
    expect(binding.fits(null, { ...options, events: ['task.progress'] })).toBe(false);
    const { client } = bench<Tasks>();
    const other = createBinding(client, {});
    expect(other.fits(client, {})).toBe(true);
    expect(other.fits(bench<Tasks>().client, {})).toBe(false);
  });

  test('late events of the one before never land in the new state', () => {
    const { scope, time, transport, options } = shared();
    const before = createBinding(tasks, options, scope);
    const detach = before.attach();
    const first = transport.last.open();
    const after = createBinding(`${url}/2` as StreamUrl<Tasks>, options, scope);
    after.attach();
    detach();
    first.send(progress(1));
    time.advance(16);
    expect(after.getSnapshot().data).toBeUndefined();
    expect(before.getSnapshot().data).toBeUndefined();
  });
});

describe('controls', () => {
  test('disconnect gives back this lease only; connect takes it again', () => {
    const { scope, time, transport, options } = shared();
    const one = createBinding(tasks, options, scope);
    const other = createBinding(tasks, options, scope);
    one.attach();
    const detach = other.attach();
    one.getSnapshot().disconnect();
    time.advance(0);
    expect(one.client?.status).toBe('connecting');
    detach();
    time.advance(0);
    expect(one.client?.status).toBe('closed');
    one.getSnapshot().connect();
    expect(one.client?.leases).toBe(1);
    expect(transport.live).toHaveLength(1);
  });

  test('connect opens what the server closed, and leaves it to the leases', () => {
    const { scope, time, transport, options } = shared();
    const binding = createBinding(tasks, options, scope);
    const detach = binding.attach();
    transport.last.report({ type: 'fatal', error: null });
    binding.getSnapshot().connect();
    expect(transport.connections).toHaveLength(2);
    detach();
    time.advance(0);
    expect(binding.client?.status).toBe('closed');
  });

  test('a pause ends with its binding', () => {
    const { scope, time, transport, options } = shared();
    const one = createBinding(tasks, options, scope);
    const other = createBinding(tasks, options, scope);
    const detach = one.attach();
    other.attach();
    transport.last.open().send(progress(7));
    one.getSnapshot().pause();
    expect(one.client?.status).toBe('paused');
    other.getSnapshot().resume();
    expect(one.client?.status).toBe('paused');
    detach();
    expect(other.client?.status).toBe('reconnecting');
    expect(transport.last.request.lastEventId).toBe('7');
    time.advance(16);
  });

  test('a pause does not end with a request where nobody is left; who comes in the linger is not held up by it', () => {
    const { scope, time, transport, options } = shared();
    const attach = () => {
      const binding = createBinding(tasks, options, scope);
      return { ...binding.getSnapshot(), detach: binding.attach() };
    };
    const first = attach();
    transport.last.open().send(progress(7));
    first.pause();
    first.detach();
    expect(transport.connections).toHaveLength(1);
    const second = attach();
    expect(transport.last.request.lastEventId).toBe('7');
    transport.last.open();
    second.pause();
    second.disconnect();
    second.detach();
    time.advance(16);
    expect(transport.connections).toHaveLength(2);
    attach();
    expect(transport.connections).toHaveLength(3);
  });

  test('a pause of a client that was connected by hand ends with its component', () => {
    const { client, transport } = bench<Tasks>();
    client.connect();
    transport.last.open();
    const binding = createBinding(client, {});
    const detach = binding.attach();
    binding.getSnapshot().pause();
    detach();
    expect(client.status).toBe('reconnecting');
    expect(transport.live).toHaveLength(1);
  });

  test('before it is attached they are remembered', () => {
    const { scope, transport, options } = shared();
    const paused = createBinding(tasks, options, scope);
    paused.getSnapshot().pause();
    paused.attach();
    expect(paused.client?.status).toBe('paused');
    const disconnected = createBinding(`${url}/2` as StreamUrl<Tasks>, options, scope);
    disconnected.getSnapshot().disconnect();
    disconnected.attach();
    expect(disconnected.client?.leases).toBe(0);
    expect(transport.connections).toHaveLength(0);
    disconnected.getSnapshot().reconnect();
    paused.getSnapshot().resume();
    expect(transport.live).toHaveLength(2);
  });

  test('a disconnect lasts until its component is there anew, a pause until it is taken back', () => {
    const { scope, time, transport, options } = shared();
    const binding = createBinding(tasks, options, scope);
    const { connect, disconnect, pause, resume } = binding.getSnapshot();
    const reattach = (detach: () => void, ...between: (() => void)[]): (() => void) => {
      detach();
      for (const run of between) run();
      time.advance(16);
      return binding.attach();
    };
    disconnect();
    let detach = reattach(binding.attach());
    expect(transport.connections).toHaveLength(0);
    connect();
    detach = reattach(detach);
    expect(transport.live).toHaveLength(1);
    disconnect();
    detach = reattach(detach);
    expect(transport.live).toHaveLength(1);
    detach = reattach(detach, disconnect);
    expect(transport.live).toHaveLength(1);
    pause();
    detach = reattach(detach);
    expect([transport.live.length, binding.client?.status]).toEqual([0, 'paused']);
    reattach(detach, resume);
    expect(transport.live).toHaveLength(1);
  });

  test('they are the same functions in every result', () => {
    const { scope, time, transport, options } = shared();
    const binding = createBinding(tasks, options, scope);
    const { connect, clear } = binding.getSnapshot();
    binding.attach();
    transport.last.open().send(progress(1));
    time.advance(16);
    expect(binding.getSnapshot().connect).toBe(connect);
    expect(binding.getSnapshot().clear).toBe(clear);
  });
});

describe('a seed', () => {
  const seed = { data: { percentage: 40 }, lastEventId: '40' };

  test('is what is shown first, on the server and in the page, and the client resumes behind it', () => {
    const { scope, time, transport, options } = shared();
    const binding = createBinding(tasks, { ...options, seed }, scope);
    expect(binding.getServerSnapshot()).toMatchObject({ status: 'idle', data: { percentage: 40 }, lastEventId: '40' });
    expect(binding.getSnapshot()).toBe(binding.getServerSnapshot());
    binding.attach();
    expect(transport.last.request.lastEventId).toBe('40');
    transport.last.open().send(progress(41));
    time.advance(16);
    expect(binding.getSnapshot()).toMatchObject({ data: { percentage: 41 }, lastEventId: '41' });
    expect(binding.getServerSnapshot()).toMatchObject({ status: 'idle', data: { percentage: 40 } });
  });

  test('counts more than what a cursor store had, which goes on from there', () => {
    const { scope, transport, options } = shared();
    const saved: string[] = [];
    const cursorStore = { load: () => '7', save: (cursor: string) => saved.push(cursor), clear: () => {} };
    createBinding(tasks, { ...options, seed, cursorStore }, scope).attach();
    expect(transport.last.request.lastEventId).toBe('40');
    transport.last.open().send(progress(41));
    expect(saved).toEqual(['41']);
  });

  test('is where a reducer begins', () => {
    const { scope, time, transport, options } = shared();
    const binding = createBinding<Tasks, '*', number>(
      tasks,
      {
        ...options,
        seed: { data: 10, lastEventId: '10' },
        initial: 0,
        reduce: (sum, { data }) => sum + data.percentage,
      },
      scope,
    );
    binding.attach();
    transport.last.open().send(progress(1, 11));
    time.advance(16);
    expect(binding.getSnapshot().data).toBe(11);
    binding.getSnapshot().clear();
    expect(binding.getSnapshot().data).toBe(0);
  });

  test('two users of one URL with different seeds do not disagree', () => {
    const { scope, time, options } = shared();
    createBinding(tasks, { ...options, seed }, scope).attach();
    createBinding(tasks, options, scope).attach();
    expect(time.warnings).toEqual([]);
  });
});

describe('a picker', () => {
  test('gives the same object as long as what was selected is the same, whatever the selector', () => {
    const pick = createPicker();
    const first = pick({ a: 1, b: 1 }, ({ a }) => ({ a }), undefined);
    expect(pick({ a: 1, b: 2 }, ({ a }) => ({ a }), undefined)).toBe(first);
    expect(pick({ a: 2, b: 2 }, ({ a }) => ({ a }), undefined)).toEqual({ a: 2 });
  });

  test('takes another equality, and without a selector gives the result', () => {
    const pick = createPicker();
    const first = pick(
      { a: 1.2 },
      ({ a }) => a,
      (one, other) => Math.floor(one) === Math.floor(other),
    );
    expect(
      pick(
        { a: 1.9 },
        ({ a }) => a,
        (one, other) => Math.floor(one) === Math.floor(other),
      ),
    ).toBe(first);
    const result = { a: 1 };
    expect(pick(result, undefined, undefined)).toBe(result);
  });

  test.each([
    [1, 1, true],
    [Number.NaN, Number.NaN, true],
    [{ a: 1 }, { a: 1 }, true],
    [{ a: 1 }, { a: 2 }, false],
    [{ a: undefined }, { b: undefined }, false],
    [[1, 2], [1, 2], true],
    [[1], { 0: 1 }, false],
    [{ a: {} }, { a: {} }, false],
    [null, {}, false],
    [new Map([[1, 1]]), new Map([[2, 2]]), false],
    [new Date(1), new Date(2), false],
    [new Set([1]), new Set([2]), false],
    ['a', 'b', false],
  ])('shallow equality of %j and %j: %s', (one, other, expected) => {
    expect(isShallowEqual(one, other)).toBe(expected);
  });
});

describe('a countdown', () => {
  test('shows whole seconds to the next attempt, ticks only while there is a wait and somebody looks', () => {
    const { client, transport, time } = bench({ reconnect: { baseDelayMs: 6_000 } });
    const countdown = createCountdown(client);
    expect(countdown.getSnapshot()).toBeNull();
    const seen: (number | null)[] = [];
    const end = countdown.subscribe((seconds) => seen.push(seconds));
    client.connect();
    transport.last.report({ type: 'failed', error: new NetworkError('down') });
    time.advance(3_400);
    transport.last.open();
    time.advance(16);
    expect(seen).toEqual([null, 4, 3, 2, 1, 0, null]);
    expect(countdown.getSnapshot()).toBeNull();
    end();
    client.disconnect();
    time.advance(16);
    expect(time.pending).toBe(0);
  });

  test('leaves no timer behind when nobody looks any more', () => {
    const { client, transport, time } = bench({ reconnect: { baseDelayMs: 60_000, maxDelayMs: 60_000 } });
    const countdown = createCountdown(client);
    client.connect();
    transport.last.report({ type: 'failed', error: new NetworkError('down') });
    time.advance(16);
    countdown.subscribe(() => {})();
    expect(time.pending).toBe(1);
    expect(createCountdown(undefined).getSnapshot()).toBeNull();
  });
});

test.each([
  [
    'a number',
    () => createBinding(7 as never, {}).fits(7 as never, {}),
    'source: expected an EventClient, a URL, null',
  ],
  [
    'an empty URL',
    () => createBinding('', {}),
    'source: expected an EventClient, a URL, null, undefined or false, got ""',
  ],
  ['a client of another kind', () => createBinding({ retain() {} } as never, {}), 'source: expected an EventClient'],
  [
    'a function without a key',
    () => createBinding(url, { headers: () => ({}) }),
    'options.headers: expected what can be compared, or options.key beside it',
  ],
  [
    'a history that is none',
    () => createBinding(url, { history: -1 }),
    'options.history: expected whole 0..1048576, got -1',
  ],
  [
    'a reducer without a beginning',
    () => createBinding(url, { reduce: () => 0 }),
    'options.initial: expected what reduce begins with, got none',
  ],
])('%s is refused at once', (_name, make, message) => {
  expect(make).toThrow(message);
});

test('a page of clients: without a scope the URL is that of the page, and on a server that is said', () => {
  expect(() => createBinding(url, {}).attach()).toThrow('sharedClient: expected a page or a worker');
  expect(createBinding(new EventClient(url), {}).getSnapshot().status).toBe('idle');
});

test('a reducer that refuses an event which came before it was attached leaves no listener behind', () => {
  const { client } = bench<Tasks>();
  const event = (percentage: number) => ({ type: 'task.progress', data: { percentage } }) as unknown as StreamEvent;
  const events = [event(1)];
  const reduce = (sum: number, { data }: { readonly data: Tasks['task.progress'] }): number => {
    if (data.percentage === 2) throw new Error('no more');
    return sum + data.percentage;
  };
  const earlier = { client: client as unknown as EventClient, events, reached: undefined, release() {} };
  const binding = createBinding<Tasks, '*', number>(client, { initial: 0, reduce }, undefined, undefined, earlier);
  events.push(event(2));
  expect(() => binding.attach()).toThrow('no more');
  const seen: unknown[] = [];
  client.inspect((told) => told.kind === 'listeners' && seen.push(...told.listeners.keys()));
  expect([seen, client.leases]).toEqual([[], 0]);
});

test('a component that is gone pauses nobody', () => {
  const { scope, transport, options } = shared();
  const one = createBinding(tasks, options, scope);
  const other = createBinding(tasks, options, scope);
  const detach = one.attach();
  other.attach();
  transport.last.open();
  const { pause } = one.getSnapshot();
  detach();
  pause();
  expect(other.client?.status).toBe('open');
});

test('a seed that comes too late for a shared stream is said in development', () => {
  const { scope, time, transport, options } = shared();
  const seed = { lastEventId: '5' };
  createBinding(tasks, { ...options, seed }, scope).attach();
  transport.last.open().send(progress(8));
  createBinding(tasks, { ...options, seed }, scope).attach();
  expect(time.warnings).toEqual([
    'PushStream: expected a stream that resumes from "5", where this component is, got one that is at "8": what came in between is not shown',
  ]);
});

test('a seed counts though another component of the page, which has none, was attached first', () => {
  const { scope, transport, options } = shared();
  createBinding(tasks, options, scope).attach();
  createBinding(tasks, { ...options, seed: { lastEventId: '40' } }, scope).attach();
  expect(transport.live.map(({ request }) => request.lastEventId)).toEqual(['40']);
});

test('a history of none keeps none, and counts', () => {
  const { scope, time, transport, options } = shared();
  const binding = createBinding(tasks, { ...options, history: 0 }, scope);
  binding.attach();
  transport.last.open().send(progress(1) + progress(2));
  time.advance(16);
  expect(binding.getSnapshot()).toMatchObject({ events: [], dropped: 2, lastEventId: '2' });
});

test('a countdown tells all who look', () => {
  const { client, transport, time } = bench({ reconnect: { baseDelayMs: 6_000 } });
  const countdown = createCountdown(client);
  const seen = [0, 0];
  const ends = seen.map((_, at) => countdown.subscribe(() => (seen[at] = (seen[at] ?? 0) + 1)));
  client.connect();
  transport.last.report({ type: 'failed', error: new NetworkError('down') });
  time.advance(2_000);
  expect(seen[0]).toBeGreaterThan(1);
  expect(seen[1]).toBe(seen[0]);
  ends.forEach((end) => end());
  client.disconnect();
  time.advance(16);
  expect(time.pending).toBe(0);
});

test('a hold keeps its binding as long as it fits, and notices what changed inside the same objects', () => {
  const { scope, options } = shared();
  const hold = createHold<Tasks, '*', unknown>({ scope, options });
  const first = hold(tasks, undefined);
  expect(hold(tasks, {})).toBe(first);
  expect(hold(tasks, { on: {} })).toBe(first);
  const query = { page: 1 };
  const second = hold(tasks, { query });
  expect(second).not.toBe(first);
  expect(hold(tasks, { query })).toBe(second);
  query.page = 2;
  expect(hold(tasks, { query })).not.toBe(second);
});
