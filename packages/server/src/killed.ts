import type { Environment } from './environment.ts';

/** How long a session that was killed is told not to come back. */
const KILLED_MS = 3_600_000;
const MAX_KILLED = 10_000;

/** Names of sessions that are not to come back. */
export interface Killed {
  add(session: string): void;
  has(session: string): boolean;
}

export function createKilled({ monotonicNow }: Environment): Killed {
  /** In the order of their times. */
  const until = new Map<string, number>();
  return {
    add(session) {
      until.delete(session);
      until.set(session, monotonicNow() + KILLED_MS);
      for (const [name, end] of until) {
        if (end > monotonicNow() && until.size <= MAX_KILLED) break;
        until.delete(name);
      }
    },
    has: (session) => (until.get(session) ?? 0) > monotonicNow(),
  };
}
