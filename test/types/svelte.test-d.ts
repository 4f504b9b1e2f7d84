import type { EventClient, StreamEvent } from 'pushstream-client';
import {
  eventStreamStore,
  type StreamUrl,
  useEvent,
  useEventStream,
  useRetryCountdown,
  useStreamStatus,
} from 'pushstream-svelte';
import type { Readable } from 'svelte/store';
import { get } from 'svelte/store';
import { describe, expectTypeOf, test } from 'vitest';

interface Progress {
  taskId: string;
  percentage: number;
}

interface Tasks {
  'task.progress': Progress;
  'task.done': { taskId: string };
  'user.created': { name: string };
}

declare const client: EventClient<Tasks>;
const url = '/events' as StreamUrl<Tasks>;

describe('useEventStream', () => {
  test('knows the events of a client, of a URL that tells them, and of getters of both', () => {
    type Data = Progress | { taskId: string } | { name: string } | undefined;
    expectTypeOf(useEventStream(client).data).toEqualTypeOf<Data>();
    expectTypeOf(useEventStream(url).data).toEqualTypeOf<Data>();
    expectTypeOf(useEventStream(() => client).data).toEqualTypeOf<Data>();
    expectTypeOf(useEventStream(() => (Math.random() > 1 ? url : null)).data).toEqualTypeOf<Data>();
    expectTypeOf(useEventStream('/events').data).toEqualTypeOf<unknown>();
    expectTypeOf(useEventStream(new URL('https://server.test')).event).toEqualTypeOf<StreamEvent | undefined>();
    expectTypeOf(useEventStream<Tasks>('/events').data).toEqualTypeOf<Data>();
  });

  test('narrows by name and by pattern, whether the options are a getter or not', () => {
    expectTypeOf(useEventStream(url, { events: 'task.progress' }).data).toEqualTypeOf<Progress | undefined>();
    expectTypeOf(useEventStream(url, () => ({ events: 'task.progress' })).data).toEqualTypeOf<Progress | undefined>();
    expectTypeOf(useEventStream(url, { events: 'task.*' }).data).toEqualTypeOf<
      Progress | { taskId: string } | undefined
    >();
    const { event } = useEventStream(url, { events: ['task.progress', 'user.created'] });
    if (event?.type === 'user.created') expectTypeOf(event.data).toEqualTypeOf<{ name: string }>();
    // @ts-expect-error no such event
    useEventStream(url, { events: 'task.nothing' });
    // @ts-expect-error no such event, in a getter
    useEventStream(url, () => ({ events: 'task.nothing' }));
  });

  test('infers what a reducer makes and what a selector picks', () => {
    const sum = useEventStream(client, {
      events: 'task.progress',
      initial: 0,
      reduce: (before, event) => before + event.data.percentage,
    });
    expectTypeOf(sum.data).toEqualTypeOf<number>();
    // @ts-expect-error there is nothing that `data` could be before the first event
    useEventStream(client, { events: 'task.progress', reduce: (data: number) => data });
    // @ts-expect-error nor in a store
    eventStreamStore(client, { events: 'task.progress', reduce: (data: number) => data });
    const half = useEventStream(
      () => url,
      () => ({
        events: 'task.progress',
        select: ({ data }) => ({ half: (data?.percentage ?? 0) / 2 }),
      }),
    );
    expectTypeOf(half.current).toEqualTypeOf<{ half: number }>();
    expectTypeOf(half.status).toEqualTypeOf<EventClient['status']>();
    // @ts-expect-error the event has no such field
    useEventStream(client, { events: 'task.progress', select: ({ data }) => data?.nothing });
  });

  test('without a selector has the whole result as its current value', () => {
    const { current } = useEventStream(url, { events: 'task.progress' });
    expectTypeOf(current.data).toEqualTypeOf<Progress | undefined>();
    // @ts-expect-error a result is not to be written
    current.status = 'open';
  });
});

test('a store is one of svelte/store’s', () => {
  const store = eventStreamStore(url, { events: 'task.progress' });
  expectTypeOf(get(store).data).toEqualTypeOf<Progress | undefined>();
  const status = eventStreamStore(url, { select: (result) => result.status });
  expectTypeOf(status).toExtend<Readable<EventClient['status']>>();
});

test('useEvent knows the data of each name and pattern', () => {
  useEvent(client, 'task.progress', (data, event) => {
    expectTypeOf(data).toEqualTypeOf<Progress>();
    expectTypeOf(event).toEqualTypeOf<StreamEvent<'task.progress', Progress>>();
  });
  useEvent(
    () => url,
    'task.*',
    (data) => expectTypeOf(data).toEqualTypeOf<Progress | { taskId: string }>(),
  );
  useEvent('/events', 'anything', (data) => expectTypeOf(data).toEqualTypeOf<unknown>());
  // @ts-expect-error no such event
  useEvent(url, 'task.nothing', () => {});
  // @ts-expect-error the data is another
  useEvent(url, 'task.progress', (data: { name: string }) => data.name);
});

test('status and countdown are read-only, and take the client’s options', () => {
  const connection = useStreamStatus(url, { headers: { 'x-api-key': '7' } });
  expectTypeOf(connection.status).toEqualTypeOf<EventClient['status']>();
  expectTypeOf(useRetryCountdown(() => client).current).toEqualTypeOf<number | null>();
  // @ts-expect-error what is not shown needs no reducer
  useStreamStatus(url, { history: 3 });
  // @ts-expect-error nor listeners
  useStreamStatus(url, { on: { 'task.progress': () => {} } });
  // @ts-expect-error not to be written
  connection.status = 'open';
});
