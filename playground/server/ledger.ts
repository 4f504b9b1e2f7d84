import type { Position } from 'pushstream-server';

/** What was acknowledged, by whom and however it is delivered then. */
export interface Ledger {
  /** An event was stored. */
  note(stored: Position): void;
  /** The ids behind a cursor, in the order of the epochs, at most `limit`; all that are known where it is not. */
  idsAfter(cursor: string, limit: number): string[];
}

/** Numbers that follow each other. */
interface Run {
  readonly epoch: string;
  readonly first: number;
  last: number;
}

/** Runs that are remembered. A new one begins with each epoch, and behind entries that are no events. */
const MAX_RUNS = 10_000;

export function createLedger(): Ledger {
  const runs: Run[] = [];

  /** What of the runs lies behind a cursor. */
  function behind(cursor: string): Run[] {
    const [, epoch, digits] = /^(.+)\.(\d{1,15})$/.exec(cursor) ?? [];
    const seq = Number(digits);
    const from = runs.findIndex((run) => run.epoch === epoch);
    if (from < 0) return runs;
    return runs.slice(from).map((run) => (run.epoch === epoch ? { ...run, first: Math.max(run.first, seq + 1) } : run));
  }

  return {
    note({ epoch, seq }) {
      const run = runs.at(-1);
      if (run?.epoch === epoch && run.last + 1 === seq) {
        run.last = seq;
        return;
      }
      runs.push({ epoch, first: seq, last: seq });
      if (runs.length > MAX_RUNS) runs.shift();
    },
    idsAfter(cursor, limit) {
      const ids: string[] = [];
      for (const { epoch, first, last } of behind(cursor)) {
        for (let seq = first; seq <= last && ids.length < limit; seq += 1) ids.push(`${epoch}.${seq}`);
      }
      return ids;
    },
  };
}
