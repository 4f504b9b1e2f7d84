import { encodeEvent } from 'pushstream-protocol';
import type { EventType } from '../events.ts';

interface Fields {
  /** An empty string takes the cursor away. */
  readonly id?: string;
  /** The reconnection time to ask for, in whole milliseconds. */
  readonly retryMs?: number;
}

/**
 * An event to send: its `type` (without one it is a `message`), `data`, `id`, `retryMs`. Data that is
 * no string is sent as JSON; a string is sent as it is. With an event map, data is of its type's.
 */
export type TestEvent<Events extends object = Record<string, unknown>> =
  | {
      readonly [Type in EventType<Events>]: Fields & { readonly type: Type; readonly data: Events[Type] | string };
    }[EventType<Events>]
  | (Fields & { readonly type?: `pushstream.${string}`; readonly data?: unknown });

/** One block as it goes over the wire. */
export function encode({ data, ...fields }: Fields & { readonly data?: unknown }): string {
  if (data === undefined) return encodeEvent(fields);
  return encodeEvent({ ...fields, data: typeof data === 'string' ? data : JSON.stringify(data) });
}
