import type { EventFrame } from 'pushstream-protocol';
import type { Report } from './connection/state.ts';
import { decodeEvent } from './decode.ts';
import type { DroppedInfo, ResetInfo } from './lifecycle.ts';

/** What a `pushstream.*` event tells the client. */
export type Control =
  | Extract<Report, { type: 'heartbeat' | 'closing' }>
  | { readonly type: 'reset'; readonly info: ResetInfo }
  | { readonly type: 'dropped'; readonly info: DroppedInfo };

/** Whether events of a type are for the client itself. */
export const isControl = (type: string): boolean =>
  type.startsWith('pushstream.') && /^pushstream\.(ready|reset|dropped|closing)$/.test(type);

/**
 * Reads a control event; a server may leave out or garble any part.
 *
 * @throws {DecodeError} Where the data is not JSON.
 */
export function readControl(frame: EventFrame, lastEventId: string): Control {
  const data: Readonly<Record<string, unknown>> = { ...Object(decodeEvent('json', frame, lastEventId)) };
  const text = (name: string): string => (typeof data[name] === 'string' ? data[name] : '');
  const number = (name: string): number => (typeof data[name] === 'number' ? data[name] : 0);
  if (frame.type.endsWith('ready')) return { type: 'heartbeat', intervalMs: number('heartbeatMs') };
  if (frame.type.endsWith('closing')) return { type: 'closing', retryMs: number('retryMs') };
  if (frame.type.endsWith('dropped')) {
    return { type: 'dropped', info: { count: number('count'), from: text('from'), to: text('to') } };
  }
  const info = { reason: text('reason'), requested: text('requested'), resumedFrom: text('resumedFrom') };
  return { type: 'reset', info };
}
