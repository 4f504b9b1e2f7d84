import { computed, type ReadonlySignal, signal } from '@preact/signals-core';
import type { StreamEvent } from './events.ts';
import type { Flush } from './flush.ts';
import { listenAll } from './listen.ts';
import type { Stream } from './stream.ts';

/** What folds: takes events, and gives the value when it is asked for. */
export interface Fold<State> {
  take(event: StreamEvent): void;
  /** The same object until something was taken. */
  value(): State;
  clear(): void;
}

/** A fold whose value follows the events of one stream, or of one stream after the other. */
export interface Folding<State> {
  readonly signal: ReadonlySignal<State>;
  /** Takes what was missed, and from now on everything; returns what ends it. The value stays. */
  listenTo(stream: Stream, events: string | readonly string[], missed?: readonly StreamEvent[]): () => void;
  /** Back to the beginning, at once. */
  clear(flush: Flush | undefined): void;
}

/** Folds at once; the value follows together with everything else of its stream. */
export function createFolding<State>(fold: Fold<State>): Folding<State> {
  const current = signal(fold.value());
  const update = (): void => {
    current.value = fold.value();
  };
  return {
    // Signals have no other way to be read-only at run time.
    signal: computed(() => current.value),
    listenTo(stream, events, missed = []) {
      let latest: StreamEvent | undefined;
      const take = (_data: unknown, event: StreamEvent): void => {
        // Several patterns may match one event; their listeners are called one after the other.
        if (event === latest) return;
        latest = event;
        fold.take(event);
        stream.flush(update);
      };
      // First, so that a reducer that refuses one of them leaves no listener behind.
      for (const event of missed) take(undefined, event);
      return listenAll(
        stream,
        [events].flat().map((name) => [name, take] as const),
      );
    },
    clear(flush) {
      fold.clear();
      if (flush) flush(update, true);
      else update();
    },
  };
}

/** The newest events of those that were taken. Cut now and then instead of at every event. */
export function createHistory(
  limit: number,
): Fold<{ readonly events: readonly StreamEvent[]; readonly dropped: number }> {
  let kept: StreamEvent[] = [];
  let count = 0;
  return {
    take(event) {
      count += 1;
      if (limit > 0) kept.push(event);
      if (kept.length >= 2 * limit) kept = kept.slice(-limit);
    },
    value() {
      const events = Object.freeze(kept.slice(-limit));
      return Object.freeze({ events, dropped: count - events.length });
    },
    clear() {
      kept = [];
      count = 0;
    },
  };
}
