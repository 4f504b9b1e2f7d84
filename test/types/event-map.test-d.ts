import { EventClient } from 'pushstream-client';
import type { EventOf, EventType, Listener, MatchingType, StreamEvent, Unsubscribe } from 'pushstream-client';
import { describe, expectTypeOf, test } from 'vitest';

interface Task {
  readonly taskId: string;
  readonly title: string;
}

interface TaskEvents {
  'task.created': Task;
  'task.progress': { taskId: string; percentage: number };
  'task.step.done': { step: string };
  'user.created': { name: string };
  ping: number;
}

type Aliased = {
  'task.created': Task;
  ping: number;
};

declare const tasks: EventClient<TaskEvents>;

describe('an event map', () => {
  test('may be an interface', () => {
    tasks.on('task.created', (data, event) => {
      expectTypeOf(data).toEqualTypeOf<Task>();
      expectTypeOf(event).toEqualTypeOf<StreamEvent<'task.created', Task>>();
      expectTypeOf(event.type).toEqualTypeOf<'task.created'>();
    });
  });

  test('may be a type', () => {
    const client = new EventClient<Aliased>('/events');
    client.on('ping', (data) => expectTypeOf(data).toEqualTypeOf<number>());
    expectTypeOf<EventType<Aliased>>().toEqualTypeOf<'task.created' | 'ping'>();
  });

  test('left out makes every name an event and all data unknown', () => {
    const client = new EventClient('/events');
    expectTypeOf(client).toEqualTypeOf<EventClient>();
    client.on('anything.at.all', (data, event) => {
      expectTypeOf(data).toEqualTypeOf<unknown>();
      expectTypeOf(event.data).toEqualTypeOf<unknown>();
      expectTypeOf(event.type).toEqualTypeOf<string>();
      // @ts-expect-error nobody vouched for the data
      void data.taskId;
    });
    client.on('task.*', (data) => expectTypeOf(data).toEqualTypeOf<unknown>());
    client.on('*', (data) => expectTypeOf(data).toEqualTypeOf<unknown>());
  });

  test('is inferred where a client is taken', () => {
    const map = <Events extends object>(client: EventClient<Events>): Events => client['~events'] as Events;
    expectTypeOf(map(tasks)).toEqualTypeOf<TaskEvents>();
    expectTypeOf(map(new EventClient<Aliased>('/events'))).toEqualTypeOf<Aliased>();
  });

  test('is inferred by structure through "~events", so that a second declaration of the class does no harm', () => {
    const map = <Events extends object>(client: { readonly '~events'?: Events }): Events => client['~events'] as Events;
    expectTypeOf(map(tasks)).toEqualTypeOf<TaskEvents>();
  });

  test('keeps clients of different maps apart', () => {
    const take = (client: EventClient<TaskEvents>): EventClient<TaskEvents> => client;
    // @ts-expect-error the maps differ
    take(new EventClient<{ ping: string }>('/events'));
  });
});

describe('a name', () => {
  test('that the map does not have is refused', () => {
    // @ts-expect-error no such event
    tasks.on('task.deleted', () => {});
    // @ts-expect-error no such event
    tasks.once('', () => {});
    // @ts-expect-error no such event
    tasks.off('task');
    // @ts-expect-error names are strings
    tasks.on(7, () => {});
  });

  test('binds the data', () => {
    // @ts-expect-error the data is a number
    tasks.on('ping', (data: string) => data);
    tasks.on('task.progress', (data) => {
      // @ts-expect-error no such field
      void data.percent;
      // @ts-expect-error it is a number
      data.percentage satisfies string;
    });
  });

  test('needs a listener', () => {
    // @ts-expect-error nobody listens
    tasks.on('ping');
    // @ts-expect-error that is no function
    tasks.on('ping', 'log');
    // @ts-expect-error there is no third argument
    tasks.on('ping', (_data, _event, _third) => {});
  });
});

