import type { ActiveFault, Burst, FaultName, Ledger, Setup, TaskList, Token } from '../../playground/contract.ts';
import { type Playground, type PlaygroundOptions, startPlayground } from '../../playground/server/playground.ts';
import { until } from '../support/until.ts';
import { watchIdle, type WatchedClient } from '../support/watched-client.ts';
import { hasReached, judge, type Reset, type Verdict } from './judge.ts';

/** A visitor's client: written down, and held against the ledger. */
export interface Visitor extends WatchedClient {
  readonly resets: readonly Reset[];
  /** Ids in the order of delivery. */
  readonly delivered: readonly string[];
  /** Waits until the newest event of the ledger has come, and none is behind it; judges what came. */
  verdict(): Promise<Verdict>;
}

/** What is pressed and read over HTTP, as the page does. */
export interface Pressed extends AsyncDisposable {
  readonly playground: Playground;
  request(path: string, init?: RequestInit): Promise<Response>;
  fault(name: FaultName, query?: string): Promise<void>;
  active(): Promise<ActiveFault[]>;
  burst(burst: Burst): Promise<void>;
  ledger(after: string): Promise<Ledger>;
  /** Connects, to go on from a cursor, or from now. */
  visit(query?: string, cursor?: string): Promise<Visitor>;
}

export async function press(options: Omit<PlaygroundOptions, 'port'> = {}): Promise<Pressed> {
  const playground = await startPlayground({ port: 0, simulate: false, heartbeatMs: 150, ...options });
  const request = (path: string, init?: RequestInit): Promise<Response> => fetch(new URL(path, playground.url), init);
  const visitors: Visitor[] = [];

  async function get<T>(path: string): Promise<T> {
    return (await (await request(path)).json()) as T;
  }

  async function post(path: string, body?: object): Promise<void> {
    const response = await request(path, { method: 'POST', body: body ? JSON.stringify(body) : null });
    if (response.status !== 204) throw new Error(`Expected 204, got ${response.status}: ${await response.text()}`);
  }

  const ledger = (after: string): Promise<Ledger> => get(`/api/ledger?after=${after}`);

  /** A token is used until it is refused. */
  function credentials(): { get(): Promise<Record<string, string>>; opened(): void } {
    let token: string | null | undefined;
    let isGood = false;
    return {
      async get() {
        if (!isGood || token === undefined) ({ token } = await get<Token>('/api/token'));
        isGood = false;
        return token === null ? {} : { authorization: `Bearer ${token}` };
      },
      opened: () => void (isGood = true),
    };
  }

  async function visit(query = '', given?: string): Promise<Visitor> {
    const cursor = given ?? (await get<TaskList>('/api/tasks')).cursor;
    const { eventsUrl } = await get<Setup>('/api/setup');
    const headers = credentials();
    const watched = watchIdle(`${eventsUrl}${query}`, {
      headers: headers.get,
      lastEventId: cursor,
      dedupe: 'always',
      reconnect: { baseDelayMs: 20, maxDelayMs: 100, healthyAfterMs: 1 },
    });
    const { client, events } = watched;
    const resets: Reset[] = [];
    client.lifecycle.on('open', headers.opened);
    client.lifecycle.on('reset', (reset) => resets.push(reset));
    const delivered = (): string[] => events.flatMap(({ id }) => (id === undefined ? [] : [id]));
    const visitor: Visitor = Object.assign(Object.create(watched) as WatchedClient, {
      resets,
      get delivered() {
        return delivered();
      },
      async verdict() {
        let ids: readonly string[] = [];
        let came: readonly string[] = [];
        let isStill = false;
        // A burst may still be going on: what comes behind the last look is not judged by it.
        while (!isStill) {
          const last = ids.at(-1);
          await until(() => last === undefined || hasReached(client.lastEventId, last));
          came = [...delivered()];
          ({ ids } = await ledger(cursor));
          isStill = ids.at(-1) === last;
        }
        return judge(cursor, ids, came, resets);
      },
    });
    visitors.push(visitor);
    client.connect();
    await until(() => client.status === 'open');
    return visitor;
  }

  return {
    playground,
    request,
    fault: (name, query = '') => post(`/api/faults/${name}${query}`),
    active: () => get('/api/faults'),
    burst: (burst) => post('/api/burst', burst),
    ledger,
    visit,
    async [Symbol.asyncDispose]() {
      for (const { client } of visitors) client.disconnect();
      await playground.close();
    },
  };
}

export const CLEAN: Verdict = { lost: 0, duplicated: 0, outOfOrder: 0 };
