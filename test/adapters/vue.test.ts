import { createClientScope, EventClient } from 'pushstream-client';
import { createTestClock, createTestServer } from 'pushstream-client/testing';
import {
  pushStreamKey,
  pushStreamPlugin,
  type StreamSource,
  type StreamUrl,
  useEvent,
  useEventStream,
  useRetryCountdown,
  useStreamStatus,
} from 'pushstream-vue';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type App,
  computed,
  createApp,
  createSSRApp,
  defineComponent,
  effectScope,
  h,
  inject,
  KeepAlive,
  type MaybeRefOrGetter,
  nextTick,
  onMounted,
  reactive,
  ref,
  type Ref,
  shallowRef,
  Suspense,
  watch,
} from 'vue';
import { renderToString } from 'vue/server-renderer';
import { contract } from './contract.ts';
import type { Tasks } from './driver.ts';
import { driver } from './drivers/vue.ts';

describe('the contract', () => {
  test.each(contract)('$name', ({ run }) => run(driver));
});

let worlds = 0;

function world() {
  worlds += 1;
  const clock = createTestClock();
  const server = createTestServer<Tasks>();
  return {
    clock,
    server,
    url: `https://server.test/vue-own/${worlds}` as StreamUrl<Tasks>,
    options: { fetch: server.fetch, environment: clock.environment },
    async pass(ms = 16) {
      await clock.advance(ms);
      await server.settled();
      await clock.advance(16);
      await nextTick();
    },
  };
}

const progress = (percentage: number) => ({
  type: 'task.progress' as const,
  data: { taskId: 'a', percentage },
  id: String(percentage),
});

let at: ReturnType<typeof world>;
let warn: ReturnType<typeof vi.spyOn>;
const apps: App[] = [];

/** A component of its setup alone; what it renders is text. */
const component = (setup: () => () => string) =>
  defineComponent({
    setup() {
      const text = setup();
      return () => h('p', text());
    },
  });

function mount(root: object, app: App = createApp(root)): { app: App; place: HTMLElement } {
  const place = document.body.appendChild(document.createElement('div'));
  app.mount(place);
  apps.push(app);
  return { app, place };
}

/** Setup of a component that is mounted and shows nothing. */
function inComponent<Value>(setup: () => Value): Value {
  let value: { readonly it: Value } | undefined;
  mount(
    component(() => {
      value = { it: setup() };
      return () => '';
    }),
  );
  if (!value) throw new Error('expected setup to run');
  return value.it;
}

beforeEach(() => {
  at = world();
  // Vue reports mismatches, missing scopes and errors there.
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
});

afterEach(async () => {
  for (const app of apps.splice(0)) app.unmount();
  document.body.replaceChildren();
  await at.pass(1_000);
  expect({ live: at.server.live.length, timers: at.clock.pending, page: at.clock.listeners }).toEqual({
    live: 0,
    timers: 0,
    page: 0,
  });
  expect(warn.mock.calls).toEqual([]);
  warn.mockRestore();
});

describe('refs', () => {
  test('can be destructured, follow on their own, and cannot be written', async () => {
    const { status, data, event, lastEventId, clear } = inComponent(() => useEventStream(at.url, at.options));
    expect([status.value, data.value, event.value, lastEventId.value]).toEqual(['idle', undefined, undefined, '']);
    await nextTick();
    (await at.server.next()).open().send(progress(1));
    await at.pass();
    expect([status.value, data.value, event.value?.type, lastEventId.value]).toEqual([
      'open',
      progress(1).data,
      'task.progress',
      '1',
    ]);
    clear();
    expect(data.value).toBe(undefined);
    Object.assign(status, { value: 'closed' });
    expect(status.value).toBe('open');
    expect(warn.mock.calls.splice(0).flat().join(' ')).toMatch(/readonly/);
  });

  test('are what a template shows, without `.value`', async () => {
    const { place } = mount({
      setup: () => useEventStream(at.url, { ...at.options, events: 'task.progress' }),
      render: ({ status, data }: { status: string; data?: Tasks['task.progress'] }) =>
        h('p', `${status} ${data?.percentage ?? '–'}`),
    });
    expect(place.textContent).toBe('idle –');
    await nextTick();
    (await at.server.next()).open().send(progress(40));
    await at.pass();
    expect(place.textContent).toBe('open 40');
  });

  test('a watcher of the data runs once per frame, with the newest; one of the status not at all', async () => {
    const { data, status } = inComponent(() => useEventStream(at.url, at.options));
    await nextTick();
    const connection = (await at.server.next()).open();
    await at.pass();
    const seen: unknown[] = [];
    watch(data, (next) => seen.push(next), { flush: 'sync' });
    watch(status, (next) => seen.push(next), { flush: 'sync' });
    for (let frame = 1; frame <= 3; frame += 1) {
      for (let n = 0; n < 500; n += 1) connection.send({ ...progress(frame), id: `${frame}-${n}` });
      await at.pass();
    }
    expect(seen).toEqual([1, 2, 3].map((n) => progress(n).data));
  });

  test('equal payloads in a row are noticed', async () => {
    const { event } = inComponent(() => useEventStream(at.url, at.options));
    await nextTick();
    const connection = (await at.server.next()).open();
    await at.pass();
    let runs = 0;
    watch(event, () => (runs += 1));
    for (const id of ['a', 'b', 'c']) {
      connection.send({ ...progress(5), id });
      await at.pass();
    }
    expect(runs).toBe(3);
  });

  test('what `select` picks is one readonly ref', async () => {
    const percentage = inComponent(() =>
      useEventStream(at.url, {
        ...at.options,
        events: 'task.progress',
        select: ({ data }) => ({ percentage: data?.percentage ?? 0 }),
      }),
    );
    const before = percentage.value;
    expect(before).toEqual({ percentage: 0 });
    await nextTick();
    const connection = (await at.server.next()).open();
    await at.pass();
    expect(percentage.value).toBe(before);
    connection.send(progress(7));
    await at.pass();
    expect(percentage.value).toEqual({ percentage: 7 });
  });
});

