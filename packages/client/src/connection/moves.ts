import { AttemptsExhaustedError, type StreamError, NetworkError } from '../errors.ts';
import { clampServerDelay, MIN_DELAY_MS, reconnectDelay } from './backoff.ts';
import type { ConnectionPolicy, ConnectionState, Moment, PhaseName } from './state.ts';

type Change = Partial<ConnectionState>;

export function isLive({ phase }: ConnectionState): boolean {
  return phase === 'connecting' || phase === 'open';
}

/** The one way from phase to phase. Leaving a connection makes everything of it that is in flight stale. */
export function enter(state: ConnectionState, phase: PhaseName, change: Change = {}): ConnectionState {
  const connectionId = state.connectionId + Number(isLive(state));
  return { ...state, dueAt: null, retry: null, ...change, connectionId, phase };
}

export function connecting(state: ConnectionState, { now }: Moment, policy: ConnectionPolicy, change: Change = {}): ConnectionState {
  return enter(state, 'connecting', { body: 'none', dueAt: now + policy.connectTimeoutMs, ...change });
}

export function closed(state: ConnectionState, error: StreamError | null): ConnectionState {
  return enter(state, 'closed', { error });
}

/** A request that cost something is not repeated behind the caller's back once its answer began. */
export function isSpent({ body }: ConnectionState, { hasCursor }: Moment, { resend }: ConnectionPolicy): boolean {
  return body === 'answered' && !hasCursor && !resend;
}

/** The connection failed, or ended (`error: null`): wait for the next attempt, or close. */
export function lose(
  state: ConnectionState,
  error: StreamError | null,
  retryAfterMs: number,
  moment: Moment,
  policy: ConnectionPolicy,
): ConnectionState {
  if (policy.maxAttempts === 0 || isSpent(state, moment, policy)) return closed(state, error);
  const { now, wallNow, random } = moment;
  const open = state.phase === 'open';
  const openMs = open ? now - state.openedAt : 0;
  const closingMs = open ? state.closingMs : null;
  const healthy = open && openMs >= policy.healthyAfterMs;
  const rotated = !error && (healthy || closingMs !== null);
  const failure = error ?? (rotated ? null : new NetworkError(`Expected a lasting stream, got its end after ${Math.round(openMs)} ms`));
  const attempt = failure ? (healthy ? 0 : state.attempt) + 1 : 0;
  if (failure && attempt > policy.maxAttempts) return closed(state, new AttemptsExhaustedError(policy.maxAttempts, failure));

  const toldMs = clampServerDelay(Math.max(retryAfterMs, closingMs ?? 0));
  const floorMs = Math.max(state.reconnectionTimeMs, toldMs, MIN_DELAY_MS);
  const delayMs = reconnectDelay(floorMs, Math.max(0, attempt - 1), random, policy);
  return enter(state, 'waiting', {
    attempt,
    error: failure,
    retry: { attempt, delayMs, at: wallNow + delayMs, error: failure },
    dueAt: now + delayMs,
    earliestAt: now + floorMs,
  });
}
