import { EventClient, type Status, type StreamError, type StreamEvent } from 'pushstream-client';
import {
  type StreamUrl,
  useEvent,
  useEventStream,
  useRetryCountdown,
  useStreamStatus,
  pushStreamPlugin,
} from 'pushstream-vue';
import { describe, expectTypeOf, test } from 'vitest';
import { computed, createApp, ref, shallowRef, watch } from 'vue';

interface Tasks {
  'task.created': { taskId: string; title: string };
  'task.progress': { taskId: string; percentage: number };
  'note.added': { text: string };
}
type Task = Tasks['task.created'] | Tasks['task.progress'];

const client = new EventClient<Tasks>('https://server.test/events');
const url = '/events' as StreamUrl<Tasks>;

describe('the source says which events there are', () => {
  test('a client, a typed URL, and refs and getters of them', () => {
    const sources = [
      useEventStream(client),
      useEventStream(url),
      useEventStream(shallowRef(client)),
      useEventStream(ref(url)),
      useEventStream(computed(() => client)),
      useEventStream(() => url),
    ];
    for (const { data, event } of sources) {
      expectTypeOf(data.value).toEqualTypeOf<Tasks[keyof Tasks] | undefined>();
      if (event.value?.type === 'note.added') expectTypeOf(event.value.data).toEqualTypeOf<{ text: string }>();
    }
  });

  test('nothing, for now, is a source too', () => {
    const user = ref<string | null>(null);
    const { data } = useEventStream(() => user.value && (`/users/${user.value}` as StreamUrl<Tasks>));
    expectTypeOf(data.value).toEqualTypeOf<Tasks[keyof Tasks] | undefined>();
    // @ts-expect-error a number is none
    useEventStream(1);
  });

  test('a URL alone says nothing: data is unknown', () => {
    const { data, events } = useEventStream('/events');
    expectTypeOf(data.value).toEqualTypeOf<unknown>();
    expectTypeOf(events.value).toEqualTypeOf<readonly StreamEvent[]>();
  });

  test('or the type argument', () => {
    const { data } = useEventStream<Tasks>('/events');
    expectTypeOf(data.value).toEqualTypeOf<Tasks[keyof Tasks] | undefined>();
  });
});

