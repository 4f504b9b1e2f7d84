import { createPushStream, type EventType, type PushStream } from 'pushstream-server';
import * as v from 'valibot';
import { assertType, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

interface TaskEvents {
  'task.progress': { taskId: string; percentage: number };
  'task.completed': { taskId: string };
}

test('the event map types publish()', () => {
  const push = createPushStream<TaskEvents>();
  void push.publish('task.progress', { taskId: 'a', percentage: 50 });
  // @ts-expect-error: another type's data
  void push.publish('task.completed', { percentage: 50 });
  // @ts-expect-error: no such type
  void push.publish('task.progres', { taskId: 'a', percentage: 50 });
  // @ts-expect-error: no such option
  void push.publish('task.completed', { taskId: 'a' }, { chanel: 'b' });
});

test('without a map, data is unknown', () => {
  const push = createPushStream();
  void push.publish('anything', Math.PI, { channel: 'a', tags: { b: 'c' }, key: 'd' });
});

test('schemas make the event map: what they take', () => {
  const push = createPushStream({
    schemas: {
      progress: z.object({ taskId: z.string(), at: z.string().transform((text) => new Date(text)) }),
      done: v.object({ taskId: v.string() }),
    },
  });
  expectTypeOf<Parameters<typeof push.publish<'progress'>>[1]>().toEqualTypeOf<{ taskId: string; at: string }>();
  void push.publish('done', { taskId: 'a' });
  // @ts-expect-error: a number
  void push.publish('done', { taskId: 1 });
});

test('schemas may prove a part of a map that is written', () => {
  createPushStream<TaskEvents>({ schemas: { 'task.completed': z.object({ taskId: z.string() }) } });
  // @ts-expect-error: it takes something else
  createPushStream<TaskEvents>({ schemas: { 'task.completed': z.object({ taskId: z.number() }) } });
});

test('sources yield and emit events of the map', () => {
  const push = createPushStream<TaskEvents>();
  push
    .source(async function* () {
      yield { type: 'task.completed', data: { taskId: 'a' }, channel: 'b' };
    })
    .source(async (_signal, emit) => {
      await emit({ type: 'task.progress', data: { taskId: 'a', percentage: 1 } });
      // @ts-expect-error: another type's data
      await emit({ type: 'task.progress', data: { taskId: 'a' } });
    });
  push.source(
    // @ts-expect-error: no such type
    async function* () {
      yield { type: 'task.gone', data: 1 };
    },
  );
});

test('configure() and source() can be chained, and keep the map', () => {
  const push = createPushStream<TaskEvents>();
  expectTypeOf(push.configure({ heartbeatMs: 5_000 })).toEqualTypeOf<PushStream<TaskEvents>>();
  // @ts-expect-error: a log is for good
  push.configure({ log: undefined });
  assertType<EventType<TaskEvents>>('task.completed');
});

test('authorize gives a grant, a response or nothing', () => {
  createPushStream({ authorize: ({ headers }) => (headers.has('cookie') ? { channels: ['a.*'] } : null) });
  createPushStream({ authorize: () => Promise.resolve(new Response(null, { status: 401 })) });
  // @ts-expect-error: not a word of a grant
  createPushStream({ authorize: () => ({ channel: 'a' }) });
});

test('what concerns all instances is a promise', () => {
  const push = createPushStream();
  expectTypeOf(push.kill('tab')).toEqualTypeOf<Promise<boolean>>();
  expectTypeOf(push.killAll()).toEqualTypeOf<Promise<number>>();
  expectTypeOf(push.revoke({ clientId: 'ann' })).toEqualTypeOf<Promise<number>>();
  expectTypeOf(push.presence()).resolves.items.toHaveProperty('instance').toEqualTypeOf<string>();
  // @ts-expect-error: what waits is known to its own instance only
  void push.presence().then(([first]) => first?.bufferedBytes);
  expectTypeOf(push.sessions()).items.toHaveProperty('bufferedBytes').toEqualTypeOf<number>();
});

test('handlers fit their hosts', () => {
  const push = createPushStream();
  expectTypeOf(push.fetch).toBeCallableWith(new Request('http://a'));
  expectTypeOf(push.handler({ channels: ['a'] })).returns.toEqualTypeOf<void>();
});
