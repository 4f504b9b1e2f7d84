import { createClientScope, EventClient } from 'pushstream-client';
import { PushStreamProvider, useEvent, useEventStream, useRetryCountdown, useStreamStatus } from 'pushstream-react';
import { StrictMode, useState } from 'react';
import { flushSync } from 'react-dom';
import { describe, expect, test } from 'vitest';
import type { Tasks } from '../driver.ts';
import { Boundary, heard, mount, progress, settle, world } from './support.tsx';

describe('StrictMode', () => {
  test('has one connection for all hooks of one URL, and none is left behind', async () => {
    const at = world();
    function Page() {
      const stream = useEventStream(at.url, at.client);
      const { status } = useStreamStatus(at.url, at.client);
      const seconds = useRetryCountdown(at.url, at.client);
      useEvent(at.url, 'task.progress', () => {}, at.client);
      return `${stream.status} ${status} ${seconds}`;
    }
    const view = await mount(
      <StrictMode>
        <Page />
      </StrictMode>,
    );
    (await at.server.next()).open();
    await at.pass();
    expect(view.text).toBe('open open null');
    await at.pass(60_000);
    expect(at.server.connections).toHaveLength(1);
    await view.unmount();
    await at.pass();
    expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  });
});

describe('what is written in place', () => {
  test('selectors, equalities, reducers, listeners and options do not loop, and other props cost one render', async () => {
    const at = world();
    let renders = 0;
    function Page({ title }: { title: string }) {
      renders += 1;
      const { total, more } = useEventStream(at.url, {
        ...at.client,
        query: { page: 1 },
        headers: { 'x-title': 'always' },
        events: ['task.progress', 'task.done'],
        history: 3,
        initial: 0,
        reduce: (count: number) => count + 1,
        on: { 'task.done': () => {} },
        select: ({ data, events }) => ({ total: data > 1 ? 'many' : 'few', more: { yes: events.length > 10 } }),
        isEqual: (one, other) => one.total === other.total,
      });
      return `${title} ${total} ${more.yes}`;
    }
    const view = await mount(<Page title="a" />);
    const connection = (await at.server.next()).open();
    await at.pass();
    expect([view.text, renders]).toEqual(['a few false', 1]);
    for (let n = 0; n < 50; n += 1) {
      connection.send(progress(n));
      await at.pass();
    }
    expect([view.text, renders]).toEqual(['a many false', 2]);
    await view.update(<Page title="b" />);
    expect([view.text, renders]).toEqual(['b many false', 3]);
    expect(at.server.connections).toHaveLength(1);
  });

  test('a selector takes what it closes over as it is now', async () => {
    const at = world();
    function Page({ factor }: { factor: number }) {
      return useEventStream(at.url, {
        ...at.client,
        events: 'task.progress',
        select: ({ data }) => (data?.percentage ?? 0) * factor,
      });
    }
    const view = await mount(<Page factor={1} />);
    (await at.server.next()).open().send(progress(7));
    await at.pass();
    expect(view.text).toBe('7');
    await view.update(<Page factor={10} />);
    expect(view.text).toBe('70');
  });
});

describe('a source that changes', () => {
  function Page({ source, history = 1 }: { source: EventClient<Tasks> | string; history?: number }) {
    const { status, events } = useEventStream<Tasks>(source, { history });
    return `${status} ${events.length}`;
  }
  const leasesOf = (client: EventClient<Tasks>): readonly number[] => {
    const seen: number[] = [];
    client.inspect((told) => told.kind === 'leases' && seen.push(told.leases));
    return seen;
  };

  test('is attached before the old one is let go: a client of both does not notice', async () => {
    const at = world();
    const client = new EventClient<Tasks>(at.url, at.client);
    const view = await mount(<Page source={client} />);
    (await at.server.next()).open();
    await at.pass();
    const seen = leasesOf(client);
    await view.update(<Page source={client} history={2} />);
    expect(seen).toEqual([1, 2, 1]);
    await view.unmount();
    expect(seen).toEqual([1, 2, 1, 0]);
  });

  test('a stream that the server ended is not opened again because something else is shown of it', async () => {
    const at = world();
    const client = new EventClient<Tasks>(at.url, at.client);
    const view = await mount(<Page source={client} />);
    (await at.server.next()).respond(204);
    await at.pass();
    expect(view.text).toBe('closed 0');
    await view.update(<Page source={client} history={2} />);
    await at.pass(60_000);
    expect([view.text, at.server.connections.length]).toEqual(['closed 0', 1]);
  });

  test('in a transition too: one connection at the end', async () => {
    const at = world();
    const [one, other] = ['a', 'b'].map((name) => new EventClient<Tasks>(`${at.url}/${name}`, at.client));
    if (!one || !other) throw new Error('expected two');
    const view = await mount(<Page source={one} />);
    const before = (await at.server.next()).open();
    await at.pass();
    await view.transition(<Page source={other} />);
    const after = (await at.server.next()).open();
    before.send(progress(1));
    after.send(progress(2)).send(progress(3));
    await at.pass();
    expect([view.text, one.leases, other.leases]).toEqual(['open 1', 0, 1]);
    expect(at.server.live).toHaveLength(1);
  });

  test('a selector that changes in a transition while events come: no loop, and the newest of both', async () => {
    const at = world();
    let renders = 0;
    function Selecting({ part }: { part: 'status' | 'lastEventId' }) {
      renders += 1;
      const shown = useEventStream(at.url, { ...at.client, select: (result) => ({ part: result[part] }) });
      return shown.part;
    }
    const view = await mount(<Selecting part="status" />);
    const connection = (await at.server.next()).open();
    await at.pass();
    const before = renders;
    const turned = view.transition(<Selecting part="lastEventId" />);
    connection.send(progress(5));
    await at.pass();
    await turned;
    expect(view.text).toBe('5');
    expect(renders - before).toBeLessThan(8);
  });
});

