import type { Environment } from './environment.ts';
import { ClosedError } from './errors.ts';
import { isSession } from './grammar.ts';
import { type Killed, KILLED_MS } from './killed.ts';
import type { Log, LogEntry, Stored } from './log/log.ts';
import type { Shared } from './log/shared.ts';
import { type Order, orderEntry, readOrder } from './order.ts';
import { createOwnPage } from './own-page.ts';
import type { Revoked } from './revoked.ts';
import type { Session } from './session.ts';
import { connectionOf, isMeant, labelOf, type Meant, sessionOf } from './whom.ts';

/** What was ordered lately, for who could not hear it. */
const BOARD = 'orders';
/** Names that one instance was given. */
const MAX_REMEMBERED = 100_000;
/** How long until what was ordered is asked for again: where it could not be read; where it may have been lost. */
const RETRY_MS = 5_000;
const RESTORED_MS = 10_000;
/** By so much clocks may differ, and who comes was authorised before. */
const UNSURE_MS = 300_000;

/** What is done to streams on every instance, whichever was asked. */
export interface Orders {
  /** Does it here, before this returns: how many streams it was for. */
  carryOut(order: Order): number;
  /** Has it done by the others, now and by those that come within the hour. @throws {LogUnavailableError} */
  tell(order: Order): Promise<void>;
  /** What came from the log. */
  obey(entry: LogEntry): void;
  /** What was ordered while this instance did not hear; never rejects. */
  recall(): Promise<void>;
  /** What was told may have been lost: it tells again what it has, and hears again what others have. */
  restore(): void;
  end(): void;
}

/** What it needs. */
export interface OrdersParts {
  readonly log: Log;
  readonly shared: Shared;
  readonly environment: Environment;
  readonly instance: string;
  readonly killed: Killed;
  readonly sessions: () => Iterable<Session>;
  readonly revoked: Revoked;
  /** It will come from the log. */
  readonly stored: (stored: Stored) => void;
}

export function createOrders(parts: OrdersParts): Orders {
  const { log, shared, environment, instance, killed, revoked } = parts;
  const page = createOwnPage<number>({
    shared,
    environment,
    board: BOARD,
    name: instance,
    encode: String,
    ttlMs: () => KILLED_MS,
    isStale: (at) => environment.now() - at >= KILLED_MS,
  });
  /** Revocations that were read last: who came since was authorised since. */
  let known: ReadonlySet<string> = new Set();
  let cancel: () => void = () => {};
  let isOver = false;

  function endStreams(kind: Order['kind'], meant: Meant): number {
    let streams = 0;
    for (const session of parts.sessions()) {
      if (!isMeant(session.identity, meant)) continue;
      session.end(kind === 'kill' ? 'killed' : 'revoked');
      streams += 1;
    }
    return streams;
  }

  function carryOut({ kind, whom }: Order): number {
    if (kind === 'revoke') revoked.add(whom);
    for (const one of kind === 'kill' ? whom : []) {
      const session = labelOf('session', one);
      if (isSession(session)) killed.add(session);
    }
    return endStreams(kind, new Map(whom.map((one) => [one, Infinity])));
  }

  /** Names as the board has them. */
  function remember({ kind, whom }: Order): void {
    const now = environment.now();
    const all = new Set(whom);
    for (const one of all) {
      // What may be either is there once.
      if (all.has(sessionOf(labelOf('connection', one) ?? ''))) continue;
      page.delete(`${kind} ${one}`);
      page.set(`${kind} ${one}`, now);
    }
    for (const name of page.held.keys()) {
      if (page.held.size <= MAX_REMEMBERED) break;
      page.delete(name);
    }
  }

  /** What the others have on the board. Who was authorised after a revocation is none of those it meant. */
  async function read(): Promise<void> {
    const now = environment.now();
    const kills = new Map<string, number>();
    const revocations = new Map<string, number>();
    const found = new Set<string>();
    for (const others of (await page.others()).values()) {
      for (const [name, text] of others) {
        const [, kind, one = ''] = /^(kill|revoke) (.*)$/s.exec(name) ?? [];
        const at = Number(text);
        // Clocks may differ, so that it is still to come.
        const ageMs = Math.max(0, now - at);
        if (!(ageMs < KILLED_MS)) continue;
        if (kind === 'revoke') {
          const revocation = `${text} ${one}`;
          found.add(revocation);
          if (!known.has(revocation)) revocations.set(one, Math.max(at + UNSURE_MS, revocations.get(one) ?? 0));
        }
        if (kind !== 'kill') continue;
        kills.set(one, Infinity);
        const session = labelOf('session', one);
        if (!isSession(session)) continue;
        kills.set(connectionOf(session), Infinity);
        killed.add(session, ageMs);
      }
    }
    endStreams('kill', kills);
    endStreams('revoke', revocations);
    revoked.add([...revocations].filter(([, until]) => until > now).map(([one]) => one));
    known = found;
  }

  function recallIn(ms: number, isLast: boolean): void {
    cancel();
    if (!isOver) cancel = environment.setTimer(() => void recall(isLast), ms);
  }

  /** Twice: where what was told has been lost, by then the others have told again what they had. */
  async function recall(isLast = false): Promise<void> {
    cancel();
    try {
      await read();
      if (!isLast) recallIn(RESTORED_MS, true);
    } catch (error) {
      if (!(error instanceof ClosedError)) recallIn(RETRY_MS, isLast);
    }
  }

  return {
    carryOut,
    async tell(order) {
      remember(order);
      // First, for who begins in between: he reads this, or hears what follows.
      const [written] = await Promise.allSettled([page.flush()]);
      parts.stored(await log.publish(orderEntry(order, instance)));
      if (written.status === 'rejected') throw written.reason;
    },
    obey({ data }) {
      try {
        const { by, ...order } = readOrder(data);
        if (by !== instance) carryOut(order);
      } catch (error) {
        environment.reportError(error, 'an order of the log');
      }
    },
    recall: () => recall(),
    restore() {
      page.restore();
      void recall();
    },
    end() {
      isOver = true;
      cancel();
      page.end();
    },
  };
}