describe('a reactive source', () => {
  const sources: readonly (readonly [string, (path: Ref<string>) => MaybeRefOrGetter<StreamSource<Tasks>>])[] = [
    ['ref', (path) => path],
    ['computed', (path) => computed(() => path.value.trim())],
    ['getter', (path) => () => path.value],
    ['getter of a URL', (path) => () => new URL(path.value)],
  ];

  test.each(sources)('a %s: its change is a new connection, and a state that begins anew', async (_name, make) => {
    const path = ref(`${at.url}/one`);
    const { data, status, pause } = inComponent(() => useEventStream(make(path), at.options));
    await nextTick();
    const one = (await at.server.next()).open().send(progress(1));
    await at.pass();
    path.value = `${at.url}/wrong`;
    path.value = `${at.url}/two`;
    await nextTick();
    expect([status.value, data.value]).toEqual(['idle', undefined]);
    one.send(progress(2));
    const two = (await at.server.next()).open();
    await at.pass();
    expect(two.request.url.href).toBe(`${at.url}/two`);
    expect([status.value, data.value, one.aborted]).toEqual(['open', undefined, true]);
    // Two changes in one tick were one.
    expect(at.server.connections).toHaveLength(2);
    // What was destructured is for the source of now.
    pause();
    await at.pass();
    expect([status.value, two.aborted]).toEqual(['paused', true]);
  });

  test('the new lease is taken before the old one is given back', async () => {
    const client = new EventClient<Tasks>(at.url, at.options);
    const source = shallowRef<EventClient<Tasks> | string>(client);
    inComponent(() => useEventStream(source, { history: 3 }));
    await nextTick();
    (await at.server.next()).open();
    await at.pass();
    const order: string[] = [];
    const other = new EventClient<Tasks>(`${at.url}/other`, at.options);
    client.inspect((seen) => seen.kind === 'leases' && order.push(`old ${seen.leases}`));
    other.inspect((seen) => seen.kind === 'leases' && order.push(`new ${seen.leases}`));
    order.length = 0;
    source.value = other;
    await nextTick();
    expect(order).toEqual(['new 1', 'old 0']);
  });

  test('options that change what is asked for are another stream: a getter, or a reactive object', async () => {
    const filter = ref('mine');
    const query = reactive({ page: 1 });
    inComponent(() => useEventStream(at.url, () => ({ ...at.options, query: { filter: filter.value } })));
    inComponent(() => useEventStream(`${at.url}/pages`, { ...at.options, query }));
    await nextTick();
    const asked = () => at.server.live.map(({ request }) => request.url.search);
    await at.pass();
    expect(asked()).toEqual(['?filter=mine', '?page=1']);
    filter.value = 'all';
    query.page = 2;
    await at.pass();
    expect(asked()).toEqual(['?filter=all', '?page=2']);
  });

  test('`enabled` by ref; the lease is given back and taken again', async () => {
    const enabled = ref<boolean | undefined>(false);
    const { status } = inComponent(() => useEventStream(at.url, { ...at.options, enabled }));
    await at.pass();
    expect([status.value, at.server.connections.length]).toEqual(['idle', 0]);
    enabled.value = true;
    await nextTick();
    (await at.server.next()).open();
    await at.pass();
    expect(status.value).toBe('open');
    enabled.value = undefined;
    await at.pass();
    expect(at.server.connections).toHaveLength(1);
    enabled.value = false;
    await at.pass();
    expect([status.value, at.server.live.length]).toEqual(['idle', 0]);
  });

  test('a client in a deep ref or a reactive object is still that client', async () => {
    const client = new EventClient<Tasks>(at.url, at.options);
    const state = reactive({ client });
    const { status } = inComponent(() => useEventStream(() => state.client as EventClient<Tasks>));
    await nextTick();
    (await at.server.next()).open();
    await at.pass();
    expect([status.value, client.leases]).toEqual(['open', 1]);
  });

  test('a source or an option of the wrong type throws in setup', () => {
    const scope = effectScope();
    expect(() => scope.run(() => useEventStream(1 as never))).toThrow(
      TypeError('source: expected an EventClient, a URL, null, undefined or false, got number'),
    );
    expect(() => scope.run(() => useEventStream(at.url, { history: -1 }))).toThrow(RangeError);
    scope.stop();
  });
});

