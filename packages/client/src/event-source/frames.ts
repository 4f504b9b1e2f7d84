import type { Frame } from 'pushstream-protocol';

/** As much of a message as is used here. */
export interface Message extends Event {
  readonly data: string;
  readonly lastEventId: string;
}

/** A server may call its events "open" and "error": only those that it sent have data. */
export const isMessage = (event: Event): event is Message => 'data' in event && typeof event.data === 'string';

/** The messages of one connection as frames: each has the last event ID of the stream, but not whether it is its own. */
export function createFramer(): (message: Message) => Frame {
  /** A new connection begins with an empty one, which takes no cursor away. */
  let told = '';
  return ({ type, data, lastEventId }) => {
    const hasChanged = lastEventId !== told;
    told = lastEventId;
    return { kind: 'event', type, data, id: undefined, ...(hasChanged && { lastEventId }) };
  };
}
