import type { Frame } from 'pushstream-protocol';

/** As much of a message as is used here. */
export interface Message extends Event {
  readonly data: string;
  readonly lastEventId: string;
}

/** A server may call its events "open" and "error": only those that it sent have data. */
export const isMessage = (event: Event): event is Message => 'data' in event && typeof event.data === 'string';

/** The messages of one connection as frames. Whose id it is that changed is not told. */
export function createFramer(): (message: Message) => Frame[] {
  let seen = '';
  return ({ type, data, lastEventId }) => {
    const event: Frame = { kind: 'event', type, data, id: undefined };
    if (lastEventId === seen) return [event];
    seen = lastEventId;
    return [{ kind: 'id', id: lastEventId }, event];
  };
}
