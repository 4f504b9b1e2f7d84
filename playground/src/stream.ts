import { EventClient, type Query } from 'pushstream-client';
import type { TaskEvents } from '../task-events.ts';
import { getToken } from './api.ts';
import { readPageOptions } from './page-options.ts';

/** The page's one stream, and what else it takes to ask for others. */
export interface PageStream {
  readonly client: EventClient<TaskEvents>;
  /** What this page calls itself. */
  readonly session: string;
  /** The server ended the session for good, with a 204; nobody of this page had left. */
  readonly wasKilled: boolean;
  /** Connects again. Who was sent away comes back under another name: the old one stays away. */
  comeBack(): void;
  /** A client for a part of the same events. `refused` is told in the server's words what it makes of the query. */
  watch(query: Query, refused: (words: string) => void): EventClient;
}

const newSession = (): string => `page-${crypto.randomUUID().slice(0, 8)}`;

/** @param cursor Where the state ends with which the page begins. */
export function openStream(eventsUrl: string, cursor: string): PageStream {
  const { heartbeatMs, ...options } = readPageOptions(location.search);
  let session = newSession();
  /** By hand, whose ever: the inspector has a button for it too. */
  let hasLeft = false;
  const headers = createCredentials();
  const client = new EventClient<TaskEvents>(eventsUrl, {
    ...options,
    lastEventId: cursor,
    headers: headers.get,
    query: () => ({ heartbeatMs, session }),
  });
  client.lifecycle.on('open', headers.good);
  let input = '';
  client.inspect((inspection) => {
    if (inspection.kind === 'input') input = inspection.input.type;
    if (inspection.kind !== 'transition' || inspection.to !== 'closed' || inspection.from === 'closed') return;
    hasLeft = input === 'disconnect';
  });

  return {
    client,
    get session() {
      return session;
    },
    get wasKilled() {
      const { status, error } = client.snapshot.value;
      return status === 'closed' && error === null && !hasLeft;
    },
    comeBack() {
      if (!hasLeft) session = newSession();
      client.connect();
    },
    watch(query, refused) {
      const watching = createCredentials();
      const watcher = new EventClient(eventsUrl, {
        ...options,
        headers: watching.get,
        query: { ...query, heartbeatMs },
        async fetch(...request) {
          const response = await fetch(...request);
          if (response.status === 400) refused(await wordsOf(response.clone()));
          return response;
        },
      });
      watcher.lifecycle.on('open', watching.good);
      return watcher;
    },
  };
}

/** The detail of a problem, or else the status. */
async function wordsOf(response: Response): Promise<string> {
  const problem: unknown = await response.json().catch(() => undefined);
  const isTold = typeof problem === 'object' && problem !== null && 'detail' in problem;
  return isTold ? String(problem.detail) : `The server answered with HTTP ${response.status}`;
}

/** A token is used until it is refused, as one that takes time to get would be. */
function createCredentials(): { readonly get: () => Promise<HeadersInit>; readonly good: () => void } {
  let token: string | null | undefined;
  let isGood = false;
  return {
    async get() {
      // Asked again before the stream opened: it was not taken, or nothing is known of it.
      if (!isGood || token === undefined) ({ token } = await getToken());
      isGood = false;
      return token === null ? {} : { authorization: `Bearer ${token}` };
    },
    good() {
      isGood = true;
    },
  };
}
