import { EventClient, type EventClientOptions } from '../../packages/client/src/index.ts';
import { ScriptedTransport } from '../support/scripted-transport.ts';
import { VirtualTime } from '../support/virtual-time.ts';

export const url = 'http://server.test/events';

export interface Bench<Events extends object> {
  readonly client: EventClient<Events>;
  readonly transport: ScriptedTransport;
  readonly time: VirtualTime;
  /** Everything that `lifecycle` announced, in order. */
  readonly announced: (readonly [string, unknown])[];
}

/** A client on a scripted transport and a virtual clock. */
export function bench<Events extends object = Record<string, unknown>>(
  options: EventClientOptions = {},
): Bench<Events> {
  const transport = new ScriptedTransport();
  const time = new VirtualTime();
  const client = new EventClient<Events>(url, { transport, environment: time.environment, ...options });
  const announced: (readonly [string, unknown])[] = [];
  for (const name of ['open', 'status', 'error', 'retry', 'comment', 'reset', 'dropped', 'close'] as const) {
    client.lifecycle.on(name, (payload) => announced.push([name, payload]));
  }
  return { client, transport, time, announced };
}

/** The same, with its first connection open. */
export function opened<Events extends object = Record<string, unknown>>(
  options: EventClientOptions = {},
): Bench<Events> {
  const made = bench<Events>(options);
  made.client.connect();
  made.transport.last.open();
  return made;
}
