import type { KnownPattern, Listener } from 'pushstream-client';
import {
  type BindingOptions,
  createCountdown,
  type Matching,
  type NewestData,
  type Pattern,
  type StreamOptions,
  type StreamResult,
  type StreamSource,
} from 'pushstream-client/binding';
import { useMemo, useSyncExternalStore } from 'react';
import { useBinding } from './use-binding.ts';
import { useSelected } from './use-selected.ts';

/** As for `useEventStream`, without what concerns its result: no event is decoded for it. */
export type UseStreamOptions<Events extends object = Record<string, unknown>> = Omit<
  BindingOptions<Events, never, undefined, never>,
  'events' | 'history' | 'reduce' | 'initial' | 'on' | 'select' | 'isEqual'
>;

/** How the connection is. */
export type StreamStatus = Pick<StreamResult<unknown, unknown>, 'status' | 'error' | 'retry'>;

/**
 * A stream as state: it is connected while the component is mounted, and shared with all who use the same.
 * Renders at most once per frame, and with `select` only when what was selected changes.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function useEventStream<
  Events extends object = Record<string, unknown>,
  const Name extends Pattern<Events> = '*',
  Data = NewestData<Events, Name>,
  Selected = StreamResult<Matching<Events, Name>, Data>,
>(source: StreamSource<Events>, options: StreamOptions<Events, Name, Data, Selected> = {}): Selected {
  return useSelected(useBinding(source, options), options);
}

/**
 * Calls the newest `listener` for every event of a type, of a pattern or (`*`) of all while the component is mounted.
 * Renders nothing.
 *
 * @throws {TypeError} For a source, type or option of the wrong type.
 */
export function useEvent<Events extends object = Record<string, unknown>, Type extends Pattern<Events> = '*'>(
  source: StreamSource<Events>,
  type: KnownPattern<Events, Type>,
  listener: Listener<Events, Type>,
  options?: UseStreamOptions<Events>,
): void {
  // Their types belong together; TypeScript loses that where the name is a variable.
  useBinding<Events, never, undefined>(source, { ...options, events: [], on: { [type]: listener } as never });
}

const statusOf = ({ status, error, retry }: StreamStatus): StreamStatus => ({ status, error, retry });

/**
 * How the connection is: status, error, the wait before the next attempt. Renders when one of them changes.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function useStreamStatus<Events extends object = Record<string, unknown>>(
  source: StreamSource<Events>,
  options?: UseStreamOptions<Events>,
): StreamStatus {
  return useEventStream(source, { ...options, events: [], select: statusOf });
}

/**
 * The seconds until the next attempt to connect; `null` while none is waited for. Renders once a second of a wait.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function useRetryCountdown<Events extends object = Record<string, unknown>>(
  source: StreamSource<Events>,
  options?: UseStreamOptions<Events>,
): number | null {
  const binding = useBinding(source, { ...options, events: [] });
  const client = useSyncExternalStore(
    binding.subscribe,
    () => binding.client,
    () => undefined,
  );
  const countdown = useMemo(() => createCountdown(client), [client]);
  return useSyncExternalStore(countdown.subscribe, countdown.getSnapshot, () => null);
}
