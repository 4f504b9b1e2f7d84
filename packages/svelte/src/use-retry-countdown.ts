import { createCountdown, type StreamSource } from 'pushstream-client/binding';
import { createPart } from './part.ts';
import { createFind, type MaybeGetter, silent, type UseStreamOptions } from './source.ts';

/** The wait before the next attempt, as a reactive property. */
export interface RetryCountdown {
  /** Whole seconds; `null` while nothing is waited for. */
  readonly current: number | null;
}

/**
 * The seconds until the next attempt: the only thing that changes by itself. Lives as `useEventStream` does.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function useRetryCountdown<Events extends object = Record<string, unknown>>(
  source: MaybeGetter<StreamSource<Events>>,
  options?: MaybeGetter<UseStreamOptions<Events> | undefined>,
): RetryCountdown {
  const find = createFind<Events, never, undefined, number | null>(
    source,
    silent(options),
    () => null,
    ({ client }, show) => createCountdown(client).subscribe(show),
  );
  const current = createPart(find, (seconds) => seconds);
  return {
    get current() {
      return current();
    },
  };
}
