import { EventSource } from 'eventsource';
import { sse } from 'msw';
import { setupServer } from 'msw/node';
import { expect, test, vi } from 'vitest';
import { EventClient } from '../../packages/client/src/index.ts';

test('the sse handler of MSW answers an EventClient too', async () => {
  // Node has no EventSource; the handler asks whether there is one, and for no more.
  vi.stubGlobal('EventSource', EventSource);
  const network = setupServer(
    sse<{ note: { text: string } }>('https://example.test/events', ({ client }) => {
      client.send({ id: '1', event: 'note', data: { text: 'one' } });
    }),
  );
  network.listen();
  using client = new EventClient<{ note: { text: string } }>('https://example.test/events');
  const notes: string[] = [];
  client.on('note', ({ text }) => notes.push(text));
  client.connect();
  await expect.poll(() => notes).toEqual(['one']);
  expect(client.lastEventId).toBe('1');
  network.close();
  vi.unstubAllGlobals();
});