describe('scopes', () => {
  test('an effectScope outside of any component: connects at once, and ends with it', async () => {
    const scope = effectScope();
    const heard: number[] = [];
    const stream = scope.run(() => {
      useEvent(at.url, 'task.progress', ({ percentage }) => heard.push(percentage), at.options);
      const seconds = useRetryCountdown(at.url, at.options);
      return { ...useEventStream(at.url, at.options), connection: useStreamStatus(at.url, at.options), seconds };
    });
    expect(stream?.seconds.value).toBe(null);
    (await at.server.next()).open().send(progress(1));
    await at.pass();
    expect([stream?.status.value, stream?.connection.status.value, heard]).toEqual(['open', 'open', [1]]);
    expect(at.server.connections).toHaveLength(1);
    scope.stop();
    await at.pass();
    expect(at.server.live).toHaveLength(0);
  });

  test('a store: made by a component, it outlives it, unmounted or kept alive', async () => {
    const store = effectScope(true);
    let progressOf: { readonly data: { readonly value: unknown } } | undefined;
    // As Pinia does: the first component that asks makes it, in a scope of its own.
    const useStore = () => (progressOf ??= store.run(() => useEventStream(at.url, at.options)));
    const user = component(() => {
      const progressed = useStore();
      return () => JSON.stringify(progressed?.data.value);
    });
    const shows = ref('user');
    const { app, place } = mount({ render: () => h(KeepAlive, null, () => (shows.value === 'user' ? h(user) : null)) });
    await nextTick();
    const connection = (await at.server.next()).open().send(progress(1));
    await at.pass();
    expect(place.textContent).toContain('"percentage":1');
    shows.value = 'nothing';
    await at.pass(1_000);
    connection.send(progress(2));
    await at.pass();
    expect(progressOf?.data.value).toEqual(progress(2).data);
    app.unmount();
    await at.pass(1_000);
    connection.send(progress(3));
    await at.pass();
    expect(progressOf?.data.value).toEqual(progress(3).data);
    store.stop();
    await at.pass();
    expect(at.server.live).toHaveLength(0);
  });

  test('called when the component is mounted already, as in a hook, it connects at once', async () => {
    let status: Ref<string> | undefined;
    inComponent(() => onMounted(() => ({ status } = useStreamStatus(at.url, at.options))));
    (await at.server.next()).open();
    await at.pass();
    expect(status?.value).toBe('open');
  });

  test('what a component asks for when it is mounted counts', async () => {
    const statuses = [
      inComponent(() => {
        const { status, disconnect } = useEventStream(at.url, at.options);
        onMounted(disconnect);
        return status;
      }),
      inComponent(() => {
        const { status, pause } = useEventStream(`${at.url}/paused`, at.options);
        onMounted(pause);
        return status;
      }),
    ];
    await at.pass();
    expect([...statuses.map(({ value }) => value), at.server.connections.length]).toEqual(['idle', 'paused', 0]);
  });

  test.each([
    ['that fails', () => Promise.reject(new Error('refused'))],
    ['that never ends', () => new Promise<never>(() => {})],
  ])('a store that was made by a setup %s is there for others', async (_name, wait) => {
    const store = effectScope(true);
    let made: Ref<string> | undefined;
    const useStore = () => (made ??= store.run(() => useEventStream(at.url, at.options).status));
    const first = defineComponent({
      async setup() {
        useStore();
        await wait();
        return () => '';
      },
    });
    const second = component(() => {
      const status = useStore();
      return () => status?.value ?? '';
    });
    const isFirst = ref(true);
    const root = defineComponent({
      setup: () => () => (isFirst.value ? h(Suspense, null, { default: () => h(first) }) : h(second)),
    });
    const app = createApp(root);
    app.config.errorHandler = () => {};
    const { place } = mount(root, app);
    await nextTick();
    isFirst.value = false;
    await nextTick();
    (await at.server.next()).open();
    await at.pass();
    expect(place.textContent).toBe('open');
    store.stop();
    warn.mock.calls.splice(0);
  });

  test('a component that is gone before it was ever mounted connects nothing', async () => {
    let ready: (() => void) | undefined;
    const slow = defineComponent({
      async setup() {
        useEventStream(at.url, at.options);
        await new Promise<void>((resolve) => (ready = resolve));
        return () => h('p');
      },
    });
    const { app } = mount({ render: () => h(Suspense, null, { default: () => h(slow) }) });
    await at.pass();
    app.unmount();
    ready?.();
    await at.pass();
    expect(at.server.connections).toHaveLength(0);
    warn.mock.calls.splice(0);
  });

  test('after `await`, where Vue has lost the component, it says so instead of leaking silently', async () => {
    const client = new EventClient<Tasks>(at.url, at.options);
    useEventStream(client);
    expect(warn.mock.calls.splice(0).flat().join(' ')).toMatch(/no active effect scope/);
    client[Symbol.dispose]();
    await at.pass();
  });
});

