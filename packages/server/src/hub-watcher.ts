import type { LogEntry } from './log/log.ts';
import type { Session } from './session.ts';

/** Who is told what a hub sees. */
export interface HubWatcher {
  /** It is about to follow the log. */
  begins(): Promise<void>;
  entered(session: Session): void;
  left(session: Session): void;
  /** An entry of the log that is for no stream. */
  ordered(entry: LogEntry): void;
  /** What came from the log does not follow what came before. */
  jumped(): void;
}
