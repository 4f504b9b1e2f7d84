import { EventClient } from 'pushstream-client';
import { createTestClock, createTestServer } from 'pushstream-client/testing';
import { mount, tick, unmount } from 'svelte';
import { expect, test } from 'vitest';
import Progress from './Progress.svelte';

interface TaskEvents {
  'task.progress': { taskId: string; percentage: number };
}

test('shows the newest percentage', async () => {
  const clock = createTestClock();
  const server = createTestServer<TaskEvents>();
  const options = { fetch: server.fetch, environment: clock.environment };
  const source = new EventClient<TaskEvents>('https://example.test/events', options);
  const target = document.createElement('div');
  const view = mount(Progress, { target, props: { source } });
  expect(target.textContent).toBe('idle: 0 %');

  const connection = (await server.next()).open();
  connection.send({ type: 'task.progress', data: { taskId: 'a', percentage: 40 } });
  await server.settled();
  await clock.advance(16); // a frame: what is shown follows at most once in each
  await tick();
  expect(target.textContent).toBe('open: 40 %');

  await unmount(view);
  await clock.advance(0); // the linger of the last lease
  expect(server.live).toEqual([]);
  expect(source.leases).toBe(0);
});
