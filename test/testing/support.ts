import { onTestFinished } from 'vitest';
import { EventClient, type EventClientOptions, type StreamEvent } from '../../packages/client/src/index.ts';
import {
  createTestClock,
  createTestServer,
  type TestClock,
  type TestConnection,
  type TestServer,
} from '../../packages/client/src/testing/index.ts';
import { expectNothingLeft } from './nothing-left.ts';

export const url = 'https://example.test/events';

export interface Kit {
  readonly clock: TestClock;
  readonly server: TestServer;
  readonly client: EventClient;
  readonly events: readonly StreamEvent[];
}

/** A real client of the kit's server in the kit's time; when the test is over, nothing may be left. */
export function kit(options: EventClientOptions = {}, handler?: (connection: TestConnection) => unknown): Kit {
  const clock = createTestClock();
  const server = createTestServer(handler);
  const client = new EventClient(url, {
    fetch: server.fetch,
    environment: clock.environment,
    flush: 'sync',
    ...options,
  });
  const events: StreamEvent[] = [];
  client.on('*', (_data, event) => events.push(event));
  onTestFinished(() => {
    client.disconnect();
    expectNothingLeft(clock, server);
  });
  return { clock, server, client, events };
}

/** The same, with its first connection open. */
export async function opened(options: EventClientOptions = {}): Promise<Kit & { readonly connection: TestConnection }> {
  const made = kit(options);
  made.client.connect();
  const connection = await made.server.next();
  connection.open();
  await made.server.settled();
  return { ...made, connection };
}
