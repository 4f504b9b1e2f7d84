import type { InputType, PhaseName } from '../../packages/client/src/connection/state.ts';

/**
 * Where an input leads from a phase. `–` is the very same state and no effect; the phase's own name
 * means that it stays but something was noted.
 */
export interface Cell {
  readonly to: PhaseName | '–';
  /** When it is not always so, or what was noted. */
  readonly note?: string;
}

const none: Cell = { to: '–' };
const stale: Cell = { to: '–', note: 'stale' };
const noted: Cell = { to: '–', note: 'the reason was not held' };

/** What a phase without a connection makes of a connection's word. */
const unheard = {
  opened: stale,
  frames: stale,
  ended: stale,
  failed: stale,
  fatal: stale,
  heartbeat: stale,
  closing: stale,
} as const;

/** Every phase and every input: the compiler refuses a table with a gap. */
export const table: Record<PhaseName, Record<InputType, Cell>> = {
  idle: {
    connect: { to: 'connecting', note: 'paused while a pause reason is held' },
    disconnect: { to: 'closed' },
    reconnect: { to: 'connecting', note: 'paused while a pause reason is held' },
    pause: { to: 'idle', note: 'the reason is noted' },
    resume: noted,
    suspect: none,
    timer: none,
    ...unheard,
  },
  connecting: {
    connect: none,
    disconnect: { to: 'closed' },
    reconnect: { to: 'connecting', note: 'a new connection, at once' },
    pause: { to: 'paused' },
    resume: noted,
    suspect: none,
    timer: { to: 'waiting', note: 'connect timeout; closed when attempts are used up' },
    opened: { to: 'open' },
    frames: none,
    ended: { to: 'waiting', note: 'closed when attempts are used up' },
    failed: { to: 'waiting', note: 'closed when attempts are used up' },
    fatal: { to: 'closed' },
    heartbeat: none,
    closing: none,
  },
  open: {
    connect: none,
    disconnect: { to: 'closed' },
    reconnect: { to: 'connecting', note: 'a new connection, at once, from the cursor' },
    pause: { to: 'paused' },
    resume: noted,
    suspect: {
      to: 'open',
      note: 'a byte must come within the probe; if merely shown, only when a heartbeat is overdue',
    },
    timer: { to: 'waiting', note: 'when it was really silent, closed when attempts are used up; else open' },
    opened: none,
    frames: { to: 'open', note: 'delivered' },
    ended: { to: 'waiting', note: 'closed when attempts are used up' },
    failed: { to: 'waiting', note: 'closed when attempts are used up' },
    fatal: { to: 'closed' },
    heartbeat: { to: 'open', note: 'the interval is noted' },
    closing: { to: 'open', note: 'the wait it asks for is noted' },
  },
  waiting: {
    connect: { to: 'connecting' },
    disconnect: { to: 'closed' },
    reconnect: { to: 'connecting' },
    pause: { to: 'paused' },
    resume: noted,
    suspect: { to: 'waiting', note: 'the wait is cut, never below its floor' },
    timer: { to: 'connecting' },
    ...unheard,
  },
  paused: {
    connect: none,
    disconnect: { to: 'closed' },
    reconnect: none,
    pause: { to: 'paused', note: 'one more reason' },
    resume: {
      to: 'connecting',
      note: 'when the last reason is gone; waiting as long as the server asked for, closed when the request may not be sent again',
    },
    suspect: none,
    timer: none,
    ...unheard,
  },
  closed: {
    connect: { to: 'connecting', note: 'paused while a pause reason is held' },
    disconnect: none,
    reconnect: { to: 'connecting', note: 'paused while a pause reason is held' },
    pause: { to: 'closed', note: 'the reason is noted' },
    resume: noted,
    suspect: none,
    timer: none,
    ...unheard,
  },
};
