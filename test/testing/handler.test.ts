import { expect, test } from 'vitest';
import { EventClient } from '../../packages/client/src/index.ts';
import { createTestClock, createTestServer } from '../../packages/client/src/testing/index.ts';

test('a deployment: busy, then gone, then back', async () => {
  const clock = createTestClock();
  const server = createTestServer((connection) => {
    if (connection.number === 1) connection.respond(503, { headers: { 'retry-after': '2' } });
    else if (connection.number === 2) connection.refuse();
    else connection.open().send({ type: 'hello', data: { version: 2 } });
  });
  using client = new EventClient('https://example.test/events', {
    fetch: server.fetch,
    environment: clock.environment,
  });
  const errors: string[] = [];
  client.lifecycle.on('error', ({ code }) => errors.push(code));
  client.connect();

  await clock.advance(10_000);
  expect(errors).toEqual(['http', 'network']);
  expect(client.status).toBe('open');
});
