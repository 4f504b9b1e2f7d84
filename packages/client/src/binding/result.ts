import type { StreamEvent } from '../events.ts';
import { createHistory, type Fold } from '../fold.ts';

/** The part of a result that events make. */
export interface Folded {
  readonly data: unknown;
  readonly event: StreamEvent | undefined;
  readonly events: readonly StreamEvent[];
  readonly dropped: number;
}

const none: Pick<Folded, 'events' | 'dropped'> = { events: Object.freeze([]), dropped: 0 };

/** `reduce` gives the newest reducer; where it gives none, the newest event's data is what counts. */
export function createResultFold(
  begin: unknown,
  initial: unknown,
  limit: number | undefined,
  reduce: () => ((data: never, event: never) => unknown) | undefined,
): Fold<Folded> {
  const history = limit === undefined ? undefined : createHistory(limit);
  let data = begin;
  let event: StreamEvent | undefined;
  return {
    take(next) {
      const reducer = reduce();
      // Whoever gave the reducer gave its types: what `events` lets through, and what it made itself.
      data = reducer ? reducer(data as never, next as never) : next.data;
      event = next;
      history?.take(next);
    },
    value: () => ({ data, event, ...(history?.value() ?? none) }),
    clear() {
      data = initial;
      event = undefined;
      history?.clear();
    },
  };
}
