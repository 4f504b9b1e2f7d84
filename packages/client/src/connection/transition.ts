import { ConnectTimeoutError, HeartbeatTimeoutError } from '../errors.ts';
import { clampServerDelay } from './backoff.ts';
import { effectsOf } from './effects.ts';
import { attemptsOf, closed, connecting, enter, isLive, isSpent, lose, unopened } from './moves.ts';
import * as silence from './silence.ts';
import type {
  ConnectionInput,
  ConnectionPolicy,
  ConnectionState,
  Input,
  Moment,
  Suspicion,
  Transition,
} from './state.ts';

export const initialState: ConnectionState = {
  phase: 'idle',
  connectionId: 0,
  dueAt: null,
  pauseReasons: [],
  attempt: 0,
  error: null,
  retry: null,
  earliestAt: 0,
  opens: 0,
  reconnectionTimeMs: 0,
  ...unopened,
};

function connect(state: ConnectionState, moment: Moment, policy: ConnectionPolicy): ConnectionState {
  const { phase } = state;
  if (phase === 'paused') return state;
  const begins = phase === 'idle' || phase === 'closed';
  return connecting(begins ? { ...state, attempt: 0, error: null, earliestAt: 0 } : state, moment, policy);
}

function pause(state: ConnectionState, reason: string, moment: Moment, policy: ConnectionPolicy): ConnectionState {
  if (state.pauseReasons.includes(reason)) return state;
  const pauseReasons = [...state.pauseReasons, reason];
  if (!isLive(state) && state.phase !== 'waiting') return { ...state, pauseReasons };
  const { phase, closingMs, earliestAt: waitedFor } = state;
  const isLeaving = phase === 'open' && closingMs !== null;
  const earliestAt = isLeaving ? moment.now + clampServerDelay(closingMs) : waitedFor;
  return enter(state, 'paused', { pauseReasons, attempt: attemptsOf(state, moment, policy), earliestAt, error: null });
}

function resume(state: ConnectionState, reason: string, moment: Moment, policy: ConnectionPolicy): ConnectionState {
  if (!state.pauseReasons.includes(reason)) return state;
  const pauseReasons = state.pauseReasons.filter((held) => held !== reason);
  const next = { ...state, pauseReasons };
  if (state.phase !== 'paused' || pauseReasons.length > 0) return next;
  if (isSpent(next, moment, policy)) return closed(next, null);
  // What the server asked to wait for is not over because of a pause.
  const { earliestAt, attempt } = state;
  const delayMs = earliestAt - moment.now;
  if (delayMs <= 0) return connecting(next, moment, policy);
  const retry = { attempt, delayMs, at: moment.wallNow + delayMs, error: null };
  return enter(next, 'waiting', { retry, dueAt: earliestAt });
}

/** The page was away, or the clock jumped: an open stream must show a byte, a wait may end early. */
function suspect(
  state: ConnectionState,
  suspicion: Suspicion,
  moment: Moment,
  policy: ConnectionPolicy,
): ConnectionState {
  const { phase, retry, dueAt, earliestAt, heartbeatMs, lastByteAt, probing } = state;
  if (phase === 'waiting' && retry && dueAt !== null) {
    const nextAt = Math.max(moment.now, earliestAt);
    const earlierMs = dueAt - nextAt;
    if (earlierMs <= 0) return state;
    return {
      ...state,
      dueAt: nextAt,
      retry: { ...retry, delayMs: retry.delayMs - earlierMs, at: retry.at - earlierMs },
    };
  }
  if (phase !== 'open' || probing) return state;
  // What would not come back is given up on only where it is known to be dead: a frozen page's stream.
  const isPrecious = policy.maxAttempts === 0 || isSpent(state, moment, policy);
  const overdue = heartbeatMs !== null && moment.now - lastByteAt > heartbeatMs;
  const isDoubtful = isPrecious ? suspicion === 'thawed' : overdue || suspicion !== 'shown';
  return isDoubtful ? silence.probe(state, moment) : state;
}

/** What the current connection says of itself. */
function hear(state: ConnectionState, input: ConnectionInput, policy: ConnectionPolicy): ConnectionState {
  const { type } = input;
  if (type === 'failed') return lose(state, input, policy, input.error, input.retryAfterMs);
  if (type === 'ended') return lose(state, input, policy, null);
  if (type === 'fatal') return closed(state, input.error);
  if ((state.phase === 'open') === (type === 'opened')) return state;
  if (type === 'opened') return silence.opened(state, input, policy);
  if (type === 'frames') return silence.heard(state, input, policy);
  if (type === 'heartbeat') return silence.announced(state, input, policy);
  return { ...state, closingMs: input.retryMs };
}

/** The one timer fired. */
function wake(state: ConnectionState, moment: Moment, policy: ConnectionPolicy): ConnectionState {
  const { phase, lastByteAt, probing } = state;
  if (phase === 'waiting') return connecting(state, moment, policy);
  if (phase === 'connecting') return lose(state, moment, policy, new ConnectTimeoutError(policy.connectTimeoutMs));
  if (phase !== 'open') return state;
  const alive = silence.look(state, moment);
  if (alive) return alive;
  // Whoever was suspected has waited for the probe, each at a time of its own: nobody comes back together.
  const soon = probing ? { ...moment, random: 0 } : moment;
  return lose(state, soon, policy, new HeartbeatTimeoutError(moment.now - lastByteAt));
}

function decide(state: ConnectionState, input: Input, policy: ConnectionPolicy): ConnectionState {
  if ('connectionId' in input) {
    return isLive(state) && input.connectionId === state.connectionId ? hear(state, input, policy) : state;
  }
  switch (input.type) {
    case 'connect':
      return isLive(state) ? state : connect(state, input, policy);
    case 'reconnect':
      return connect(state, input, policy);
    case 'disconnect':
      return state.phase === 'closed' ? state : closed(state, null);
    case 'pause':
      return pause(state, input.reason, input, policy);
    case 'resume':
      return resume(state, input.reason, input, policy);
    case 'suspect':
      return suspect(state, input.suspicion, input, policy);
    case 'timer':
      return wake(state, input, policy);
  }
}

/**
 * Everything that decides about a connection's life: pure and total. The same state object means
 * that the input changed nothing.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
 */
export function transition(state: ConnectionState, input: Input, policy: ConnectionPolicy): Transition {
  const next = decide(state, input, policy);
  return [next, effectsOf(state, next, input)];
}
