import type { EventClient, Inspection } from 'pushstream-client';
import { expect, test } from 'vitest';
import { defineInspector, inspect, type InspectedClient } from 'pushstream-inspector';
import { bench, column, fact, part, press, rows, text } from './support.ts';

/** Counts who looks at a client. */
function counted(client: EventClient): { readonly client: InspectedClient; readonly observers: number } {
  let observers = 0;
  const count = (begin: () => () => void): (() => void) => {
    observers += 1;
    const end = begin();
    return () => {
      observers -= 1;
      end();
    };
  };
  const observed = new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === 'inspect')
        return (observer: (one: Inspection) => void) => count(() => client.inspect((one) => observer(one)));
      if (name === 'snapshot')
        return {
          peek: () => client.snapshot.peek(),
          subscribe: (listener: () => void) => count(() => client.snapshot.subscribe(listener)),
        };
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return {
    client: observed,
    get observers() {
      return observers;
    },
  };
}

test('the element is defined when it is asked for, once however often', () => {
  defineInspector();
  const first = customElements.get('pushstream-inspector');
  defineInspector();
  expect(customElements.get('pushstream-inspector')).toBe(first);
});

test('inspect() shows a client in the body, or where it is told to', async () => {
  const { client } = await bench();
  const parent = document.createElement('section');
  document.body.append(parent);
  const [here, there] = [inspect(client), inspect(client, { parent })];
  expect([here.parentNode, there.parentNode]).toEqual([document.body, parent]);
  expect([here.client, there.client]).toEqual([client, client]);
  here.remove();
  there.remove();
});

test.each([
  ['a string', 'https://example.test/events', 'got string'],
  ['an object', {}, 'got object'],
])('%s is no client, and refused at once', async (_what, value, got) => {
  const { client, element } = await bench();
  expect(() => Object.assign(element, { client: value })).toThrow(`client: expected an EventClient or null, ${got}`);
  expect(element.client).toBe(client);
});

test('without a client it says so; undefined is none, as frameworks have it', async () => {
  const { element, shown } = await bench();
  Object.assign(element, { client: undefined });
  await shown();
  expect([element.client, text(element, '.status'), fact(element, 'Cursor')]).toEqual([null, 'no client', '–']);
});

test('what is set before the element is in the page counts', async () => {
  const { client, clock, shown } = await bench();
  const element = document.createElement('pushstream-inspector');
  Object.assign(element, { environment: clock.environment, client, limit: 7 });
  document.body.append(element);
  await shown();
  expect([text(element, '.status'), element.limit]).toEqual(['idle', 7]);
});

test('another client begins with empty logs; the one before is let go of', async () => {
  const one = await bench();
  const other = await bench();
  (await one.open()).send({ type: 'old', data: 1 });
  const seen = counted(one.client);
  one.element.client = seen.client;
  document.body.append(one.element);
  await one.shown();
  expect(seen.observers).toBe(2);
  one.element.client = other.client;
  await one.shown();
  expect([seen.observers, rows(one.element), text(one.element, '.status')]).toEqual([0, [], 'idle']);
});

test('several inspectors of one client show the same, and each ends by itself', async () => {
  const { client, clock, element, open, shown } = await bench();
  const second = inspect(client);
  second.environment = clock.environment;
  const connection = await open();
  connection.send({ type: 'a', data: 1 });
  await shown();
  expect([column(element, 'name'), column(second, 'name')]).toEqual([['a'], ['a']]);
  second.remove();
  connection.send({ type: 'b', data: 1 });
  await shown();
  expect([column(element, 'name'), column(second, 'name')]).toEqual([['a', 'b'], ['a']]);
});

