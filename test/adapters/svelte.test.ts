import { createClientScope, EventClient } from 'pushstream-client';
import {
  eventStreamStore,
  getPushStreamContext,
  type PushStreamContext,
  setPushStreamContext,
  type StreamUrl,
  useEvent,
  useEventStream,
} from 'pushstream-svelte';
import { flushSync, mount } from 'svelte';
import { derived, get } from 'svelte/store';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { contract } from './contract.ts';
import type { Tasks } from './driver.ts';
import { driver } from './drivers/svelte.ts';
import Family from './svelte/Family.svelte';
import Legacy from './svelte/Legacy.svelte';
import LegacyParts from './svelte/LegacyParts.svelte';
import { follow } from './svelte/outside.svelte.ts';
import Parts from './svelte/Parts.svelte';
import Silent from './svelte/Silent.svelte';
import Store from './svelte/Store.svelte';
import { progress, show, world } from './svelte/support.ts';

const warn = vi.spyOn(console, 'warn');
beforeEach(() => void warn.mockClear());
afterEach(() => expect(warn.mock.calls).toEqual([]));

/** Clients whose leases are written down as they are taken and given back. */
function leases(at: ReturnType<typeof world>, ...names: string[]) {
  const log: string[] = [];
  const clients = names.map((name) => {
    const client = new EventClient<Tasks>(`${at.url}/${name}`, at.client);
    const retain = client.retain.bind(client);
    client.retain = () => {
      log.push(`+${name}`);
      const release = retain();
      return () => {
        log.push(`-${name}`);
        release();
      };
    };
    return client;
  });
  return { log, clients };
}

describe('in Svelte, a component', () => {
  test.each(contract)('$name', ({ run }) => run(driver));
});

describe('the reactive properties of a stream', () => {
  test('are followed one by one: an effect re-runs for what it reads, once per frame', async () => {
    const at = world();
    const ran: unknown[][] = [];
    const view = show(Parts, { source: at.url, options: at.client, ran: (...what: unknown[]) => ran.push(what) });
    const connection = (await at.server.next()).open();
    await at.pass();
    expect(ran.filter(([name]) => name === 'status').map(([, value]) => value)).toEqual(['idle', 'open']);
    ran.length = 0;
    for (let n = 1; n <= 1_000; n += 1) connection.send(progress(n % 100));
    await at.pass();
    expect(ran).toEqual([['data', progress(0).data]]);
    connection.send(progress(21));
    await at.pass();
    expect(ran.slice(1)).toEqual([
      ['data', progress(21).data],
      ['doubled', 42],
    ]);
    expect(view.text).toBe('open 42 pause');
    await view.unmount();
    await at.pass(1);
    expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  });

  test('keep $derived up to date, also after a while without a source', async () => {
    const at = world();
    const view = show(Parts, { source: at.url, options: at.client });
    (await at.server.next()).open().send(progress(1));
    await at.pass();
    expect(view.text).toBe('open 2 pause');
    await view.update({ source: null });
    await at.pass();
    expect(view.text).toBe('idle 0');
    await view.update({ source: at.url });
    (await at.server.next()).open().send(progress(3));
    await at.pass();
    expect(view.text).toBe('open 6 pause');
    await view.unmount();
    await at.pass(1);
  });

  test('may be given away: a handler pauses, in markup', async () => {
    const at = world();
    const view = show(Parts, { source: at.url, options: at.client });
    (await at.server.next()).open();
    await at.pass();
    view.target.querySelector('button')?.click();
    await at.pass();
    expect(view.text).toBe('paused 0');
    await view.unmount();
    await at.pass(1);
  });

  test('of another source: the new lease is taken before the old one is given back', async () => {
    const at = world();
    const { log, clients } = leases(at, 'a', 'b');
    const [a, b] = clients;
    const view = show(Parts, { source: a, options: {} });
    await view.update({ source: b });
    await at.pass();
    expect(log).toEqual(['+a', '+b', '-a']);
    await view.update({ source: null });
    await at.pass();
    await view.update({ source: a });
    await at.pass();
    await view.unmount();
    await at.pass(1);
    expect(log).toEqual(['+a', '+b', '-a', '-b', '+a', '-a']);
    expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  });

  test('of a client that is open already begin as a server would render them', async () => {
    const at = world();
    const client = new EventClient<Tasks>(at.url, at.client);
    client.connect();
    (await at.server.next()).open();
    await at.pass();
    let first = '';
    const view = show(Parts, { source: client, options: {} }, (component, options) => {
      const shown = mount(component, options);
      first = options.target.textContent ?? '';
      return shown;
    });
    expect([first.trim(), view.text]).toEqual(['idle 0', 'open 0 pause']);
    await view.unmount();
    client.disconnect();
  });

  test('need no reader: a mounted component has its lease', async () => {
    const at = world();
    const { log, clients } = leases(at, 'a', 'b');
    const heard: number[] = [];
    const on = { 'task.progress': ({ percentage }: Tasks['task.progress']) => void heard.push(percentage) };
    const view = show(Silent, { source: clients[0], options: { on } });
    (await at.server.next()).open().send(progress(5));
    await at.pass();
    await view.update({ source: clients[1] });
    await view.unmount();
    await at.pass(1);
    expect(log).toEqual(['+a', '+b', '-a', '-b']);
    expect(heard).toEqual([5]);
  });

  test('live outside of components as long as an effect reads them', async () => {
    const at = world();
    const { log, clients } = leases(at, 'a', 'b');
    const seen: unknown[] = [];
    const { end, stream, show: go } = follow(clients[0], {}, (data) => seen.push(data));
    expect(log).toEqual([]);
    (await at.server.next()).open().send(progress(1));
    await at.pass();
    expect(seen.at(-1)).toEqual(progress(1).data);
    go(clients[1]);
    flushSync();
    await at.pass();
    (await at.server.next()).open().send(progress(2));
    await at.pass();
    expect([stream.status, stream.data, seen.at(-1)]).toEqual(['open', progress(2).data, progress(2).data]);
    end();
    await at.pass(1);
    expect(log).toEqual(['+a', '+b', '-a', '-b']);
    expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  });

  test('read outside of effects connect nothing', async () => {
    const at = world();
    const stream = useEventStream(at.url as StreamUrl<Tasks>, at.client);
    expect([stream.status, stream.data, stream.current.status]).toEqual(['idle', undefined, 'idle']);
    await at.pass();
    expect(at.server.connections).toEqual([]);
  });
});

