import { check, misuse } from 'pushstream-protocol';
import type { Environment } from './environment.ts';
import { isSession, quote } from './grammar.ts';

/** A session that told that it lives. */
interface Pulse {
  readonly session: string;
  /** When it did so last, in milliseconds since the epoch. */
  readonly lastSeen: number;
  /** How long ago that was, in milliseconds. */
  readonly ageMs: number;
}

/** How much a board remembers. */
export interface PulseBoardOptions {
  /** Sessions; above, the one that was silent longest is forgotten. @default 10_000 */
  readonly capacity?: number | undefined;
  /** Silence after which a session is forgotten, in milliseconds. @default 3_600_000 */
  readonly ttlMs?: number | undefined;
}

/** Who lives, as the sessions themselves tell: last seen, and how long ago. */
export interface PulseBoard {
  /**
   * Notes that a session lives.
   *
   * @throws {TypeError} For what cannot be a session's name.
   */
  pulse(session: string): void;
  /** Newest first. */
  list(): Pulse[];
  /** Whether there was one to forget. */
  forget(session: string): boolean;
}

const SESSION_EXPECTED = '1 to 128 letters, digits and any of _ - . : @ ~';

export function createPulseBoard(environment: Environment, options: PulseBoardOptions = {}): PulseBoard {
  const { capacity = 10_000, ttlMs = 3_600_000 } = options;
  check('options.capacity', capacity, 'whole 1..1000000');
  check('options.ttlMs', ttlMs, '1..Infinity');
  /** Oldest first: a session that is seen again goes to the end. */
  const seen = new Map<string, { readonly at: number; readonly lastSeen: number }>();

  function forgetSilent(now: number): void {
    for (const [session, { at }] of seen) {
      if (now - at <= ttlMs && seen.size <= capacity) return;
      seen.delete(session);
    }
  }

  return {
    pulse(session) {
      if (!isSession(session)) throw misuse('session', SESSION_EXPECTED, quote(session));
      const at = environment.monotonicNow();
      seen.delete(session);
      seen.set(session, { at, lastSeen: environment.now() });
      forgetSilent(at);
    },
    list() {
      const now = environment.monotonicNow();
      forgetSilent(now);
      return [...seen].reduceRight<Pulse[]>((list, [session, { at, lastSeen }]) => {
        list.push({ session, lastSeen, ageMs: Math.round(now - at) });
        return list;
      }, []);
    },
    forget: (session) => seen.delete(session),
  };
}
