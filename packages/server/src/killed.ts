import type { Environment } from './environment.ts';

/** How long a session that was killed is told not to come back. */
export const KILLED_MS = 3_600_000;
/** More than all instances have streams: all of them may be killed at once. */
const MAX_KILLED = 100_000;

/** Names of sessions that are not to come back. */
export interface Killed {
  /** `ageMs`: how long ago that was. */
  add(session: string, ageMs?: number): void;
  has(session: string): boolean;
}

export function createKilled({ monotonicNow }: Pick<Environment, 'monotonicNow'>): Killed {
  /** About in the order of their times. */
  const until = new Map<string, number>();
  return {
    add(session, ageMs = 0) {
      const end = Math.max(until.get(session) ?? 0, monotonicNow() + KILLED_MS - ageMs);
      until.delete(session);
      until.set(session, end);
      for (const [name, itsEnd] of until) {
        if (itsEnd > monotonicNow() && until.size <= MAX_KILLED) break;
        until.delete(name);
      }
    },
    has: (session) => (until.get(session) ?? 0) > monotonicNow(),
  };
}
