import { expect, test } from 'vitest';
import { EventClient } from '../../packages/client/src/index.ts';
import { createTestClock, createTestServer } from '../../packages/client/src/testing/index.ts';

interface TaskEvents {
  'task.progress': { taskId: string; percentage: number };
}

test('a cut loses nothing: the client resumes from the last event', async () => {
  const clock = createTestClock();
  const server = createTestServer<TaskEvents>();
  const client = new EventClient<TaskEvents>('https://example.test/events', {
    fetch: server.fetch,
    environment: clock.environment,
  });
  const seen: number[] = [];
  client.on('task.progress', ({ percentage }) => seen.push(percentage));
  client.connect();

  const first = await server.next();
  first.open().send({ type: 'task.progress', data: { taskId: 'a', percentage: 10 }, id: '1' });
  first.cut({ midEvent: { type: 'task.progress', data: { taskId: 'a', percentage: 20 }, id: '2' } });
  await server.settled();
  expect(client.status).toBe('reconnecting');

  await clock.advance(750); // 250 ms at least, and half of the first second
  const second = await server.next();
  expect(second.request.lastEventId).toBe('1');
  second.open().send({ type: 'task.progress', data: { taskId: 'a', percentage: 20 }, id: '2' });
  await server.settled();
  expect(seen).toEqual([10, 20]);

  client.disconnect();
  expect(server.live).toEqual([]); // no connection is left
  expect(clock.pending).toBe(0); // no timer
  expect(clock.listeners).toBe(0); // nobody who listens to the page
});
