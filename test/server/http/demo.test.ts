import { describe, expect, test } from 'vitest';
import { createDemo } from '../../../packages/server/src/demo.ts';
import { createMemoryShared } from '../../../packages/server/src/log/memory-shared.ts';
import { createPushStream, memoryLog, type Published } from '../../../packages/server/src/index.ts';
import { simulateTasks } from '../../../packages/server/src/tasks.ts';
import { open } from '../streams.ts';
import { createTestEnvironment } from '../support.ts';
import { problemOf, start } from './support.ts';

describe('a demo', () => {
  test('sends one event per interval: notification, alert, data update, heartbeat, and again', async () => {
    const environment = createTestEnvironment();
    const push = createPushStream({ environment });
    const stream = await open(push.fetch);
    const demo = createDemo(push, environment);
    expect(await demo.start({ intervalSeconds: 2 })).toEqual({ running: true, intervalSeconds: 2, sent: 0 });
    await environment.advance(10_000);
    const types = (await stream.types()).filter((type) => !type.startsWith('pushstream.') && type !== 'id');
    expect(types).toEqual(['notification', 'alert', 'dataUpdate', 'heartbeat', 'notification']);
    expect((await demo.status()).sent).toBe(5);
    // A heartbeat is not stored.
    expect(push.stats().published).toBe(5);
    expect(await push.cursor()).toMatch(/\.4$/);
  });

  test('starting and stopping again changes nothing but the interval', async () => {
    const environment = createTestEnvironment();
    const demo = createDemo(createPushStream({ environment }), environment);
    expect(await demo.stop()).toEqual({ running: false, intervalSeconds: null, sent: 0 });
    await demo.start();
    expect(await demo.start({ intervalSeconds: 1 })).toEqual({ running: true, intervalSeconds: 1, sent: 0 });
    await environment.settle();
    const pending = environment.pending;
    await demo.start({ intervalSeconds: 1 });
    await environment.settle();
    expect(environment.pending).toBe(pending);
    await demo.stop();
    expect(await demo.stop()).toMatchObject({ running: false });
    await environment.advance(60_000);
    expect((await demo.status()).sent).toBe(0);
  });

  test('a demo that is stopped while it sends, and started again, is one demo', async () => {
    const environment = createTestEnvironment();
    const stored: (() => void)[] = [];
    const publish = () =>
      new Promise<Published>((resolve) => stored.push(() => resolve({ id: null, duplicate: false })));
    const demo = createDemo({ publish, shared: createMemoryShared(environment) }, environment);
    await demo.start({ intervalSeconds: 1 });
    await environment.advance(5_000);
    // What hangs holds up what follows.
    expect((await demo.status()).sent).toBe(1);
    await demo.stop();
    await demo.start({ intervalSeconds: 1 });
    stored.shift()?.();
    await environment.settle();
    expect(environment.pending).toBe(1);
  });

  test('a log that fails is reported, and the demo goes on', async () => {
    const environment = createTestEnvironment();
    const publish = () => Promise.reject(new Error('away'));
    const push = createPushStream({ environment, log: { ...memoryLog({}, environment), publish } });
    const demo = createDemo(push, environment);
    await demo.start({ intervalSeconds: 1 });
    await environment.advance(2_000);
    expect(environment.reports.map(([where]) => where)).toEqual(['demo', 'demo']);
  });

  test.each([0, 0.5, 61, Number.NaN, Infinity])('an interval of %d seconds cannot be', async (intervalSeconds) => {
    const environment = createTestEnvironment();
    const demo = createDemo(createPushStream({ environment }), environment);
    await expect(demo.start({ intervalSeconds })).rejects.toThrow('intervalSeconds: expected 1..60');
  });
});

describe('a demo over HTTP', () => {
  test('is started, looked at and stopped, as often as one likes', async () => {
    const { ask } = await start({ demo: true });
    const json = async (method: string, path: string, body?: unknown): Promise<unknown> =>
      (await ask(method, path, body)).json();
    const off = { running: false, intervalSeconds: null, sent: 0 };
    const on = { running: true, intervalSeconds: 60, sent: 0 };
    expect(await json('GET', '/api/demo/status')).toEqual(off);
    expect(await json('POST', '/api/demo/start')).toEqual({ ...on, intervalSeconds: 5 });
    expect(await json('POST', '/api/demo/start', { intervalSeconds: 60 })).toEqual(on);
    expect(await json('POST', '/api/demo/start', { intervalSeconds: 60 })).toEqual(on);
    expect(await json('POST', '/api/demo/stop')).toEqual(off);
    expect(await json('POST', '/api/demo/stop')).toEqual(off);
  });

  test.each([[{ intervalSeconds: 0 }], [{ intervalSeconds: 61 }], [{ intervalSeconds: '5' }], [{ every: 5 }], [[]]])(
    '%j is a 400',
    async (body) => {
      const response = await (await start({ demo: true })).ask('POST', '/api/demo/start', body);
      expect([response.status, (await problemOf(response)).detail]).toEqual([400, expect.stringContaining('body')]);
    },
  );

  test('is not there where it is not wanted', async () => {
    expect((await (await start()).ask('POST', '/api/demo/start')).status).toBe(404);
  });
});

describe('simulated tasks', () => {
  test('are created, get on, and are completed, one after the other', async () => {
    const environment = createTestEnvironment();
    const push = createPushStream({ environment });
    const stream = await open(push.fetch, '/events?channel=tasks');
    push.source(simulateTasks(environment, { stepMs: 100 }));
    await environment.advance(2_000);
    const events = (await stream.events()).map(([, data]) => data as Record<string, unknown>);
    const first = events.filter(({ taskId }) => taskId === 'task-1');
    expect(first[0]).toEqual({ taskId: 'task-1', name: expect.any(String) });
    expect(first.at(-1)).toEqual({ taskId: 'task-1', result: 'Success' });
    const percentages = first.slice(1, -1).map(({ percentage }) => Number(percentage));
    expect(percentages).toEqual([...percentages].sort((a, b) => a - b));
    expect(percentages.at(-1)).toBe(100);
    expect(events).toContainEqual({ taskId: 'task-2', name: expect.any(String) });
  });

  test('are those of one of several, and of another one when that is gone', async () => {
    const environment = createTestEnvironment();
    const push = createPushStream({ environment });
    const stream = await open(push.fetch, '/events?channel=tasks');
    const tasksOf = (owner: string): ReturnType<typeof simulateTasks> =>
      simulateTasks(environment, { stepMs: 100, isTurn: () => push.shared.claim('tasks', owner, 5_000) });
    const one = tasksOf('one');
    const ended = new AbortController();
    push.source((signal) => one(AbortSignal.any([signal, ended.signal])));
    push.source(tasksOf('other'));
    await environment.advance(3_000);
    const created = async (): Promise<unknown[]> =>
      (await stream.events()).flatMap(([, data]) => ('name' in Object(data) ? [Object(data).taskId] : []));
    const first = await created();
    expect(new Set(first).size).toBe(first.length);
    ended.abort();
    await environment.advance(4_000);
    expect(await created()).toEqual([]);
    await environment.advance(2_000);
    expect((await created())[0]).toBe('task-1');
    await push.close();
  });

  test('end at once when the server closes, and leave no timer', async () => {
    const environment = createTestEnvironment();
    const push = createPushStream({ environment });
    push.source(simulateTasks(environment));
    await environment.advance(5_000);
    await push.close();
    await environment.settle();
    expect(environment.pending).toBe(0);
  });
});
