import { apiKeys, generateKey } from 'pushstream-server/auth';
import type { Backend } from './backend.ts';
import { createEntrance, type Entrance } from './entrance.ts';
import { type Hub, startHub } from './hub.ts';
import type { Ledger } from './ledger.ts';
import { HOST } from './listen.ts';
import { createStageLog, type StageLog } from './stage-log.ts';

/** One server on a log in memory, to be broken and replaced at will. */
export interface Stage extends Backend {
  readonly log: StageLog;
  readonly entrance: Entrance;
  /** Another server takes this one's place when it is gone; with the same log, or an empty one. */
  replace(log: 'same' | 'empty'): Promise<void>;
  /** Another server takes this one's place at once, and this one is emptied over a window. */
  handOver(windowMs: number): Promise<void>;
}

export interface StageOptions {
  /** Events that can be replayed. */
  readonly capacity: number;
  /** Of the pages. */
  readonly origins: readonly string[];
  readonly heartbeatMs: number;
  /** Is told of everything that is stored. */
  readonly ledger: Ledger;
}

export async function createStage({ capacity, ledger, origins, heartbeatMs }: StageOptions): Promise<Stage> {
  const key = generateKey();
  const operators = apiKeys([key]);
  const entrance = createEntrance((credential) => {
    // One that is closing has no streams any more.
    for (const hub of hubs.keys()) hub.push.revoke({ credential }).catch(() => {});
  });
  /** The one that takes new streams is the last; those before it are being emptied. */
  const hubs = new Map<Hub, string>();
  let log = createStageLog(capacity, ledger);
  let newest: Promise<Hub>;
  let current: Hub | undefined;
  let started = 0;

  async function start(): Promise<Hub> {
    const hub = await startHub({ log, operators, authorize: entrance.authorize, origins, heartbeatMs });
    started += 1;
    hubs.set(hub, `server ${started}`);
    current = hub;
    return hub;
  }

  /** One change after the other: who publishes in between waits for the server that comes. */
  function change(next: (old: Hub) => Promise<Hub>): Promise<Hub> {
    newest = newest.then(next);
    return newest;
  }

  newest = start();
  await newest;

  return {
    isCluster: false,
    key,
    entrance,
    get log() {
      return log;
    },
    get address() {
      return current && { host: HOST, port: current.port };
    },
    token: () => entrance.tokens.fetch(),
    async publish(type, data) {
      const { push } = await newest;
      await push.publish(type, data);
    },
    async replace(which) {
      await change(async (old) => {
        current = undefined;
        await old.close();
        hubs.delete(old);
        if (which === 'empty') log = createStageLog(capacity, ledger);
        return start();
      });
    },
    async handOver(windowMs) {
      let leaving: Hub | undefined;
      await change((old) => {
        leaving = old;
        return start();
      });
      await leaving?.drain(windowMs);
      if (leaving) hubs.delete(leaving);
    },
    instances: () =>
      Promise.resolve(
        [...hubs].map(([hub, name]) => ({
          name,
          state: hub === current ? ('up' as const) : ('draining' as const),
          streams: hub.push.sessions().length,
        })),
      ),
    async close() {
      await newest;
      await Promise.all([...hubs.keys()].map((hub) => hub.close()));
    },
  };
}
