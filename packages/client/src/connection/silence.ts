import { clampServerDelay } from './backoff.ts';
import type { ConnectionInput, ConnectionPolicy, ConnectionState, Moment } from './state.ts';

type Told<Type> = Extract<ConnectionInput, { type: Type }>;

/** A suspected connection has this long to show a byte. */
const PROBE_MS = 2_500;
/** A learned interval never gives up on a shorter silence than this. */
const MIN_LEARNED_SILENCE_MS = 45_000;
/** An announced interval shorter than this is taken for this. */
const MIN_HEARTBEAT_MS = 100;
/** Three times this still is a timer that works. */
const MAX_HEARTBEAT_MS = 2 ** 29;
/** A comment that comes with the opening is a greeting: the heartbeats keep their own time. */
const GREETING_MS = 1_000;
/** A timer this late means that the machine slept, or that something held the thread. */
const LATE_MS = 50;

/** The timer is set anew only where none runs or it has to fire earlier: it looks again when it fires. */
function watch(state: ConnectionState): ConnectionState {
  const { dueAt, lastByteAt, silenceMs } = state;
  if (silenceMs === null) return state;
  const silentAt = lastByteAt + silenceMs;
  return dueAt === null || silentAt < dueAt ? { ...state, dueAt: silentAt } : state;
}

/** The phase `open` begins. */
export function opened(
  state: ConnectionState,
  { now, carriesBody }: Told<'opened'>,
  { heartbeatTimeoutMs }: ConnectionPolicy,
): ConnectionState {
  return watch({
    ...state,
    phase: 'open',
    dueAt: null,
    error: null,
    opens: state.opens + 1,
    openedAt: now,
    lastByteAt: now,
    silenceMs: typeof heartbeatTimeoutMs === 'number' ? heartbeatTimeoutMs : null,
    body: carriesBody ? 'sent' : 'none',
  });
}

/** The server told its heartbeat interval. */
export function announced(
  state: ConnectionState,
  { intervalMs }: Told<'heartbeat'>,
  { heartbeatTimeoutMs }: ConnectionPolicy,
): ConnectionState {
  if (!(intervalMs > 0)) return state;
  const heartbeatMs = Math.min(Math.max(MIN_HEARTBEAT_MS, intervalMs), MAX_HEARTBEAT_MS);
  const silenceMs = heartbeatTimeoutMs === 'auto' ? 3 * heartbeatMs : state.silenceMs;
  return watch({ ...state, heartbeatAt: 'announced', heartbeatMs, silenceMs });
}

/** Bytes came: any byte is life; a comment or a bare id is a heartbeat, and two of them tell the interval. */
export function heard(
  state: ConnectionState,
  { now, frames, hasBegun }: Told<'frames'>,
  { heartbeatTimeoutMs }: ConnectionPolicy,
): ConnectionState {
  let { heartbeatAt, heartbeatMs, silenceMs, reconnectionTimeMs, body } = state;
  let beats = false;
  if (body === 'sent' && hasBegun) body = 'answered';
  for (const frame of frames) {
    const { kind } = frame;
    // [standard] "set the event stream's reconnection time to that integer": lasting, and without a dispatch.
    if (kind === 'retry') reconnectionTimeMs = clampServerDelay(frame.retryMs);
    else if (kind === 'comment' || kind === 'id') beats = true;
    else if ((kind === 'event' || kind === 'oversized') && body === 'sent') body = 'answered';
  }
  if (beats && heartbeatAt !== 'announced' && now - state.openedAt >= GREETING_MS) {
    if (heartbeatAt !== null) {
      // Of the last two intervals the longer: one heartbeat may have come late, and the next close behind it.
      const longerMs = Math.min(Math.max(heartbeatMs ?? 0, now - heartbeatAt), MAX_HEARTBEAT_MS);
      if (heartbeatTimeoutMs === 'auto') silenceMs = Math.max(MIN_LEARNED_SILENCE_MS, 3 * longerMs);
      heartbeatMs = now - heartbeatAt;
    }
    heartbeatAt = now;
  }
  return watch({
    ...state,
    lastByteAt: now,
    heartbeatAt,
    heartbeatMs,
    silenceMs,
    probing: false,
    reconnectionTimeMs,
    body,
  });
}

/** A byte must come within the probe. */
export function probe(state: ConnectionState, { now }: Moment, probeMs: number = PROBE_MS): ConnectionState {
  return { ...state, dueAt: now + Math.min(probeMs, PROBE_MS), probing: true };
}

/** The timer of an open stream fired; `undefined`: it is dead. */
export function look(state: ConnectionState, moment: Moment): ConnectionState | undefined {
  const { now } = moment;
  const { dueAt, lastByteAt, silenceMs, probing } = state;
  if (probing) return undefined;
  if (silenceMs === null || now < lastByteAt + silenceMs) return watch({ ...state, dueAt: null });
  // What arrived meanwhile is read before the connection is judged: a timer gets as long as it was late.
  const lateMs = now - (dueAt ?? now);
  return lateMs > LATE_MS ? probe(state, moment, lateMs) : undefined;
}
