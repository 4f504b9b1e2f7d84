import type { EventFrame, Frame } from 'pushstream-protocol';
import { isControl, readControl } from './control.ts';
import type { Report } from './connection/state.ts';
import type { Cursor } from './cursor.ts';
import type { Keeper } from './cursor-store.ts';
import { decodeEvent } from './decode.ts';
import { createDedupe, keyOf } from './dedupe.ts';
import type { Dispatcher } from './dispatcher.ts';
import { DecodeError, EventTooLargeError } from './errors.ts';
import type { StreamEvent } from './events.ts';
import type { FrameOutcome, Inspector } from './inspect.ts';
import type { Announce } from './lifecycle.ts';
import type { ResolvedOptions } from './resolve-options.ts';
import { prove } from './schemas.ts';

/** Frames to listeners: dedupe, decode, dispatch, and only then the cursor. */
export interface Delivery {
  /** A connection opened at this origin. */
  opened(origin: string): void;
  /** Stops before the first frame that is no longer `wanted`. */
  deliver(frames: readonly Frame[], wanted: () => boolean): void;
}

/** What it works with. */
interface Rooms {
  readonly cursor: Cursor;
  readonly keeper: Keeper;
  readonly events: Dispatcher;
  readonly inspector: Inspector;
  readonly announce: Announce;
  /** Takes the control events that the machine has to know of. */
  readonly report: (report: Report) => void;
}

export function createDelivery(
  options: ResolvedOptions,
  { cursor, keeper, events, inspector, announce, report }: Rooms,
): Delivery {
  const { environment, decode, schemas, maxEventLength } = options;
  const { scope, window, key } = options.dedupe;
  const dedupe = createDedupe(window);
  let origin = '';
  let type = '';
  let seq = 0;

  function control(frame: EventFrame): FrameOutcome {
    const told = readControl(frame, cursor.seen);
    if (told.type === 'reset') {
      dedupe.clear();
      // The cursor that was asked for would be refused for ever.
      if (frame.id === undefined && told.info.resumedFrom) cursor.seen = told.info.resumedFrom;
      announce('reset', told.info);
    } else if (told.type === 'dropped') announce('dropped', told.info);
    else report(told);
    return 'control';
  }

  function isRepeated(frame: EventFrame, company: number): boolean {
    if (scope === 'nothing' || frame.id === undefined) return false;
    return scope === 'always' ? dedupe.hasKey(keyOf(frame)) : dedupe.hasEvent(frame, company);
  }

  /** A key that throws is no reason to lose an event. */
  function isKnown(event: StreamEvent): boolean {
    try {
      const known = key?.(event);
      return known !== undefined && dedupe.hasKey(known);
    } catch (error) {
      environment.reportError(error);
      return false;
    }
  }

  function dispatch(frame: EventFrame, receivedAt: number, company: number): FrameOutcome {
    // Most events are of the same type as the last: the same string need not be hashed again.
    if (frame.type !== type) ({ type } = frame);
    if (isControl(type)) return control(frame);
    if (isRepeated(frame, company)) return 'repeated';
    seq += 1;
    const listeners = events.find(type);
    if (listeners.length === 0) return 'unheard';
    const { data: raw, id } = frame;
    const lastEventId = cursor.seen;
    const decoded = decodeEvent(decode, frame, lastEventId);
    const schema = schemas.get(type);
    const data = schema ? prove(schema, decoded, { type, raw, id, lastEventId }) : decoded;
    const event: StreamEvent = Object.freeze({ type, data, raw, id, lastEventId, origin, receivedAt, seq });
    if (isKnown(event)) return 'repeated';
    events.call(listeners, data, event);
    return 'dispatched';
  }

  function take(frame: Frame, receivedAt: number, company: number): FrameOutcome {
    try {
      if (frame.kind === 'event') return dispatch(frame, receivedAt, company);
      if (frame.kind === 'comment') announce('comment', frame.text);
      else if (frame.kind === 'oversized') announce('error', new EventTooLargeError(frame.type, maxEventLength));
      return frame.kind === 'oversized' ? 'failed' : 'noted';
    } catch (error) {
      if (error instanceof DecodeError) announce('error', error);
      else environment.reportError(error);
      return 'failed';
    }
  }

  return {
    opened(at) {
      origin = at;
      dedupe.rotate();
    },
    deliver(frames, wanted) {
      const receivedAt = environment.now();
      let company = 0;
      for (const frame of frames) if (frame.kind === 'event' && frame.id !== undefined) company += 1;
      for (const frame of frames) {
        if (!wanted()) break;
        const id = 'lastEventId' in frame ? frame.lastEventId : 'id' in frame ? frame.id : undefined;
        if (id !== undefined) cursor.seen = id;
        const outcome = take(frame, receivedAt, company);
        cursor.commit();
        inspector.tell?.({ kind: 'frame', frame, outcome, cursor: cursor.value });
      }
      keeper.save();
    },
  };
}
