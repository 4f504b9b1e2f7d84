import type { EventPattern, EventType, KnownPattern, Listener } from 'pushstream-client';
import {
  createCountdown,
  createPicker,
  mapParts,
  type Matching,
  type NewestData,
  type Pattern,
  type StreamResult,
  type StreamSource,
  type WithInitial,
} from 'pushstream-client/binding';
import { computed, type ComputedRef, type MaybeRefOrGetter, type ShallowRef, toValue } from 'vue';
import type {
  ComposableOptions,
  EventStreamRefs,
  StreamStatusRefs,
  UseEventStreamOptions,
  UseStreamOptions,
} from './types.ts';
import { useBinding } from './use-binding.ts';

/** What `select` picks out of the whole result, as one readonly ref that follows only when that changes. */
export function useEventStream<
  Events extends object = Record<string, unknown>,
  const Name extends Pattern<Events> = '*',
  Data = NewestData<Events, Name>,
  Selected = unknown,
>(
  source: MaybeRefOrGetter<StreamSource<Events>>,
  options: MaybeRefOrGetter<
    UseEventStreamOptions<Events, Name, Data, Selected> & {
      readonly select: (result: StreamResult<Matching<Events, Name>, Data>) => Selected;
    }
  >,
): ComputedRef<Selected>;
/**
 * A stream as readonly refs, from mounting until the scope is disposed. A URL's connection is shared
 * with everybody who asks for the same; a ref or a getter may give another source at any time.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function useEventStream<
  Events extends object = Record<string, unknown>,
  const Name extends Pattern<Events> = '*',
  Data = NewestData<Events, Name>,
>(
  source: MaybeRefOrGetter<StreamSource<Events>>,
  options?: MaybeRefOrGetter<
    Omit<ComposableOptions<Events, Name, Data, never>, 'select' | 'isEqual'> & WithInitial<Data>
  >,
): EventStreamRefs<Matching<Events, Name>, Data>;
export function useEventStream<Events extends object, Name extends Pattern<Events>, Data, Selected>(
  source: MaybeRefOrGetter<StreamSource<Events>>,
  options: MaybeRefOrGetter<ComposableOptions<Events, Name, Data, Selected>> = {},
): object {
  type Result = StreamResult<Matching<Events, Name>, Data>;
  const result = useBinding<Events, Name, Data, Result>(
    source,
    options,
    (binding) => binding.getServerSnapshot(),
    (binding, show) => binding.subscribe(show),
  );
  const pick = createPicker();
  if (toValue(options).select)
    return computed(() => pick<Result, Selected>(result.value, toValue(options).select, toValue(options).isEqual));
  // A ref for each field; for each function one that stays, whatever the source is by then.
  return mapParts<Result, unknown>(
    result.value,
    (read) => computed(() => read(result.value)),
    (call) => () => call(result.value),
  );
}

/**
 * Calls `listener` for every event of a type or pattern, from mounting until the scope is disposed; nothing
 * is rendered for it.
 *
 * @throws {TypeError} For a source, a type or an option of the wrong type.
 */
export function useEvent<
  Events extends object = Record<string, unknown>,
  Type extends EventType<Events> | EventPattern = EventType<Events>,
>(
  source: MaybeRefOrGetter<StreamSource<Events>>,
  type: KnownPattern<Events, Type>,
  listener: Listener<Events, Type>,
  options: MaybeRefOrGetter<UseStreamOptions<Events>> = {},
): void {
  useBinding<Events, never, unknown, undefined>(
    source,
    // Their types belong together; TypeScript loses that where the name is a variable.
    () => ({ ...toValue(options), events: [], on: { [type]: listener } as never }),
    () => undefined,
    () => undefined,
  );
}

/**
 * The connection alone, as readonly refs: status, error, the wait before the next attempt. No event changes them.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function useStreamStatus<Events extends object = Record<string, unknown>>(
  source: MaybeRefOrGetter<StreamSource<Events>>,
  options: MaybeRefOrGetter<UseStreamOptions<Events>> = {},
): StreamStatusRefs {
  const { status, error, retry } = useEventStream<Events, never, unknown>(source, () => ({
    ...toValue(options),
    events: [],
  }));
  return { status, error, retry };
}

/**
 * Seconds until the next attempt, `null` while none is waited for: the only one of these that ticks.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function useRetryCountdown<Events extends object = Record<string, unknown>>(
  source: MaybeRefOrGetter<StreamSource<Events>>,
  options: MaybeRefOrGetter<UseStreamOptions<Events>> = {},
): Readonly<ShallowRef<number | null>> {
  return useBinding<Events, never, unknown, number | null>(
    source,
    () => ({ ...toValue(options), events: [] }),
    () => null,
    ({ client }, show) => createCountdown(client).subscribe(show),
  );
}
