import type { ReadonlySignal } from '@preact/signals-core';
import { check, misuse, show } from 'pushstream-protocol';
import type { EventClient, KnownPattern } from './event-client.ts';
import type { EventOf, EventPattern, EventType, MatchingType, Unsubscribe } from './events.ts';
import { createFolding, createHistory, type Fold } from './fold.ts';
import { streams } from './stream.ts';

type Pattern<Events extends object> = EventType<Events> | EventPattern;
type Matching<Events extends object, Name extends string> = EventOf<
  Events,
  MatchingType<Events, Name> & EventType<Events>
>;

/** Which events are folded. */
export interface LiveStateEvents<Events extends object, Name extends Pattern<Events>> {
  /** One type or pattern, or several; an event that several match counts once. @default "*" */
  readonly events?: KnownPattern<Events, Name> | readonly KnownPattern<Events, Name>[];
}

/** Folds every event into one value. */
export interface ReduceOptions<Events extends object, Name extends Pattern<Events>, State> extends LiveStateEvents<
  Events,
  Name
> {
  /** The value before the first event, and after `clear()`. */
  readonly initial: State;
  /** The next value; runs once per event, at once and in order. Must not change `state` itself. */
  readonly reduce: (state: State, event: Matching<Events, Name>) => State;
}

/** Keeps the newest events. */
export interface HistoryOptions<Events extends object, Name extends Pattern<Events>> extends LiveStateEvents<
  Events,
  Name
> {
  /** How many, at most. */
  readonly history: number;
}

/** The newest events, the oldest of them first. */
export interface History<Event> {
  /** At most as many as `history` says. */
  readonly events: readonly Event[];
  /** How many older ones were let go. */
  readonly dropped: number;
}

/** A client's events as one value that follows at most once per frame. It neither connects nor keeps a connection. */
export interface LiveState<State> {
  /** The value as a read-only signal. */
  readonly signal: ReadonlySignal<State>;
  /** Calls `run` with the value, now and at every change: what Svelte calls a store. */
  readonly subscribe: (run: (state: State) => void) => Unsubscribe;
  /** The value; the same object until it changes. */
  readonly getSnapshot: () => State;
  /** Back to the beginning, at once. */
  readonly clear: () => void;
  /** Stops folding; the value stays. */
  [Symbol.dispose](): void;
}

function reducer<State>(initial: State, reduce: (state: State, event: never) => State): Fold<State> {
  let state = initial;
  return {
    take: (event) => {
      // What `events` lets through is what `reduce` was typed for.
      state = reduce(state, event as never);
    },
    value: () => state,
    clear: () => {
      state = initial;
    },
  };
}

const OPTIONS: readonly string[] = ['events', 'initial', 'reduce', 'history'];

/**
 * Folds the events of a client into one value: by a reducer, or as a bounded history.
 *
 * @throws {TypeError} For a client that is none, and for options that are missing or wrong.
 * @throws {RangeError} For a history that is not from 1 to 1,048,576.
 */
export function liveState<Events extends object, State, Name extends Pattern<Events> = '*'>(
  client: EventClient<Events>,
  options: ReduceOptions<Events, Name, State>,
): LiveState<State>;
export function liveState<Events extends object, Name extends Pattern<Events> = '*'>(
  client: EventClient<Events>,
  options: HistoryOptions<Events, Name>,
): LiveState<History<Matching<Events, Name>>>;
export function liveState(
  client: object,
  options: Partial<ReduceOptions<object, never, unknown> & HistoryOptions<object, never>>,
): LiveState<unknown> {
  const stream = streams.get(client);
  if (!stream) throw misuse('client', 'an EventClient of this copy of pushstream-client', typeof client);
  check('options', options, 'object');
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) throw misuse('options', OPTIONS.join(', '), show(unknown));
  const { events = '*', initial, reduce, history: limit } = options;
  if (limit === undefined) check('options.reduce', reduce, 'function');
  else check('options.history', limit, 'whole 1..1048576');
  if (limit !== undefined && reduce) throw misuse('options', 'either reduce or history', 'both');
  if (reduce && !('initial' in options)) throw misuse('options.initial', 'what reduce begins with', 'none');
  if (Array.isArray(events) && events.length === 0)
    throw misuse('options.events', 'at least one type or pattern', 'none');
  const fold: Fold<unknown> = reduce ? reducer(initial, reduce) : createHistory(limit ?? 1);
  const { signal, listenTo, clear } = createFolding(fold);
  const end = listenTo(stream, events);
  return {
    signal,
    subscribe: (run) => signal.subscribe(run),
    getSnapshot: () => signal.peek(),
    clear: () => clear(stream.flush),
    [Symbol.dispose]: end,
  };
}
