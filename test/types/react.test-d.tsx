import type { EventClient, StreamEvent } from 'pushstream-client';
import {
  PushStreamProvider,
  type StreamOptions,
  type StreamResult,
  type StreamStatus,
  type StreamUrl,
  useEvent,
  useEventStream,
  useRetryCountdown,
  useStreamStatus,
  useSuspenseEventStream,
} from 'pushstream-react';
import { describe, expectTypeOf, test } from 'vitest';

interface Progress {
  readonly taskId: string;
  readonly percentage: number;
}

interface Tasks {
  'task.created': { taskId: string; title: string };
  'task.progress': Progress;
  'user.created': { name: string };
}

declare const client: EventClient<Tasks>;
const url = '/events' as StreamUrl<Tasks>;
type Name = keyof Tasks;
type AnyEvent = { [Type in Name]: StreamEvent<Type, Tasks[Type]> }[Name];

describe('useEventStream', () => {
  test('infers the events from a client and from a typed URL', () => {
    expectTypeOf(useEventStream(client)).toEqualTypeOf<StreamResult<AnyEvent, Tasks[Name] | undefined>>();
    expectTypeOf(useEventStream(url)).toEqualTypeOf<StreamResult<AnyEvent, Tasks[Name] | undefined>>();
    expectTypeOf(useEventStream<Tasks>('/events').event).toEqualTypeOf<AnyEvent | undefined>();
    expectTypeOf(useEventStream(Math.random() > 0.5 && client).event).toEqualTypeOf<AnyEvent | undefined>();
    expectTypeOf(useEventStream('/events').data).toEqualTypeOf<unknown>();
    expectTypeOf(useEventStream(null).status).toEqualTypeOf<StreamStatus['status']>();
  });

  test('narrows by name, by several names and by pattern', () => {
    expectTypeOf(useEventStream(url, { events: 'task.progress' }).data).toEqualTypeOf<Progress | undefined>();
    expectTypeOf(useEventStream(url, { events: 'task.*' }).event?.type).toEqualTypeOf<
      'task.created' | 'task.progress' | undefined
    >();
    expectTypeOf(useEventStream(url, { events: ['task.progress', 'user.created'] }).event?.type).toEqualTypeOf<
      'task.progress' | 'user.created' | undefined
    >();
    const { event } = useEventStream(url);
    if (event?.type === 'task.progress') expectTypeOf(event.data.percentage).toBeNumber();
    // @ts-expect-error no such event
    useEventStream(url, { events: 'task.nothing' });
    // @ts-expect-error nothing matches
    useEventStream(url, { events: 'nothing.*' });
  });

  test('infers what reduce and select make, from what they are given', () => {
    const { data } = useEventStream(url, {
      events: 'task.progress',
      initial: new Map<string, number>(),
      reduce: (all, { data: { taskId, percentage } }) => new Map(all).set(taskId, percentage),
    });
    expectTypeOf(data).toEqualTypeOf<Map<string, number>>();
    const selected = useEventStream(url, {
      events: 'task.progress',
      history: 10,
      select: ({ status, events }) => ({ status, last: events.at(-1)?.data.percentage }),
    });
    expectTypeOf(selected).toEqualTypeOf<{ status: StreamStatus['status']; last: number | undefined }>();
    const total = useEventStream(client, {
      events: 'task.progress',
      initial: 0,
      reduce: (sum, event) => sum + event.data.percentage,
      select: (result) => result.data > 100,
      isEqual: (one, other) => one === other,
    });
    expectTypeOf(total).toEqualTypeOf<boolean>();
    useEventStream(url, {
      events: 'task.progress',
      initial: 0,
      // @ts-expect-error the event has no such field
      reduce: (sum, { data: { nothing } }) => sum + nothing,
    });
  });

  test('a reducer has something to begin with', () => {
    // @ts-expect-error there is nothing that `data` could be before the first event
    useEventStream(url, { events: 'task.progress', reduce: (data: number) => data });
    // @ts-expect-error nor here
    useSuspenseEventStream(url, { events: 'task.progress', reduce: (data: number) => data });
    const options: StreamOptions<Tasks, 'task.progress', number> = { initial: 0, reduce: (n) => n + 1 };
    expectTypeOf(useEventStream(url, options).data).toBeNumber();
    expectTypeOf(
      useSuspenseEventStream(url, {
        events: 'task.progress',
        initial: 0,
        reduce: (sum, { data: { percentage } }) => sum + percentage,
      }).data,
    ).toBeNumber();
  });

  test('types the listeners of `on`', () => {
    useEventStream(url, {
      on: {
        'task.progress': (progress, event) => {
          expectTypeOf(progress).toEqualTypeOf<Progress>();
          expectTypeOf(event.type).toEqualTypeOf<'task.progress'>();
        },
        '*': (_data, event) => expectTypeOf(event).toEqualTypeOf<AnyEvent>(),
      },
    });
    useEventStream(url, {
      // @ts-expect-error no such event
      on: { 'task.nothing': () => {} },
    });
  });

  test('refuses options that do not exist, or not for this', () => {
    // @ts-expect-error enabled is meant
    useEventStream(url, { disabled: true });
    // @ts-expect-error milliseconds
    useEventStream(url, { lingerMs: '1s' });
    // @ts-expect-error another map
    useEventStream<{ ping: number }>(client);
    // @ts-expect-error nothing is shown of it
    useStreamStatus(url, { select: () => 1 });
  });

  test('gives functions that belong to nobody', () => {
    const { connect, pause, clear } = useEventStream(url);
    expectTypeOf(connect).toEqualTypeOf<() => void>();
    expectTypeOf([pause, clear]).toEqualTypeOf<(() => void)[]>();
  });
});

