import type { Position } from 'pushstream-server';

/** What was acknowledged, by whom and however it is delivered then. */
export interface Ledger {
  /** An event was stored. */
  note(stored: Position): void;
  /** Somebody counts from here: also where nothing has happened in that epoch yet, what was before is not behind it. */
  begin(from: Position): void;
  /** The ids behind a cursor, in the order of the epochs, at most `limit`; all that are known where it is not. */
  idsAfter(cursor: string, limit: number): string[];
}

/** Numbers that follow each other; none, where the last one is before the first. */
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

  function open(run: Run, at: number = runs.length): void {
    runs.splice(at, 0, run);
    if (runs.length > MAX_RUNS) runs.shift();
  }

  return {
    begin({ epoch, seq }) {
      if (!runs.some((run) => run.epoch === epoch)) open({ epoch, first: seq + 1, last: seq });
    },
    note({ epoch, seq }) {
      // An answer of the log before may come when the next one has begun.
      const at = runs.findLastIndex((run) => run.epoch === epoch);
      const run = runs[at];
      if (run && run.last + 1 === seq) run.last = seq;
      else open({ epoch, first: seq, last: seq }, run ? at + 1 : runs.length);
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
