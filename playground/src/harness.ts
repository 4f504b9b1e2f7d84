import type { EventClient, EventClientError } from 'pushstream-client';
import type { TaskEvents } from '../task-events.ts';
import type { Counts } from './tally.ts';

/** What both pages show to tests, and to whoever opens the console. */
export interface Harness {
  readonly client: EventClient<TaskEvents>;
  /** Where counting began. */
  readonly baseline: string;
  readonly counts: Counts;
  /** Ids in the order of delivery, the newest 50,000. */
  readonly delivered: readonly string[];
  readonly errors: readonly EventClientError[];
}

declare global {
  interface Window {
    playground?: Harness;
  }
}
