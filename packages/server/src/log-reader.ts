import type { Environment } from './environment.ts';
import { LogUnavailableError } from './errors.ts';
import type { Log, LogPage, Position } from './log/log.ts';

const RETRY_MS = 1_000;

/** Reads a log for any number of streams, a few at a time. */
export interface LogReader {
  /** `undefined`: not now, or nobody wants it any more. Never rejects. */
  read(after: Position, limit: number, isWanted: () => boolean): Promise<LogPage | undefined>;
}

export function createLogReader(log: Log, mostAtOnce: () => number, environment: Environment): LogReader {
  const { setTimer, reportError } = environment;
  const waiting: Array<() => void> = [];
  let reading = 0;

  /** `undefined`: nothing to go on with; asked for again at once, it would be the same again. */
  async function ask(after: Position, limit: number): Promise<LogPage | undefined> {
    try {
      const page = await log.read(after, limit);
      // Of another epoch who follows the log tells all streams: from here one would be told twice.
      if (page.kind === 'gap') return page.reason === 'epoch' ? undefined : page;
      if (page.entries.length > 0) return page;
      throw new LogUnavailableError(`Expected entries behind ${after.seq}, got none`);
    } catch (error) {
      reportError(error, 'reading the log');
      return undefined;
    }
  }

  return {
    async read(after, limit, isWanted) {
      while (reading >= mostAtOnce()) await new Promise<void>((resolve) => void waiting.push(resolve));
      reading += 1;
      try {
        if (!isWanted()) return undefined;
        const page = await ask(after, limit);
        if (!page) await new Promise<void>((resolve) => void setTimer(resolve, RETRY_MS));
        return page;
      } finally {
        reading -= 1;
        waiting.shift()?.();
      }
    },
  };
}
