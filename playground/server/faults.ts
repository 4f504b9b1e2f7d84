import type { Ring } from './ring.ts';
import type { Session } from './session.ts';

/** Seconds that a refused client is told to wait. */
export const RETRY_AFTER_SECONDS = 2;

/** Ways to break the streams of everybody who is connected. */
export interface Faults {
  /** Whether new streams are refused at the moment. */
  readonly refusing: boolean;
  /** Ends every stream cleanly. */
  cut(): void;
  /** Drops every socket within an event: `share` of its bytes are sent, never its last one. */
  cutMidEvent(share: number): void;
  stall(ms: number): void;
  /** Ends every stream and answers 503 for a while. */
  refuse(ms: number): void;
  duplicate(): void;
  /** Loses the history: whoever comes back cannot resume. */
  forget(): void;
}

export interface FaultsHost {
  readonly ring: Ring;
  readonly sessions: ReadonlySet<Session>;
  /** Publishes one event to the ring, not to the sessions. */
  append(): void;
}

export function createFaults({ ring, sessions, append }: FaultsHost): Faults {
  let refusedUntil = 0;

  function cut(): void {
    for (const session of sessions) session.end();
  }

  return {
    get refusing() {
      return performance.now() < refusedUntil;
    },
    cut,
    cutMidEvent(share) {
      append();
      for (const session of sessions) session.tear(share);
    },
    stall(ms) {
      for (const session of sessions) session.stall(ms);
    },
    refuse(ms) {
      refusedUntil = performance.now() + ms;
      cut();
    },
    duplicate() {
      for (const session of sessions) session.repeat();
    },
    forget() {
      ring.forget();
      cut();
    },
  };
}