describe('a wildcard', () => {
  test('stands for one segment: task.* does not match task.step.done', () => {
    expectTypeOf<MatchingType<TaskEvents, 'task.*'>>().toEqualTypeOf<'task.created' | 'task.progress'>();
    expectTypeOf<MatchingType<TaskEvents, 'task.*.done'>>().toEqualTypeOf<'task.step.done'>();
    expectTypeOf<MatchingType<TaskEvents, 'task.*.*'>>().toEqualTypeOf<'task.step.done'>();
    expectTypeOf<MatchingType<TaskEvents, '*.*'>>().toEqualTypeOf<'task.created' | 'task.progress' | 'user.created'>();
  });

  test('may be the first segment', () => {
    expectTypeOf<MatchingType<TaskEvents, '*.created'>>().toEqualTypeOf<'task.created' | 'user.created'>();
    tasks.on('*.created', (data) => expectTypeOf(data).toEqualTypeOf<Task | { name: string }>());
  });

  test('gives the union of the matching data and envelopes', () => {
    tasks.on('task.*', (data, event) => {
      expectTypeOf(data).toEqualTypeOf<Task | { taskId: string; percentage: number }>();
      expectTypeOf(event).toEqualTypeOf<EventOf<TaskEvents, 'task.created' | 'task.progress'>>();
      expectTypeOf(data.taskId).toEqualTypeOf<string>();
      // @ts-expect-error only one of the two has it
      void data.percentage;
    });
  });

  test('alone is every event', () => {
    expectTypeOf<MatchingType<TaskEvents, '*'>>().toEqualTypeOf<keyof TaskEvents>();
    tasks.on('*', (data, event) => {
      expectTypeOf(data).toEqualTypeOf<TaskEvents[keyof TaskEvents]>();
      expectTypeOf(event).toEqualTypeOf<EventOf<TaskEvents>>();
    });
  });

  test('that matches no name is refused', () => {
    // @ts-expect-error no event begins with order
    tasks.on('order.*', () => {});
    // @ts-expect-error no event has four segments
    tasks.on('*.*.*.*', () => {});
    // @ts-expect-error a star is a whole segment
    tasks.on('task*', () => {});
  });
});

describe('an event', () => {
  test('is narrowed by its type', () => {
    tasks.on('*', (_data, event) => {
      switch (event.type) {
        case 'task.progress':
          expectTypeOf(event.data).toEqualTypeOf<{ taskId: string; percentage: number }>();
          break;
        case 'ping':
          expectTypeOf(event.data).toEqualTypeOf<number>();
          break;
        case 'task.created':
        case 'user.created':
          expectTypeOf(event.data).toEqualTypeOf<Task | { name: string }>();
          break;
        case 'task.step.done':
          break;
        default:
          expectTypeOf(event).toEqualTypeOf<never>();
      }
      // @ts-expect-error the map has no such type
      if (event.type === 'task.deleted') return;
    });
  });

  test('is the envelope of the standard and a little more', () => {
    expectTypeOf<keyof StreamEvent>().toEqualTypeOf<
      'type' | 'data' | 'raw' | 'id' | 'lastEventId' | 'origin' | 'receivedAt' | 'seq'
    >();
    expectTypeOf<StreamEvent['data']>().toEqualTypeOf<unknown>();
    expectTypeOf<StreamEvent['id']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<StreamEvent['lastEventId']>().toEqualTypeOf<string>();
  });

  test('is read-only', () => {
    tasks.on('ping', (_data, event) => {
      // @ts-expect-error read-only
      event.data = 1;
      // @ts-expect-error read-only
      event.lastEventId = '7';
    });
  });
});

describe('on, once and off', () => {
  test('take the same names and listeners', () => {
    const onProgress: Listener<TaskEvents, 'task.progress'> = (data, event) => void [data.percentage, event.id];
    expectTypeOf(tasks.on('task.progress', onProgress)).toEqualTypeOf<Unsubscribe>();
    expectTypeOf(tasks.once('task.progress', onProgress)).toEqualTypeOf<Unsubscribe>();
    expectTypeOf(tasks.off('task.progress', onProgress)).toBeVoid();
    expectTypeOf(tasks.off('task.*')).toBeVoid();
  });

  test('once types its data', () => {
    tasks.once('task.created', (data, event) => {
      expectTypeOf(data).toEqualTypeOf<Task>();
      expectTypeOf(event.data).toEqualTypeOf<Task>();
    });
    // @ts-expect-error the data is a task
    tasks.once('task.created', (data: number) => data);
  });

  test('off refuses the listener of another event', () => {
    // @ts-expect-error a listener of numbers
    tasks.off('task.created', (data: number) => data);
  });

  test('a listener that needs less is taken', () => {
    tasks.on('task.progress', () => {});
    tasks.on('task.*', ({ taskId }: { taskId: string }) => taskId);
  });
});