describe('options', () => {
  test('`events` narrows data and event: one name, a pattern, several', () => {
    expectTypeOf(useEventStream(client, { events: 'note.added' }).data.value).toEqualTypeOf<
      { text: string } | undefined
    >();
    expectTypeOf(useEventStream(client, { events: 'task.*' }).data.value).toEqualTypeOf<Task | undefined>();
    expectTypeOf(useEventStream(url, { events: ['task.created', 'task.progress'] }).data.value).toEqualTypeOf<
      Task | undefined
    >();
    // @ts-expect-error no such event
    useEventStream(client, { events: 'task.gone' });
    // @ts-expect-error no event matches
    useEventStream(client, { events: 'user.*' });
    // @ts-expect-error one of them is none
    useEventStream(client, { events: ['task.created', 'task.gone'] });
  });

  test('`reduce` knows its events, and makes what data is', () => {
    const { data } = useEventStream(client, {
      events: 'task.progress',
      initial: 0,
      reduce: (sum, event) => sum + event.data.percentage,
    });
    expectTypeOf(data.value).toEqualTypeOf<number>();
    useEventStream(client, {
      events: 'task.progress',
      initial: 0,
      // @ts-expect-error no such field
      reduce: (sum, event) => sum + event.data.nothing,
    });
    const sums = useEventStream(
      () => url,
      () => ({
        events: 'task.progress' as const,
        initial: 0,
        reduce: (sum: number, event) => sum + event.data.percentage,
      }),
    );
    expectTypeOf(sums.data.value).toEqualTypeOf<number>();
    // @ts-expect-error there is nothing that `data` could be before the first event
    useEventStream(client, { events: 'task.progress', reduce: (sum: number) => sum });
    // @ts-expect-error nor what could be selected
    useEventStream(client, { reduce: (sum: number) => sum, select: ({ status }) => status });
    // @ts-expect-error another type than it begins with
    useEventStream(client, { initial: 0, reduce: (_sum, event) => event.type });
  });

  test('`select` knows the whole result, and makes the one ref', () => {
    const open = useEventStream(client, { select: ({ status }) => status === 'open' });
    expectTypeOf(open.value).toEqualTypeOf<boolean>();
    const percentage = useEventStream(() => url, {
      events: 'task.progress',
      select: ({ data }) => data?.percentage ?? 0,
      isEqual: (one, other) => Math.round(one) === Math.round(other),
    });
    expectTypeOf(percentage.value).toEqualTypeOf<number>();
    const titles = useEventStream(client, {
      events: 'task.created',
      initial: [] as readonly string[],
      reduce: (all, { data }) => [...all, data.title],
      select: ({ data }) => ({ count: data.length, last: data.at(-1) }),
    });
    expectTypeOf(titles.value).toEqualTypeOf<{ count: number; last: string | undefined }>();
    // @ts-expect-error no such field
    useEventStream(client, { select: ({ nothing }) => nothing });
    // @ts-expect-error readonly
    open.value = true;
  });

  test('`on` knows what each event brings', () => {
    useEventStream(client, { on: { 'note.added': ({ text }) => expectTypeOf(text).toEqualTypeOf<string>() } });
    // @ts-expect-error no such event
    useEventStream(client, { on: { 'task.gone': () => {} } });
  });

  test('all of them may be a getter, and `enabled` a ref', () => {
    const size = ref(10);
    const { events } = useEventStream(client, () => ({ events: 'note.added', history: size.value }));
    expectTypeOf(events.value).toEqualTypeOf<readonly StreamEvent<'note.added', { text: string }>[]>();
    useEventStream(client, { enabled: ref(false) });
    useEventStream(client, { enabled: () => size.value > 0, deactivated: 'keep' });
    // @ts-expect-error neither of the two
    useEventStream(client, { deactivated: 'pause' });
    // @ts-expect-error no such option
    useEventStream(client, { histroy: 1 });
  });
});

test('the refs are readonly, and watchers know what they hold', () => {
  const { status, error, data, pause } = useEventStream(client);
  expectTypeOf(status.value).toEqualTypeOf<Status>();
  expectTypeOf(error.value).toEqualTypeOf<StreamError | null>();
  expectTypeOf(pause).toEqualTypeOf<() => void>();
  watch(data, (next) => expectTypeOf(next).toEqualTypeOf<Tasks[keyof Tasks] | undefined>());
  // @ts-expect-error readonly
  status.value = 'open';
});

test('useEvent knows the payload of a name and of a pattern', () => {
  useEvent(client, 'task.progress', ({ percentage }, event) => {
    expectTypeOf(percentage).toEqualTypeOf<number>();
    expectTypeOf(event).toEqualTypeOf<StreamEvent<'task.progress', Tasks['task.progress']>>();
  });
  useEvent(
    () => url,
    'task.*',
    (data) => expectTypeOf(data).toEqualTypeOf<Task>(),
    { enabled: () => true },
  );
  useEvent('/events', 'whatever', (data) => expectTypeOf(data).toEqualTypeOf<unknown>());
  // @ts-expect-error no such event
  useEvent(client, 'task.gone', () => {});
  // @ts-expect-error another payload
  useEvent(client, 'note.added', ({ percentage }) => percentage);
});

test('status and countdown', () => {
  const { status, retry } = useStreamStatus(() => url, { enabled: ref(true) });
  expectTypeOf(status.value).toEqualTypeOf<Status>();
  expectTypeOf(retry.value?.delayMs).toEqualTypeOf<number | undefined>();
  expectTypeOf(useRetryCountdown(client).value).toEqualTypeOf<number | null>();
  // @ts-expect-error there is nothing to keep
  useStreamStatus(client, { history: 3 });
  // @ts-expect-error nor to listen to
  useStreamStatus(client, { on: { 'note.added': () => {} } });
});

test('the plugin takes the client’s options', () => {
  createApp({}).use(pushStreamPlugin).use(pushStreamPlugin, { heartbeatTimeoutMs: 30_000 });
  // @ts-expect-error no such option
  createApp({}).use(pushStreamPlugin, { timeout: 1 });
});
