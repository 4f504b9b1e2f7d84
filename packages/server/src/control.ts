import { encodeComment, encodeEvent } from 'pushstream-protocol';
import type { GapReason } from './log/log.ts';

/** Why a stream cannot be resumed. */
export type ResetReason = GapReason | 'too-far' | 'malformed';

/** Why a stream is ended. */
export type ClosingReason = 'age' | 'closed' | 'drain' | 'expired' | 'killed' | 'revoked' | 'slow';

/** What a client is asked to wait at least when it is sent away. */
export const RETRY_MS = 1_000;

const control = (name: string, data: object, id?: string): string =>
  encodeEvent({ type: `pushstream.${name}`, data: JSON.stringify(data), ...(id === undefined ? {} : { id }) });

/**
 * First on every stream. Its id makes a stream resumable that is cut before its first event; where a
 * reset follows, that one has it: cut between the two, the client would never hear of the reset.
 */
export function ready(
  info: {
    readonly connectionId: string;
    readonly cursor: string;
    readonly resumed: boolean;
    /** Events of the log between the cursor and now, before any filter. */
    readonly replayed: number;
    readonly heartbeatMs: number;
  },
  retryMs: number | undefined,
  isResetNext: boolean,
): string {
  const retry = retryMs === undefined ? '' : encodeEvent({ retryMs });
  return retry + control('ready', info, isResetNext ? undefined : info.cursor);
}

export const reset = (info: {
  readonly reason: ResetReason;
  readonly requested: string;
  readonly resumedFrom: string;
}): string => control('reset', info, info.resumedFrom);

/** What a slow stream did not get; `from` and `to` are missing too. */
export const dropped = (info: { readonly count: number; readonly from: string; readonly to: string }): string =>
  control('dropped', info);

export const closing = (reason: ClosingReason, retryMs: number): string => control('closing', { reason, retryMs });

/** The sign of life that also moves the cursor; without a cursor it is a comment. */
export const heartbeat = (cursor?: string): string =>
  cursor === undefined ? encodeComment('heartbeat') : encodeEvent({ id: cursor });