describe('<KeepAlive>', () => {
  /** A tab of two, with a stream. */
  function tabs(options: object) {
    const shows = ref('stream');
    const tab = component(() => {
      const { status, data, events } = useEventStream(at.url, { ...at.options, history: 10, ...options });
      return () => `${status.value} ${JSON.stringify(data.value)} ${events.value.length}`;
    });
    const other = component(() => () => 'other');
    return {
      shows,
      ...mount({ render: () => h(KeepAlive, null, () => h(shows.value === 'stream' ? tab : other)) }),
    };
  }

  test('a component that is not shown gives its lease back; shown again, it goes on where it was', async () => {
    const { shows, place } = tabs({});
    await nextTick();
    (await at.server.next()).open().send(progress(1));
    await at.pass();
    expect(at.server.connections).toHaveLength(1);
    expect(place.textContent).toBe('open {"taskId":"a","percentage":1} 1');
    shows.value = 'other';
    await at.pass();
    expect([place.textContent, at.server.live.length]).toEqual(['other', 0]);
    shows.value = 'stream';
    await nextTick();
    const again = await at.server.next();
    expect(again.request.lastEventId).toBe('1');
    again.open().send(progress(2));
    await at.pass();
    expect(place.textContent).toBe('open {"taskId":"a","percentage":2} 2');
  });

  test('`deactivated: "keep"` keeps it', async () => {
    const { shows, place } = tabs({ deactivated: 'keep' });
    await nextTick();
    const connection = (await at.server.next()).open();
    await at.pass();
    shows.value = 'other';
    await at.pass(1_000);
    connection.send(progress(1)).send(progress(2));
    await at.pass();
    shows.value = 'stream';
    await at.pass();
    expect(place.textContent).toBe('open {"taskId":"a","percentage":2} 2');
    expect(at.server.connections).toHaveLength(1);
  });

  test('a component that is mounted out of sight connects when it is shown', async () => {
    const [shows, hasInner] = [ref(true), ref(false)];
    const inner = component(() => {
      const { status } = useEventStream(at.url, at.options);
      return () => status.value;
    });
    const kept = component(() => () => 'kept');
    const tab = defineComponent({ setup: () => () => (hasInner.value ? h(inner) : h(kept)) });
    const { place } = mount({ render: () => h(KeepAlive, null, () => (shows.value ? h(tab) : null)) });
    await nextTick();
    shows.value = false;
    await nextTick();
    hasInner.value = true;
    await at.pass();
    expect(at.server.connections).toHaveLength(0);
    shows.value = true;
    await nextTick();
    (await at.server.next()).open();
    await at.pass();
    expect(place.textContent).toBe('open');
  });

  test('a URL that changes meanwhile is followed when it is shown again', async () => {
    const [shows, path] = [ref(true), ref(`${at.url}/one`)];
    const tab = component(() => {
      useEventStream(path, at.options);
      return () => '';
    });
    mount({ render: () => h(KeepAlive, null, () => (shows.value ? h(tab) : null)) });
    await nextTick();
    (await at.server.next()).open();
    await at.pass();
    shows.value = false;
    await at.pass();
    path.value = `${at.url}/two`;
    await at.pass();
    expect(at.server.live).toHaveLength(0);
    shows.value = true;
    await nextTick();
    expect((await at.server.next()).request.url.href).toBe(`${at.url}/two`);
  });
});

