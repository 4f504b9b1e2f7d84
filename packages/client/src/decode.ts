import type { EventFrame } from 'pushstream-protocol';
import { DecodeError, type UndecodedEvent } from './errors.ts';

/** How an event's text becomes its data. */
export type Decode = 'json' | 'text' | ((text: string, event: UndecodedEvent) => unknown);

/** @throws {DecodeError} Where the text does not decode. */
export function decodeEvent(decode: Decode, { type, data: raw, id }: EventFrame, lastEventId: string): unknown {
  try {
    if (decode === 'json') return JSON.parse(raw);
    return decode === 'text' ? raw : decode(raw, { type, raw, id, lastEventId });
  } catch (cause) {
    throw new DecodeError({ type, raw, id, lastEventId }, cause);
  }
}
