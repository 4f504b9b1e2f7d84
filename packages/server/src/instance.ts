import { atMost } from './at-most.ts';
import type { Environment } from './environment.ts';
import { isSession } from './grammar.ts';
import type { HubWatcher } from './hub-watcher.ts';
import type { Killed } from './killed.ts';
import type { Log, Stored } from './log/log.ts';
import type { Shared } from './log/shared.ts';
import type { Order } from './order.ts';
import { createOrders } from './orders.ts';
import { createPresence } from './presence.ts';
import type { RevokeOptions } from './push-stream.ts';
import type { Revoked } from './revoked.ts';
import type { Session } from './session.ts';
import type { PresentSession } from './session-info.ts';
import { connectionOf, ownerOf, sessionOf } from './whom.ts';

/** How long it waits for what was ordered before: it is carried out also when it comes later. */
const PATIENCE_MS = 2_000;
/** Sessions of one order. */
const MAX_KILLED_AT_ONCE = 500;

/** One of the instances on a log: what it tells the others, and does for them. */
export interface Instance {
  /** What it is called among them. */
  readonly name: string;
  readonly watcher: HubWatcher;
  presence(): Promise<PresentSession[]>;
  kill(name: string): Promise<boolean>;
  killAll(): Promise<number>;
  /** @throws {TypeError} Where nobody is named. */
  revoke(who: RevokeOptions): Promise<number>;
  /** It is over: nobody has to wait until it is no longer heard of. */
  end(): Promise<void>;
}

/** What it needs. */
export interface InstanceParts {
  readonly log: Log;
  readonly shared: Shared;
  /** Nobody else writes to what is shared. */
  readonly isAlone: boolean;
  readonly environment: Environment;
  readonly killed: Killed;
  readonly presenceTtlMs: () => number;
  readonly sessions: () => Iterable<Session>;
  readonly revoked: Revoked;
  readonly stored: (stored: Stored) => void;
}

export function createInstance(parts: InstanceParts): Instance {
  const { presenceTtlMs: ttlMs, sessions, isAlone } = parts;
  const name = parts.environment.token();
  const presence = createPresence({ ...parts, instance: name, ttlMs });
  const orders = createOrders({ ...parts, instance: name });

  function present({ identity }: Session): PresentSession {
    const { connectionId, session, clientId, connectedAt } = identity;
    return { instance: name, connectionId, session, clientId, connectedAt };
  }

  async function all(): Promise<PresentSession[]> {
    const elsewhere = await presence.elsewhere();
    return [...Array.from(sessions(), present), ...elsewhere];
  }

  /** Here at once, whatever becomes of the others. Returns how many streams it was for, as far as is known. */
  async function give(order: Order): Promise<number> {
    const here = orders.carryOut(order);
    const [elsewhere] = await Promise.all([presence.count(order.whom), orders.tell(order)]);
    return here + elsewhere;
  }

  /** Who has a name is ended by it, whoever has none by his connection. */
  const namesOf = (streams: readonly PresentSession[]): string[] => [
    ...new Set(
      streams.map(({ session, connectionId }) =>
        session === undefined ? connectionOf(connectionId) : sessionOf(session),
      ),
    ),
  ];

  return {
    name,
    watcher: {
      begins: () => (isAlone ? Promise.resolve() : atMost(PATIENCE_MS, orders.recall(), parts.environment)),
      entered: ({ identity }) => presence.enter(identity),
      left: ({ identity }) => presence.leave(identity),
      ordered: (entry) => orders.obey(entry),
      jumped() {
        presence.restore();
        orders.restore();
      },
    },
    presence: all,
    async kill(one) {
      if (!isSession(one)) return false;
      return (await give({ kind: 'kill', whom: [sessionOf(one), connectionOf(one)] })) > 0;
    },
    async killAll() {
      const here = namesOf(Array.from(sessions(), present));
      let streams = orders.carryOut({ kind: 'kill', whom: here });
      const elsewhere = await presence.elsewhere();
      streams += elsewhere.length;
      const whom = [...new Set([...here, ...namesOf(elsewhere)])];
      for (let at = 0; at < whom.length; at += MAX_KILLED_AT_ONCE) {
        const order: Order = { kind: 'kill', whom: whom.slice(at, at + MAX_KILLED_AT_ONCE) };
        orders.carryOut(order);
        await orders.tell(order);
      }
      return streams;
    },
    revoke({ clientId, credential }) {
      const owner = ownerOf(clientId, credential);
      if (owner === undefined) throw new TypeError('who: expected a clientId or a credential, got neither');
      return give({ kind: 'revoke', whom: [owner] });
    },
    async end() {
      orders.end();
      await presence.end();
    },
  };
}