describe('the plugin', () => {
  test('gives its options to every URL of the app; a component’s own come first', async () => {
    const root = component(() => {
      useEventStream(at.url);
      useEventStream(`${at.url}/own`, { headers: { 'x-api-key': 'own' } });
      return () => '';
    });
    mount(root, createApp(root).use(pushStreamPlugin, { ...at.options, headers: { 'x-api-key': 'app' } }));
    await at.pass();
    expect(at.server.live.map(({ request }) => request.headers.get('x-api-key'))).toEqual(['app', 'own']);
  });

  test('its clients are the app’s own, and end with it, whoever holds them', async () => {
    let clients: EventClient[] = [];
    const root = component(() => {
      const scope = inject(pushStreamKey)?.scope;
      clients = scope ? [scope.client(at.url, at.options)] : [];
      useEventStream(at.url, at.options);
      return () => '';
    });
    inComponent(() => useEventStream(at.url, at.options));
    const { app } = mount(root, createApp(root).use(pushStreamPlugin));
    clients[0]?.retain();
    await at.pass();
    expect(at.server.live).toHaveLength(2);
    apps.splice(apps.indexOf(app), 1);
    app.unmount();
    await at.pass();
    expect([at.server.live.length, clients[0]?.status]).toEqual([1, 'closed']);
  });

  test('a store gets it too: whatever runs in the app’s context', async () => {
    const app = createApp({}).use(pushStreamPlugin, at.options);
    const scope = effectScope(true);
    app.runWithContext(() => scope.run(() => useEventStream(at.url)));
    await at.pass();
    expect(at.server.live).toHaveLength(1);
    scope.stop();
  });

  test('a scope of one’s own is provided under the same key', async () => {
    using scope = createClientScope();
    const root = component(() => {
      useEventStream(at.url);
      return () => '';
    });
    const app = createApp(root).provide(pushStreamKey, { scope, options: at.options });
    mount(root, app);
    await at.pass();
    expect(scope.client(at.url, at.options).leases).toBe(1);
  });
});

describe('hydration', () => {
  const seed = { data: progress(40).data, lastEventId: '40' };
  const root = () =>
    component(() => {
      const { status, data } = useEventStream(at.url, { ...at.options, events: 'task.progress', seed });
      const seconds = useRetryCountdown(at.url, at.options);
      const percentage = useEventStream(at.url, {
        ...at.options,
        seed,
        events: 'task.progress',
        select: (stream) => stream.data?.percentage,
      });
      return () => `${status.value} ${data.value?.percentage} ${percentage.value} ${seconds.value}`;
    });

  test('shows what the server rendered until it is mounted, then goes on behind it', async () => {
    const html = await renderToString(createSSRApp(root()));
    expect(html).toBe('<p>idle 40 40 null</p>');
    expect(at.server.connections).toHaveLength(0);
    const place = document.body.appendChild(document.createElement('div'));
    place.innerHTML = html;
    const paragraph = place.firstChild;
    const app = createSSRApp(root());
    app.mount(place);
    apps.push(app);
    expect(place.innerHTML).toBe(html);
    expect(place.firstChild).toBe(paragraph);
    await nextTick();
    const connection = await at.server.next();
    expect(connection.request.lastEventId).toBe('40');
    connection.open().send(progress(41));
    await at.pass();
    expect(place.textContent).toBe('open 41 41 null');
    expect(at.server.connections).toHaveLength(1);
  });

  test('a client that is open already does not make a mismatch', async () => {
    const client = new EventClient<Tasks>(at.url, at.options);
    client.connect();
    (await at.server.next()).open().send(progress(1));
    await at.pass();
    const shown = component(() => {
      const { status } = useStreamStatus(client);
      return () => status.value;
    });
    const place = document.body.appendChild(document.createElement('div'));
    place.innerHTML = '<p>idle</p>';
    const app = createSSRApp(shown);
    app.mount(place);
    apps.push(app);
    expect(place.innerHTML).toBe('<p>idle</p>');
    await nextTick();
    await nextTick();
    expect(place.innerHTML).toBe('<p>open</p>');
    client.disconnect();
  });
});
