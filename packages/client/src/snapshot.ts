import type { ConnectionState, Retry } from './connection/state.ts';
import type { StreamError } from './errors.ts';

/** The connection in one word. */
export type Status = 'idle' | 'connecting' | 'open' | 'reconnecting' | 'paused' | 'closed';

/** How the connection is: the latest only. No event changes it. */
export interface Snapshot {
  /** The connection in one word. */
  readonly status: Status;
  /** What went wrong, while reconnecting or closed; else `null`. */
  readonly error: StreamError | null;
  /** The wait before the next attempt, while there is one. */
  readonly retry: Retry | null;
  /** Connections opened so far. */
  readonly opens: number;
  /** Whether a connection ever opened: `opens > 0`. */
  readonly hasOpened: boolean;
}

/** `waiting` is the machine's own word; a first attempt is told from the later ones. */
export function statusOf({ phase, opens, attempt }: ConnectionState): Status {
  return phase === 'waiting' || (phase === 'connecting' && opens + attempt > 0) ? 'reconnecting' : phase;
}

/** The snapshot of a state: the same object as before where nothing in it changed. */
export function snapshotOf(state: ConnectionState, previous?: Snapshot): Snapshot {
  const { error, retry, opens } = state;
  const next: Snapshot = { status: statusOf(state), error, retry, opens, hasOpened: opens > 0 };
  const names: readonly (keyof Snapshot)[] = ['status', 'error', 'retry', 'opens'];
  return previous && names.every((name) => next[name] === previous[name]) ? previous : Object.freeze(next);
}

/** Of a client that was never connected. */
export const initialSnapshot: Snapshot = Object.freeze({
  status: 'idle',
  error: null,
  retry: null,
  opens: 0,
  hasOpened: false,
});