test.each([
  ['detached', (element: HTMLElement) => element.remove(), (element: HTMLElement) => document.body.append(element)],
  [
    'hidden',
    (element: HTMLElement) => void (element.hidden = true),
    (element: HTMLElement) => void (element.hidden = false),
  ],
])(
  'while it is %s nothing is observed, no timer runs, and what it had shown is still there',
  async (_how, hide, show) => {
    const { client, clock, element, open, shown } = await bench({ heartbeatTimeoutMs: false });
    const seen = counted(client);
    element.client = seen.client;
    const connection = await open();
    connection.send({ type: 'a', data: 1 });
    await shown();
    expect(seen.observers).toBe(2);
    hide(element);
    const before = clock.pending;
    expect(seen.observers).toBe(0);
    connection.send({ type: 'b', data: 1 });
    await shown();
    // The client's own look at the clock, once a second, is all.
    expect([clock.pending, before]).toEqual([1, 1]);
    show(element);
    connection.send({ type: 'c', data: 1 });
    await shown();
    expect([seen.observers, column(element, 'name')]).toEqual([2, ['a', 'c']]);
  },
);

test('an element that begins hidden, or without a page, observes nothing', async () => {
  const { client, clock } = await bench();
  const seen = counted(client);
  const element = document.createElement('pushstream-inspector');
  element.environment = clock.environment;
  element.hidden = true;
  element.client = seen.client;
  expect(seen.observers).toBe(0);
  document.body.append(element);
  expect(seen.observers).toBe(0);
});

test('attached and detached a thousand times, it leaves no observer and no timer', async () => {
  const { client, clock, element, open, shown } = await bench({ heartbeatTimeoutMs: false });
  const seen = counted(client);
  element.client = seen.client;
  await open();
  element.remove();
  const pending = clock.pending;
  for (let time = 0; time < 1_000; time += 1) {
    document.body.append(element);
    element.remove();
  }
  expect([seen.observers, clock.pending]).toEqual([0, pending]);
  document.body.append(element);
  await shown();
  expect([seen.observers, text(element, '.status')]).toEqual([2, 'open']);
  element.remove();
  client.disconnect();
  await shown();
  expect([clock.pending, clock.listeners]).toEqual([0, 0]);
});

test('nothing ticks while nothing counts', async () => {
  const { clock, client, shown } = await bench();
  expect(clock.pending).toBe(0);
  client.connect();
  client.disconnect();
  await shown();
  await shown();
  expect(clock.pending).toBe(0);
});

test('a client that was disposed of is shown as closed', async () => {
  const { client, element, open, shown } = await bench();
  await open();
  client[Symbol.dispose]();
  await shown();
  expect(text(element, '.status')).toBe('closed');
});

test('there are no buttons for the client unless the attribute controls asks for them', async () => {
  const { element, shown } = await bench();
  expect(part(element, '.controls').hidden).toBe(true);
  element.toggleAttribute('controls');
  await shown();
  expect(part(element, '.controls').hidden).toBe(false);
});

test('the buttons connect, reconnect, pause, resume and disconnect the client', async () => {
  const { client, element, next, shown } = await bench();
  element.toggleAttribute('controls');
  await shown();
  const seen: string[] = [];
  for (const label of ['Connect', 'Reconnect', 'Pause stream', 'Resume stream', 'Disconnect']) {
    press(element, label);
    seen.push(client.status);
    if (['connecting', 'reconnecting'].includes(client.status)) (await next()).open();
    await shown();
  }
  expect(seen).toEqual(['connecting', 'reconnecting', 'paused', 'reconnecting', 'closed']);
});

test('a pause of its own ends with it, one of the app’s does not', async () => {
  const { client, element, open, shown } = await bench();
  element.toggleAttribute('controls');
  await open();
  press(element, 'Pause stream');
  await shown();
  element.remove();
  expect(client.status).toBe('reconnecting');
  document.body.append(element);
  client.pause('user');
  await shown();
  press(element, 'Pause stream');
  await shown();
  element.client = null;
  expect(client.status).toBe('paused');
  client.resume('user');
  expect(client.status).toBe('reconnecting');
});
