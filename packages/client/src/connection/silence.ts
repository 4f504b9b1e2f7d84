import type { Frame } from 'pushstream-protocol';
import type { ConnectionPolicy, ConnectionState, Moment } from './state.ts';

/** A suspected connection has this long to show a byte. */
const PROBE_MS = 5_000;
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
export function opened(state: ConnectionState, { now }: Moment, { heartbeatTimeoutMs }: ConnectionPolicy): ConnectionState {
  return watch({
    ...state,
    phase: 'open',
    dueAt: null,
    openedAt: now,
    lastByteAt: now,
    heartbeatAt: null,
    heartbeatMs: null,
    silenceMs: typeof heartbeatTimeoutMs === 'number' ? heartbeatTimeoutMs : null,
    probing: false,
    closingMs: null,
  });
}

/** The server told its heartbeat interval, or two heartbeats did. */
function learn(state: ConnectionState, heartbeatMs: number, minSilenceMs: number, policy: ConnectionPolicy): ConnectionState {
  const silenceMs = policy.heartbeatTimeoutMs === 'auto' ? Math.max(minSilenceMs, 3 * heartbeatMs) : state.silenceMs;
  return { ...state, heartbeatMs, silenceMs };
}

export function announced(state: ConnectionState, intervalMs: number, policy: ConnectionPolicy): ConnectionState {
  if (!(intervalMs > 0)) return state;
  const heartbeatMs = Math.min(Math.max(MIN_HEARTBEAT_MS, intervalMs), MAX_HEARTBEAT_MS);
  return watch({ ...learn(state, heartbeatMs, 0, policy), heartbeatAt: 'announced' });
}

/** Bytes came: any byte is life; a comment or a bare id is a heartbeat, and two of them tell the interval. */
export function heard(state: ConnectionState, frames: readonly Frame[], { now }: Moment, policy: ConnectionPolicy): ConnectionState {
  const { heartbeatAt, heartbeatMs, openedAt } = state;
  const next = { ...state, lastByteAt: now, probing: false };
  const beats = frames.some(({ kind }) => kind === 'comment' || kind === 'id') && now - openedAt >= GREETING_MS;
  if (heartbeatAt === 'announced' || !beats) return watch(next);
  const beat = { ...next, heartbeatAt: now };
  if (heartbeatAt === null) return watch(beat);
  // Of the last two intervals the longer: one heartbeat may have come late, and the next close behind it.
  const intervalMs = now - heartbeatAt;
  const longerMs = Math.max(heartbeatMs ?? 0, intervalMs);
  return watch({ ...learn(beat, longerMs, MIN_LEARNED_SILENCE_MS, policy), heartbeatMs: intervalMs });
}

/** A byte must come within the probe. */
export function probe(state: ConnectionState, { now }: Moment, probeMs: number = PROBE_MS): ConnectionState {
  return { ...state, probing: true, dueAt: now + Math.min(probeMs, PROBE_MS) };
}

/** The timer of an open stream fired; `undefined`: it is dead. */
export function look(state: ConnectionState, moment: Moment): ConnectionState | undefined {
  const { dueAt, lastByteAt, silenceMs, probing } = state;
  if (probing) return undefined;
  if (silenceMs === null || moment.now < lastByteAt + silenceMs) return watch({ ...state, dueAt: null });
  // What arrived meanwhile is read before the connection is judged: a timer gets as long as it was late.
  const lateMs = moment.now - (dueAt ?? moment.now);
  return lateMs > LATE_MS ? probe(state, moment, lateMs) : undefined;
}
