import { type Log, type LogHead, memoryLog } from 'pushstream-server';
import type { Ledger } from './ledger.ts';

/** A log in memory that outlives the hubs that it is given to, and can be made to forget. */
export interface StageLog extends Log {
  /** Forgets all but the newest. */
  trim(keep: number): Promise<void>;
}

/** `ledger`: is told of everything that is stored, by whomever. */
export function createStageLog(maxEvents: number, ledger: Ledger): StageLog {
  const log = memoryLog({ maxEvents });
  /** What is older was forgotten. */
  let first = 0;

  async function head(): Promise<LogHead> {
    const now = await log.head();
    return { ...now, first: Math.max(now.first, first) };
  }

  return {
    ...log,
    async publish(entry) {
      const stored = await log.publish(entry);
      // What servers tell each other there is no event.
      if (!stored.duplicate && !entry.type.startsWith('pushstream.')) ledger.note(stored);
      return stored;
    },
    head,
    async read(after, limit) {
      const now = await head();
      const isForgotten = after.epoch === now.epoch && after.seq < now.first - 1;
      return isForgotten ? { kind: 'gap', reason: 'trimmed', head: now } : log.read(after, limit);
    },
    async trim(keep) {
      const { last } = await log.head();
      first = Math.max(first, last - keep + 1);
    },
    // The hub that it belonged to is gone; the next one goes on with it.
    close: () => Promise.resolve(),
  };
}
