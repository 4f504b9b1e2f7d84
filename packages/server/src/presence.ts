import type { Environment } from './environment.ts';
import type { Shared } from './log/shared.ts';
import { createOwnPage } from './own-page.ts';
import type { PresentSession } from './session-info.ts';
import type { Identity } from './session-parts.ts';
import { groupsOf, labelOf } from './whom.ts';

/** Streams that are read before others have their turn. */
const PER_TURN = 1_000;
/** Streams, by their connections. */
const SESSIONS = 'sessions';
/** How many streams of a group there are: they are counted without looking at every stream. */
const GROUPS = 'groups';

/** Who is connected, to this instance and to the others. */
export interface Presence {
  enter(identity: Identity): void;
  leave(identity: Identity): void;
  /** The streams of the other instances, as they told. @throws {LogUnavailableError} When nobody can tell. */
  elsewhere(): Promise<PresentSession[]>;
  /** How many of those are meant. @throws {LogUnavailableError} When nobody can tell. */
  count(whom: readonly string[]): Promise<number>;
  /** What was told may have been lost. */
  restore(): void;
  /** Nothing more is told, and what was told is taken back. */
  end(): Promise<void>;
}

/** What it needs. */
export interface PresenceParts {
  readonly shared: Shared;
  readonly environment: Environment;
  /** What this one is called. */
  readonly instance: string;
  /** How long those of an instance that says nothing more are listed, in milliseconds. */
  readonly ttlMs: () => number;
}

const encode = ({ session, clientId, connectedAt }: Identity): string =>
  JSON.stringify([session, clientId, connectedAt]);

/** What another instance told of a stream; `undefined`: nothing that can be understood. */
function decode(instance: string, connectionId: string, text: string): PresentSession | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return undefined;
  }
  const [session, clientId, connectedAt]: readonly unknown[] = Array.isArray(parts) ? parts : [];
  if (typeof connectedAt !== 'number') return undefined;
  return {
    instance,
    connectionId,
    session: typeof session === 'string' ? session : undefined,
    clientId: typeof clientId === 'string' ? clientId : undefined,
    connectedAt,
  };
}

export function createPresence({ shared, environment, instance, ttlMs }: PresenceParts): Presence {
  const parts = { shared, environment, name: instance, ttlMs };
  const sessions = createOwnPage<Identity>({ ...parts, board: SESSIONS, encode });
  const groups = createOwnPage<number>({ ...parts, board: GROUPS, encode: String });

  function add(name: string, change: number): void {
    const count = (groups.held.get(name) ?? 0) + change;
    if (count > 0) groups.set(name, count);
    else groups.delete(name);
  }

  return {
    enter(identity) {
      sessions.set(identity.connectionId, identity);
      for (const name of groupsOf(identity)) add(name, 1);
    },
    leave(identity) {
      sessions.delete(identity.connectionId);
      for (const name of groupsOf(identity)) add(name, -1);
    },
    async elsewhere() {
      const found: PresentSession[] = [];
      for (const [name, page] of await sessions.others()) {
        for (const [connectionId, text] of page) {
          const one = decode(name, connectionId, text);
          if (one && found.push(one) % PER_TURN === 0) await new Promise<void>((resolve) => environment.soon(resolve));
        }
      }
      return found;
    },
    async count(whom) {
      const connections = whom.map((one) => labelOf('connection', one)).filter((one) => one !== undefined);
      const [counted, named] = await Promise.all([groups.others(whom), sessions.others(connections)]);
      const counts = [...counted.values()].flatMap((page) => [...page.values()].map(Number));
      const streams = counts.filter(Number.isSafeInteger).reduce((sum, count) => sum + count, 0);
      return [...named.values()].reduce((sum, page) => sum + page.size, streams);
    },
    restore() {
      sessions.restore();
      groups.restore();
    },
    async end() {
      sessions.end();
      groups.end();
      await Promise.all([SESSIONS, GROUPS].map((board) => shared.write(board, instance, new Map(), 0)));
    },
  };
}
