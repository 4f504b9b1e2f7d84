import type { EventClient } from '../event-client.ts';

/** What a component wants of its stream, attached or not, and whatever it shows of it. */
export interface Wishes {
  /** The stream: a client, or what a URL's client is known by. */
  readonly of: unknown;
  /** Whoever pauses a shared stream has a reason of their own. */
  readonly reason: string;
  /** Until it disconnects, and again when it connects. */
  isLeased: boolean;
  /** The same whenever it is there anew: who disconnects while going means only that. */
  isLeasedAnew: boolean;
  isPaused: boolean;
  /** The client that they were told last. */
  client: EventClient | undefined;
  /** Bindings that are attached: while one follows the other there are two. */
  holds: number;
}

let reasons = 0;

/** Where it is still the same stream, they are those of the binding before. */
export function wishesFor(of: unknown, before: Wishes | undefined): Wishes {
  if (before && before.of === of) return before;
  reasons += 1;
  return {
    of,
    reason: `binding ${reasons}`,
    isLeased: true,
    isLeasedAnew: true,
    isPaused: false,
    client: undefined,
    holds: 0,
  };
}
