import { AttemptsExhaustedError, type StreamError, NetworkError } from '../errors.ts';
import { clampServerDelay, MIN_DELAY_MS, reconnectDelay } from './backoff.ts';
import type { ConnectionFacts, ConnectionPolicy, ConnectionState, Moment, PhaseName } from './state.ts';

type Change = Partial<ConnectionState>;

export function isLive({ phase }: ConnectionState): boolean {
  return phase === 'connecting' || phase === 'open';
}

/** The one way from phase to phase. Leaving a connection makes everything of it that is in flight stale. */
export function enter(state: ConnectionState, phase: PhaseName, change: Change = {}): ConnectionState {
  const connectionId = state.connectionId + Number(isLive(state));
  return { ...state, dueAt: null, retry: null, ...change, connectionId, phase };
}

/** What is known of a connection before its headers came. */
export const unopened: ConnectionFacts = {
  openedAt: Infinity,
  lastByteAt: 0,
  heartbeatAt: null,
  heartbeatMs: null,
  silenceMs: null,
  probing: false,
  closingMs: null,
  body: 'none',
};

/** Failures in a row as they stand when the connection is left, in whatever way: health forgets them. */
export function attemptsOf(
  { phase, openedAt, attempt }: ConnectionState,
  { now }: Moment,
  { healthyAfterMs }: ConnectionPolicy,
): number {
  return phase === 'open' && now - openedAt >= healthyAfterMs ? 0 : attempt;
}

/** A new connection, unless a pause reason is held. */
export function connecting(state: ConnectionState, moment: Moment, policy: ConnectionPolicy): ConnectionState {
  const attempt = attemptsOf(state, moment, policy);
  if (state.pauseReasons.length > 0) return enter(state, 'paused', { attempt });
  return enter(state, 'connecting', {
    ...unopened,
    attempt,
    earliestAt: 0,
    dueAt: moment.now + policy.connectTimeoutMs,
  });
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
  moment: Moment,
  policy: ConnectionPolicy,
  error: StreamError | null,
  retryAfterMs = 0,
): ConnectionState {
  const { maxAttempts, healthyAfterMs } = policy;
  if (maxAttempts === 0 || isSpent(state, moment, policy)) return closed(state, error);
  const { now, wallNow, random } = moment;
  const { openedAt, closingMs, reconnectionTimeMs } = state;
  const openMs = Math.max(0, now - openedAt);
  const healthy = now - openedAt >= healthyAfterMs;
  const rotated = healthy || closingMs !== null;
  const failure =
    error ??
    (rotated ? null : new NetworkError(`Expected a lasting stream, got its end after ${Math.round(openMs)} ms`));
  const ends = attemptsOf(state, moment, policy) + 1;
  // An end that was announced is no failure: the waits grow, so that a server that only ever says goodbye is not
  // hurried back to, but it uses nothing up.
  const attempt = failure ? ends : healthy ? 0 : Math.min(ends, maxAttempts - 1);
  if (failure && attempt > maxAttempts) return closed(state, new AttemptsExhaustedError(maxAttempts, failure));

  const toldMs = clampServerDelay(Math.max(retryAfterMs, closingMs ?? 0));
  const floorMs = Math.max(reconnectionTimeMs, toldMs, MIN_DELAY_MS);
  const delayMs = reconnectDelay(floorMs, Math.max(0, attempt - 1), random, policy);
  return enter(state, 'waiting', {
    attempt,
    error: failure,
    retry: { attempt, delayMs, at: wallNow + delayMs, error: failure },
    dueAt: now + delayMs,
    earliestAt: now + floorMs,
  });
}