describe('useEvent', () => {
  test('takes patterns, calls the newest listener with the newest state, and renders nothing', async () => {
    const at = world();
    const seen: string[] = [];
    let renders = 0;
    let count = (): void => {};
    function Page() {
      renders += 1;
      const [n, setN] = useState(0);
      count = () => setN(n + 1);
      useEvent(at.url, 'task.*', (_data, { type }) => seen.push(`${n} ${type}`), at.client);
      return n;
    }
    await mount(<Page />);
    const connection = (await at.server.next()).open().send(progress(1));
    await at.pass();
    expect(renders).toBe(1);
    flushSync(() => count());
    connection.send({ type: 'task.done', data: { taskId: 'a' } });
    await at.pass();
    expect(seen).toEqual(['0 task.progress', '1 task.done']);
    expect(renders).toBe(2);
  });

  test('another type, another listener; nothing else is decoded', async () => {
    const at = world();
    const seen: string[] = [];
    const client = new EventClient<Tasks>(at.url, at.client);
    function Page({ type }: { type: keyof Tasks }) {
      useEvent(client, type, (_data, event) => seen.push(event.type));
      return null;
    }
    const view = await mount(<Page type="task.progress" />);
    const connection = (await at.server.next()).open().send(progress(1));
    await at.pass();
    await view.update(<Page type="task.done" />);
    connection.send(progress(2)).send({ type: 'task.done', data: { taskId: 'a' } });
    await at.pass();
    expect(seen).toEqual(['task.progress', 'task.done']);
    client.inspect((told) => told.kind === 'listeners' && expect([...told.listeners.keys()]).toEqual(['task.done']));
  });
});

describe('a provider', () => {
  const Status = ({ at }: { at: ReturnType<typeof world> }) => useStreamStatus(at.url).status;

  test('has options for all hooks below it, and clients of its own', async () => {
    const at = world();
    const options = { ...at.client, headers: { authorization: 'Bearer 1' }, credentials: 'include' as const };
    const view = await mount(
      <>
        <PushStreamProvider options={options}>
          <Status at={at} />
          <Status at={at} />
        </PushStreamProvider>
        <PushStreamProvider options={options}>
          <Status at={at} />
        </PushStreamProvider>
      </>,
    );
    const { request } = await at.server.next();
    expect(request.headers.get('authorization')).toBe('Bearer 1');
    await at.server.next();
    await at.pass();
    expect(at.server.connections).toHaveLength(2);
    await view.unmount();
    await at.pass();
    expect([at.server.live.length, at.clock.pending]).toEqual([0, 0]);
  });

  test('written in place connects once; other headers are another connection', async () => {
    const at = world();
    const page = (token: string) => (
      <PushStreamProvider options={{ ...at.client, headers: { authorization: token } }}>
        <Status at={at} />
      </PushStreamProvider>
    );
    const view = await mount(page('one'));
    (await at.server.next()).open();
    await at.pass();
    await view.update(page('one'));
    expect(at.server.connections).toHaveLength(1);
    await view.update(page('two'));
    const { request } = await at.server.next();
    expect(request.headers.get('authorization')).toBe('two');
    await at.pass();
    expect(at.server.live).toHaveLength(1);
  });

  test('what a hook says itself counts more, and a key there stands for what functions make', async () => {
    const at = world();
    const Own = () => useStreamStatus(at.url, { headers: { 'x-api-key': 'own' } }).status;
    await mount(
      <PushStreamProvider options={{ ...at.client, key: 'user 1', headers: () => ({ 'x-api-key': 'default' }) }}>
        <Own />
      </PushStreamProvider>,
    );
    const { request } = await at.server.next();
    expect(request.headers.get('x-api-key')).toBe('own');
  });

  test('another scope is another client', async () => {
    const at = world();
    const scopes = [createClientScope(), createClientScope()];
    const page = (scope = createClientScope()) => (
      <PushStreamProvider options={at.client} scope={scope}>
        <Status at={at} />
      </PushStreamProvider>
    );
    const view = await mount(page(scopes[0]));
    (await at.server.next()).open();
    await at.pass();
    expect(scopes[0]?.client(at.url, at.client).leases).toBe(1);
    await view.update(page(scopes[1]));
    (await at.server.next()).open();
    await at.pass();
    expect(scopes.map((scope) => scope.client(at.url, at.client).leases)).toEqual([0, 1]);
    await settle();
  });
});

test('misuse is thrown where it is made', async () => {
  const at = world();
  function Page() {
    useEventStream(7 as never, at.client);
    return null;
  }
  const view = await mount(
    <Boundary>
      <Page />
    </Boundary>,
  );
  expect(view.text).toBe('error: source: expected an EventClient, a URL, null, undefined or false, got number');
  heard();
});
