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

  return {
    async read(after, limit, isWanted) {
      while (reading >= mostAtOnce()) await new Promise<void>((resolve) => void waiting.push(resolve));
      reading += 1;
      try {
        if (!isWanted()) return undefined;
        const page = await log.read(after, limit);
        if (page.kind === 'gap' || page.entries.length > 0) return page;
        // Asked for again at once, it would be the same again.
        throw new LogUnavailableError(`Expected entries behind ${after.seq}, got none`);
      } catch (error) {
        reportError(error, 'reading the log');
        await new Promise<void>((resolve) => void setTimer(resolve, RETRY_MS));
        return undefined;
      } finally {
        reading -= 1;
        waiting.shift()?.();
      }
    },
  };
}