describe('a store', () => {
  test.each([
    ['with runes', Store],
    ['in the style of Svelte 4', Legacy],
  ])('is read as $stream %s; the first subscriber connects, the last one ends it', async (_style, component) => {
    const at = world();
    const stream = eventStreamStore(at.url as StreamUrl<Tasks>, at.client);
    await at.pass();
    expect(at.server.connections).toEqual([]);
    const one = show(component, { stream });
    const other = show(component, { stream });
    expect(one.text).toBe('idle 0');
    const connection = (await at.server.next()).open().send(progress(1));
    await at.pass();
    expect([one.text, other.text, at.server.connections.length]).toEqual(['open 2', 'open 2', 1]);
    await one.unmount();
    connection.send(progress(2));
    await at.pass();
    expect([other.text, at.server.live.length]).toEqual(['open 4', 1]);
    await other.unmount();
    await at.pass(1);
    expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  });

  test('follows a prop that is its source, and so does useEvent, in the style of Svelte 4', async () => {
    const at = world();
    const heard: number[] = [];
    const view = show(LegacyParts, { source: at.url, options: at.client, heard: (n: number) => heard.push(n) });
    (await at.server.next()).open().send(progress(4));
    await at.pass();
    expect([view.text, heard]).toEqual(['open 8', [4]]);
    await view.update({ source: `${at.url}/other` });
    (await at.server.next()).open().send(progress(6));
    await at.pass();
    expect([view.text, heard]).toEqual(['open 12', [4, 6]]);
    await view.unmount();
    await at.pass(1);
    expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  });

  test('is one of svelte/store’s: its value at once, then each change; derived and get work', async () => {
    const at = world();
    const percentage = eventStreamStore(at.url as StreamUrl<Tasks>, {
      ...at.client,
      events: 'task.progress',
      select: (result) => result.data?.percentage ?? 0,
    });
    expect(get(percentage)).toBe(0);
    const seen: string[] = [];
    const end = derived(percentage, (n) => `${n} %`).subscribe((text) => seen.push(text));
    expect(seen).toEqual(['0 %']);
    const connection = (await at.server.next()).open();
    await at.pass();
    for (const n of [1, 2, 2, 2, 3]) {
      connection.send(progress(n));
      await at.pass();
    }
    expect(seen).toEqual(['0 %', '1 %', '2 %', '3 %']);
    expect(get(percentage)).toBe(3);
    percentage.pause();
    await at.pass();
    expect(at.server.live.length).toBe(0);
    end();
    await at.pass(1);
    expect([at.clock.pending, at.clock.listeners]).toEqual([0, 0]);
  });

  test('tells how the stream is now, though its last subscriber has left', async () => {
    const at = world();
    const stream = eventStreamStore(at.url as StreamUrl<Tasks>, at.client);
    const end = stream.subscribe(() => {});
    (await at.server.next()).open().send(progress(1));
    await at.pass();
    expect(get(stream).status).toBe('open');
    end();
    await at.pass();
    const { status, data } = get(stream);
    expect([status, data]).toEqual(['closed', progress(1).data]);
  });

  test('remembers what was asked for before it had a subscriber', async () => {
    const at = world();
    const stream = eventStreamStore(at.url as StreamUrl<Tasks>, at.client);
    stream.pause();
    const end = stream.subscribe(() => {});
    await at.pass();
    expect([get(stream).status, at.server.connections.length]).toEqual(['paused', 0]);
    end();
    await at.pass();
  });

  test('asked for its value once connects nothing', async () => {
    const at = world();
    expect(get(eventStreamStore(at.url, at.client)).status).toBe('idle');
    await at.pass();
    expect(at.server.connections).toEqual([]);
  });

  test('may be subscribed to again after its last subscriber left', async () => {
    const at = world();
    const stream = eventStreamStore(at.url as StreamUrl<Tasks>, { ...at.client, events: 'task.progress' });
    stream.subscribe(() => {})();
    const seen: unknown[] = [];
    for (const n of [1, 2]) {
      const end = stream.subscribe(({ data }) => seen.push(data?.percentage));
      (await at.server.next()).open().send(progress(n));
      await at.pass();
      end();
      await at.pass(1);
    }
    expect(new Set(seen)).toEqual(new Set([undefined, 1, 2]));
    expect(seen.at(-1)).toBe(2);
    expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  });
});

