import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCluster } from '../../playground/cluster/cluster.ts';
import { hasRedis } from '../../playground/cluster/redis.ts';
import type { Instance, Setup } from '../../playground/contract.ts';
import { until } from '../support/until.ts';
import { CLEAN, press, type Pressed } from './support.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };

describe.skipIf(!hasRedis())('a playground with several servers', () => {
  let pressed: Pressed;
  beforeAll(async () => {
    pressed = await press({ cluster: (origins) => startCluster({ origins, heartbeatMs: 500, drainMs: 1_000 }) });
  });
  afterAll(() => pressed[Symbol.asyncDispose]());

  const instances = async (): Promise<Instance[]> =>
    (await (await pressed.request('/api/instances')).json()) as Instance[];
  const states = async (): Promise<string[]> => (await instances()).map(({ name, state }) => `${name} ${state}`);
  const act = async (name: string, action: string): Promise<number> =>
    (await pressed.request(`/api/instances/${name}/${action}`, { method: 'POST' })).status;

  test('says what it is, and offers what can be done to it', async () => {
    expect((await (await pressed.request('/api/setup')).json()) as Setup).toMatchObject({
      cluster: true,
      faults: ['cut', 'cut-mid-event', 'stall', 'refuse', 'slow', 'duplicate', 'restart-empty'],
    });
    expect(await (await pressed.request('/api/token')).json()).toEqual({ token: null });
    expect(await states()).toEqual(['server-1 up', 'server-2 up', 'server-3 up']);
    expect(await act('server-9', 'kill')).toBe(404);
  });

  test('its pages may read the streams', async () => {
    const { eventsUrl, url } = pressed.playground;
    const { origin } = new URL(url);
    const stream = await fetch(eventsUrl, { headers: { origin } });
    expect(stream.headers.get('access-control-allow-origin')).toBe(origin);
    await stream.body?.cancel();
  });

  test('servers are killed, drained and started in the middle of a burst, and nothing is lost', async () => {
    const visitors = [await pressed.visit(), await pressed.visit(), await pressed.visit()];
    await pressed.burst({ count: 4_000, perSecond: 1_000 });
    expect(await act('server-1', 'kill')).toBe(204);
    expect(await act('server-2', 'drain')).toBe(204);
    await expect.poll(states, PATIENCE).toEqual(['server-1 down', 'server-2 down', 'server-3 up']);
    expect(await act('server-1', 'start')).toBe(204);
    await pressed.fault('cut-mid-event');
    expect(await act('server-2', 'start')).toBe(204);
    expect(await act('server-3', 'kill')).toBe(204);
    await until(() => visitors.every(({ events }) => events.length === 4_001), 30_000);
    for (const visitor of visitors) expect(await visitor.verdict()).toEqual(CLEAN);
    expect(await act('server-3', 'start')).toBe(204);
    const streams = async (): Promise<number> => (await instances()).reduce((sum, each) => sum + each.streams, 0);
    await expect.poll(streams, PATIENCE).toBe(3);
  });

  test('Redis forgets everything: one reset says so, and the ledger knows both epochs', async () => {
    const visitor = await pressed.visit();
    await pressed.burst({ count: 10 });
    await until(() => visitor.events.length === 10);
    await pressed.fault('restart-empty');
    await pressed.burst({ count: 10 });
    await until(() => visitor.resets.length > 0, 20_000);
    await pressed.burst({ count: 10 });
    await until(() => visitor.events.filter(({ type }) => type === 'task.completed').length >= 2);
    expect(await visitor.verdict()).toEqual(CLEAN);
    expect(visitor.resets).toMatchObject([{ reason: 'epoch' }]);
  });

  test('the form publishes by way of some server', async () => {
    const visitor = await pressed.visit();
    const { status } = await pressed.request('/hub/publish/tasks', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'note', data: { text: 'Hello' } }),
    });
    expect(status).toBe(202);
    await until(() => visitor.events.length === 1);
    expect(await visitor.verdict()).toEqual(CLEAN);
  });
});
