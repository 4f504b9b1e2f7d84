import type { EventPattern, EventType, KnownPattern, Listener } from 'pushstream-client';
import type { StreamSource } from 'pushstream-client/binding';
import { onMount } from 'svelte';
import { createFind, type MaybeGetter, silent, type UseStreamOptions } from './source.ts';

/**
 * Calls `listener` for every event of a type or pattern while the component is mounted; nothing is rendered for it.
 *
 * @throws {Error} Svelte's own, outside of a component: use `client.on` there.
 * @throws {TypeError} For a source, a type or an option of the wrong type.
 */
export function useEvent<
  Events extends object = Record<string, unknown>,
  Type extends EventType<Events> | EventPattern = '*',
>(
  source: MaybeGetter<StreamSource<Events>>,
  type: KnownPattern<Events, Type>,
  listener: Listener<Events, Type>,
  options?: MaybeGetter<UseStreamOptions<Events> | undefined>,
): void {
  // Says so where nothing is ever mounted.
  onMount(() => {});
  const quiet = silent(options);
  createFind<Events, never, undefined, void>(
    source,
    // Their types belong together; TypeScript loses that where the name is a variable.
    () => ({ ...quiet(), on: { [type]: listener } as never }),
    () => {},
    () => undefined,
  );
}