describe('a context', () => {
  test('gives all below options and clients of their own', async () => {
    const at = world();
    let context: PushStreamContext | undefined;
    const common = { ...at.client, headers: { 'x-api-key': 'common' } };
    const got = (given: PushStreamContext): void => void (context = given);
    const view = show(Family, {
      source: at.url,
      options: { key: 'own', headers: { 'x-api-key': 'own' } },
      common,
      got,
    });
    const connections = [await at.server.next(), await at.server.next()];
    expect(connections.map(({ request }) => request.headers.get('x-api-key'))).toEqual(['common', 'own']);
    expect(context?.options).toBe(common);
    const { status } = context?.scope.client(at.url, common) ?? {};
    expect(status).toBe('connecting');
    await view.unmount();
    await at.pass(1);
    expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  });

  test('with a scope that somebody else made leaves it alone', async () => {
    const at = world();
    using scope = createClientScope();
    const mine = scope.client<Tasks>(at.url, at.client);
    mine.connect();
    const view = show(Family, { source: at.url, options: {}, common: at.client, scope });
    await at.server.next();
    await view.unmount();
    await at.pass();
    expect([mine.status, at.server.connections.length]).toEqual(['connecting', 1]);
    mine.disconnect();
  });

  test('is not there outside of components, where the source is a client of the scope', async () => {
    const at = world();
    using scope = createClientScope();
    expect(getPushStreamContext()).toBeUndefined();
    expect(() => setPushStreamContext()).toThrow('lifecycle_outside_component');
    const client = scope.client(at.url, at.client);
    const end = eventStreamStore(client).subscribe(() => {});
    await at.pass();
    expect(client.leases).toBe(1);
    end();
    await at.pass(1);
    expect(client.leases).toBe(0);
  });
});

test('useEvent outside of a component says so, instead of hearing nothing', () => {
  const client = new EventClient<Tasks>('https://server.test/nowhere');
  expect(() => useEvent(client, 'task.done', () => {})).toThrow('lifecycle_outside_component');
});

test('misuse is told where it happens', () => {
  expect(() => useEventStream(7 as never)).toThrow('source: expected an EventClient, a URL');
  expect(() => eventStreamStore('/events', { history: -1 })).toThrow('options.history');
  expect(() => eventStreamStore('/events', { headers: () => ({}) })).toThrow('options.key');
});
