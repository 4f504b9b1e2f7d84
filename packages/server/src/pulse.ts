import { check, misuse } from 'pushstream-protocol';
import type { Environment } from './environment.ts';
import { isSession, quote } from './grammar.ts';
import type { Shared } from './log/shared.ts';
import { createOwnPage } from './own-page.ts';

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
  /** Sessions that told one instance; above, the one that was silent longest is forgotten. @default 10_000 */
  readonly capacity?: number | undefined;
  /** Silence after which a session is forgotten, in milliseconds. @default 3_600_000 */
  readonly ttlMs?: number | undefined;
}

/** Who lives, as the sessions themselves tell, whichever instance they told: last seen, and how long ago. */
export interface PulseBoard {
  /**
   * Notes that a session lives; the others hear of it within a second.
   *
   * @throws {TypeError} For what cannot be a session's name.
   */
  pulse(session: string): void;
  /** Newest first. @throws {LogUnavailableError} When the others cannot be asked. */
  list(): Promise<Pulse[]>;
  /** Whether there was one to forget. @throws {LogUnavailableError} When the others cannot be told. */
  forget(session: string): Promise<boolean>;
}

const BOARD = 'pulses';
/** No timer is longer. */
const MAX_TTL_MS = 2_147_483_647;
const SESSION_EXPECTED = '1 to 128 letters, digits and any of _ - . : @ ~';

/** What an instance knows of a session: when it was seen, or that it was to be forgotten then. */
interface Seen {
  /** In milliseconds since the epoch. */
  readonly lastSeen: number;
  readonly isGone: boolean;
  /** By this instance's clock that never goes back, which knows best how long ago that was. */
  readonly at?: number;
}

const encode = ({ lastSeen, isGone }: Seen): string => `${isGone ? '-' : '+'}${lastSeen}`;

/** Of the same moment, that it is gone. */
const isNewer = (seen: Seen, than: Seen | undefined): boolean =>
  !than || seen.lastSeen > than.lastSeen || (seen.lastSeen === than.lastSeen && seen.isGone);

function decode(text: string): Seen | undefined {
  const [, sign, digits] = /^([+-])(\d{1,16}(?:\.\d+)?)$/.exec(text) ?? [];
  return digits === undefined ? undefined : { lastSeen: Number(digits), isGone: sign === '-' };
}

export function createPulseBoard(
  shared: Shared,
  environment: Environment,
  options: PulseBoardOptions = {},
): PulseBoard {
  const { capacity = 10_000, ttlMs = 3_600_000 } = options;
  check('options.capacity', capacity, 'whole 1..1000000');
  check('options.ttlMs', ttlMs, '1..Infinity');
  const page = createOwnPage<Seen>({
    shared,
    environment,
    board: BOARD,
    name: environment.token(),
    encode,
    ttlMs: () => Math.min(ttlMs, MAX_TTL_MS),
    isStale: (seen) => ageOf(seen) > ttlMs,
  });

  const ageOf = ({ lastSeen, at }: Seen): number =>
    Math.max(0, Math.round(at === undefined ? environment.now() - lastSeen : environment.monotonicNow() - at));

  /** Oldest first: a session that is seen again goes to the end. */
  function note(session: string, seen: Seen): void {
    page.delete(session);
    page.set(session, seen);
    forgetSilent();
  }

  function forgetSilent(): void {
    for (const [session, seen] of page.held) {
      if (ageOf(seen) <= ttlMs && page.held.size <= capacity) return;
      page.delete(session);
    }
  }

  /** What the others know; of each session the newest. */
  async function elsewhere(names?: readonly string[]): Promise<Map<string, Seen>> {
    const newest = new Map<string, Seen>();
    for (const others of (await page.others(names)).values()) {
      for (const [session, text] of others) {
        const seen = isSession(session) ? decode(text) : undefined;
        if (seen && isNewer(seen, newest.get(session))) newest.set(session, seen);
      }
    }
    return newest;
  }

  return {
    pulse(session) {
      if (!isSession(session)) throw misuse('session', SESSION_EXPECTED, quote(session));
      note(session, { at: environment.monotonicNow(), lastSeen: environment.now(), isGone: false });
    },
    async list() {
      const newest = await elsewhere();
      forgetSilent();
      for (const [session, seen] of page.held) {
        if (!isNewer(seen, newest.get(session))) continue;
        newest.delete(session);
        newest.set(session, seen);
      }
      return [...newest]
        .map(([session, seen], at) => ({ session, seen, ageMs: ageOf(seen), at }))
        .filter(({ seen, ageMs }) => !seen.isGone && ageMs <= ttlMs)
        .sort((a, b) => a.ageMs - b.ageMs || b.at - a.at)
        .map(({ session, seen, ageMs }) => ({ session, lastSeen: seen.lastSeen, ageMs }));
    },
    async forget(session) {
      const other = (await elsewhere([session])).get(session);
      const own = page.held.get(session);
      const newest = own && isNewer(own, other) ? own : other;
      if (!newest || newest.isGone) return false;
      if (!other) page.delete(session);
      // Whatever their clocks say, it was before.
      else note(session, { lastSeen: Math.max(environment.now(), other.lastSeen), isGone: true });
      return true;
    },
  };
}
