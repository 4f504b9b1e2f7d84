import { createTestClock, createTestServer } from 'pushstream-client/testing';
import { pushStreamPlugin, type StreamUrl, useEventStream } from 'pushstream-vue';
import { expect, test } from 'vitest';
import { createApp, defineComponent, h, nextTick } from 'vue';

interface TaskEvents {
  'task.progress': { taskId: string; percentage: number };
}

const Progress = defineComponent(() => {
  const { status, data } = useEventStream('/events' as StreamUrl<TaskEvents>);
  return () => h('p', `${status.value}: ${data.value?.percentage ?? 0} %`);
});

test('shows the newest percentage', async () => {
  const clock = createTestClock({ baseUrl: 'https://example.test/' });
  const server = createTestServer<TaskEvents>();
  const place = document.createElement('div');
  const app = createApp(Progress).use(pushStreamPlugin, { fetch: server.fetch, environment: clock.environment });
  app.mount(place);
  expect(place.textContent).toBe('idle: 0 %');

  const connection = (await server.next()).open();
  connection.send({ type: 'task.progress', data: { taskId: 'a', percentage: 40 } });
  await server.settled();
  await clock.advance(16); // a frame: what is shown follows at most once in each
  await nextTick();
  expect(place.textContent).toBe('open: 40 %');

  app.unmount();
  await clock.advance(0); // the linger of the last lease
  expect(server.live).toEqual([]);
  expect(clock.pending).toBe(0);
});
