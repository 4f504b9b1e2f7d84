import {
  type BindingOptions,
  createPicker,
  mapParts,
  type Matching,
  type NewestData,
  type Pattern,
  type StreamControls,
  type StreamOptions,
  type StreamResult,
  type StreamSource,
} from 'pushstream-client/binding';
import { toStore } from 'svelte/store';
import { createPart } from './part.ts';
import { createFind, type MaybeGetter, resolve, silent, type UseStreamOptions } from './source.ts';

/** A stream as reactive properties. An effect that reads one follows that one alone. */
export interface EventStream<Event, Data, Selected> extends StreamResult<Event, Data> {
  /** What `select` picks; without it the whole result, frozen. */
  readonly current: Selected;
}

/** A stream as a readable store, with the functions of the stream beside it. */
export interface EventStreamStore<Value> extends StreamControls {
  /** Calls back now and at each change. The stream is open as long as its store has a subscriber. */
  readonly subscribe: (run: (value: Value) => void, invalidate?: () => void) => () => void;
}

/** The connection alone, as reactive properties. */
export type StreamStatus = Pick<StreamResult<unknown, unknown>, 'status' | 'error' | 'retry'>;

function createStream<Events extends object, Name extends Pattern<Events>, Data, Selected>(
  source: MaybeGetter<StreamSource<Events>>,
  options: MaybeGetter<BindingOptions<Events, Name, Data, Selected> | undefined>,
  isMounted: boolean,
): EventStream<Matching<Events, Name>, Data, Selected> {
  type Result = StreamResult<Matching<Events, Name>, Data>;
  const find = createFind<Events, Name, Data, Result>(
    source,
    options,
    (binding) => binding.getServerSnapshot(),
    (binding, show) => binding.subscribe(show),
    (binding) => binding.getSnapshot(),
    isMounted,
  );
  // As the result has them, each on its own; what a function does is for whichever stream it is by then.
  const parts = mapParts<Result, PropertyDescriptor>(
    find().peek(),
    (read) => ({ get: createPart(find, read) }),
    (call) => ({ value: () => call(find().peek()) }),
  );
  const picker = createPicker();
  const current = createPart(find, (result) => {
    const { select, isEqual } = resolve(options) ?? {};
    return picker(result, select, isEqual);
  });
  return Object.create({}, { ...parts, current: { get: current } });
}

/**
 * A stream as live state: in a component while it is mounted, elsewhere while an effect reads it.
 *
 * Source and options may be functions: what they read is followed.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function useEventStream<
  Events extends object = Record<string, unknown>,
  const Name extends Pattern<Events> = '*',
  Data = NewestData<Events, Name>,
  Selected = StreamResult<Matching<Events, Name>, Data>,
>(
  source: MaybeGetter<StreamSource<Events>>,
  options?: MaybeGetter<StreamOptions<Events, Name, Data, Selected> | undefined>,
): EventStream<Matching<Events, Name>, Data, Selected> {
  return createStream(source, options, true);
}

/**
 * A stream as a store, for `$stream` and `svelte/store`: its value is the result, or what `select` picks of it.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function eventStreamStore<
  Events extends object = Record<string, unknown>,
  const Name extends Pattern<Events> = '*',
  Data = NewestData<Events, Name>,
  Selected = StreamResult<Matching<Events, Name>, Data>,
>(
  source: MaybeGetter<StreamSource<Events>>,
  options?: MaybeGetter<StreamOptions<Events, Name, Data, Selected> | undefined>,
): EventStreamStore<Selected> {
  const stream = createStream(source, options, false);
  return Object.assign(
    stream,
    toStore(() => stream.current),
  );
}

/**
 * The connection's status, error and wait; no event changes it. Lives as `useEventStream` does.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function useStreamStatus<Events extends object = Record<string, unknown>>(
  source: MaybeGetter<StreamSource<Events>>,
  options?: MaybeGetter<UseStreamOptions<Events> | undefined>,
): StreamStatus {
  return createStream(source, silent(options), true);
}
