import type { EventClient, EventClientError } from 'pushstream-client';
import type { TaskEvents } from '../task-events.ts';
import type { Counts } from './tally.ts';

/** What the pages show to tests, and to whoever opens the console. */
export interface Harness {
  readonly client: EventClient<TaskEvents>;
  /** Where counting began. */
  readonly baseline: string;
  readonly counts: Counts;
  /** Ids in the order of delivery, at least the newest 12,000. */
  readonly delivered: readonly string[];
  /** The newest 100. */
  readonly errors: readonly EventClientError[];
  /** Holds what came against the ledger as it is now. */
  audit(): Promise<Counts>;
}

declare global {
  interface Window {
    playground?: Harness;
  }
}