describe('useSuspenseEventStream', () => {
  test('has data', () => {
    expectTypeOf(useSuspenseEventStream(url, { events: 'task.progress' }).data).toEqualTypeOf<Progress>();
    expectTypeOf(
      useSuspenseEventStream(client, { events: 'task.progress', select: ({ data }) => data.percentage }),
    ).toBeNumber();
    // @ts-expect-error there is nothing to wait for
    useSuspenseEventStream(null);
    // @ts-expect-error nor here
    useSuspenseEventStream(url, { enabled: false });
    // @ts-expect-error what was awaited is not taken back
    void useSuspenseEventStream(url).clear;
    // @ts-expect-error nor by a selector
    useSuspenseEventStream(url, { select: ({ clear }) => clear });
  });
});

describe('useEvent', () => {
  test('types the listener by name or pattern', () => {
    useEvent(url, 'task.progress', ({ percentage }, event) => {
      expectTypeOf(percentage).toBeNumber();
      expectTypeOf(event).toEqualTypeOf<StreamEvent<'task.progress', Progress>>();
    });
    useEvent(client, 'task.*', (_data, event) =>
      expectTypeOf(event.type).toEqualTypeOf<'task.created' | 'task.progress'>(),
    );
    useEvent('/events', 'anything', (data) => expectTypeOf(data).toEqualTypeOf<unknown>());
    expectTypeOf(useEvent(client, '*', () => {})).toBeVoid();
    // @ts-expect-error no such event
    useEvent(url, 'task.nothing', () => {});
    // @ts-expect-error a number it is not
    useEvent(url, 'task.progress', (data: number) => data);
  });
});

test('the other hooks say what they give', () => {
  expectTypeOf(useStreamStatus(client)).toEqualTypeOf<StreamStatus>();
  expectTypeOf(useRetryCountdown(url, { headers: { 'x-api-key': '1' } })).toEqualTypeOf<number | null>();
});

test('a provider takes the options of clients', () => {
  void (<PushStreamProvider options={{ credentials: 'include', headers: { a: '1' }, key: 'user 1' }} />);
  // @ts-expect-error no such option
  void (<PushStreamProvider options={{ withCredentials: true }} />);
});
