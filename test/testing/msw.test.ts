import { http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EventClient } from '../../packages/client/src/index.ts';
import { createTestClock, createTestServer } from '../../packages/client/src/testing/index.ts';

// MSW takes the request from the app's own fetch; the kit answers it.
const server = createTestServer();
const network = setupServer(http.get('https://example.test/events', ({ request }) => server.fetch(request)));

beforeAll(() => network.listen({ onUnhandledFrame: 'error' }));
afterEach(() => expect.poll(() => server.live).toEqual([]));
afterAll(() => network.close());

test('the app shows what it missed while the connection was cut', async () => {
  const clock = createTestClock();
  using client = new EventClient<{ note: { text: string } }>('https://example.test/events', {
    environment: clock.environment,
  });
  const notes: string[] = [];
  client.on('note', ({ text }) => notes.push(text));
  client.connect();

  const first = await server.next();
  first.open().send({ type: 'note', data: { text: 'one' }, id: '1' });
  first.cut();
  await expect.poll(() => client.status).toBe('reconnecting');

  await clock.advance(750);
  const second = await server.next();
  expect(second.request.lastEventId).toBe('1');
  second.open().send({ type: 'note', data: { text: 'two' }, id: '2' });
  await expect.poll(() => notes).toEqual(['one', 'two']);
});
