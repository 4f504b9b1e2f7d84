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
import { isMeant, labelOf } from './whom.ts';

/** What was ordered lately, for who could not hear it. */
const BOARD = 'orders';
const MAX_REMEMBERED = 10_000;
/** How long until what was ordered is asked for again. */
const RETRY_MS = 5_000;

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
  /** What it told may have been lost. */
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
  let cancel: () => void = () => {};
  let isOver = false;

  function endStreams({ kind, whom }: Order): number {
    if (kind === 'revoke') revoked.add(whom);
    const meant = new Set(whom);
    let streams = 0;
    for (const session of parts.sessions()) {
      if (!isMeant(session.identity, meant)) continue;
      session.end(kind === 'kill' ? 'killed' : 'revoked');
      streams += 1;
    }
    return streams;
  }

  function carryOut(order: Order): number {
    for (const one of order.kind === 'kill' ? order.whom : []) {
      const session = labelOf('session', one);
      if (isSession(session)) killed.add(session);
    }
    return endStreams(order);
  }

  /** Names as the board has them. */
  function remember({ kind, whom }: Order): void {
    const now = environment.now();
    for (const one of whom) {
      // That connection will not come again.
      if (labelOf('connection', one) !== undefined) continue;
      page.delete(`${kind} ${one}`);
      page.set(`${kind} ${one}`, now);
    }
    for (const name of page.held.keys()) {
      if (page.held.size <= MAX_REMEMBERED) break;
      page.delete(name);
    }
  }

  async function read(): Promise<void> {
    const now = environment.now();
    const whom = { kill: new Set<string>(), revoke: new Set<string>() };
    for (const others of (await page.others()).values()) {
      for (const [name, text] of others) {
        const [, kind, one = ''] = /^(kill|revoke) (.*)$/s.exec(name) ?? [];
        // Clocks may differ, so that it is still to come.
        const ageMs = Math.max(0, now - Number(text));
        if ((kind !== 'kill' && kind !== 'revoke') || !(ageMs < KILLED_MS)) continue;
        whom[kind].add(one);
        const session = labelOf('session', one);
        if (kind === 'kill' && isSession(session)) killed.add(session, ageMs);
      }
    }
    for (const kind of ['kill', 'revoke'] as const)
      if (whom[kind].size > 0) endStreams({ kind, whom: [...whom[kind]] });
  }

  async function recall(): Promise<void> {
    cancel();
    try {
      await read();
    } catch (error) {
      if (error instanceof ClosedError || isOver) return;
      cancel = environment.setTimer(() => void recall(), RETRY_MS);
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
    recall,
    restore: () => page.restore(),
    end() {
      isOver = true;
      cancel();
      page.end();
    },
  };
}
