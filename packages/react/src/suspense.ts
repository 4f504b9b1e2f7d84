import type { EventClient } from 'pushstream-client';
import {
  type BindingOptions,
  createAwaitedBinding,
  type Matching,
  type Pattern,
  type StreamResult,
  type StreamUrl,
  type WithInitial,
} from 'pushstream-client/binding';
import { useBinding } from './use-binding.ts';
import { useSelected } from './use-selected.ts';

/** A stream that has shown something: there is data. What was awaited cannot be cleared. */
export type AwaitedResult<Event, Data> = Omit<StreamResult<Event, Data>, 'clear'>;

/** As for `useEventStream`; there is always a stream, and what is selected cannot be cleared. */
export type SuspenseOptions<Events extends object, Name extends Pattern<Events>, Data, Selected> = Omit<
  BindingOptions<Events, Name, Data, Selected>,
  'enabled' | 'select'
> & {
  /** Picks what the component shows out of the whole result; it follows only when that changes. @default all of it */
  readonly select?: (result: AwaitedResult<Matching<Events, Name>, Data>) => Selected;
} & WithInitial<Data>;

/**
 * As `useEventStream`, but the component is suspended until the first event, which is in its first result. What
 * closes the stream before that is thrown, for an error boundary; who renders it again a second later tries anew.
 *
 * With a `seed` that has data it is not suspended. Without one a server sends the fallback, and the page waits.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function useSuspenseEventStream<
  Events extends object = Record<string, unknown>,
  const Name extends Pattern<Events> = '*',
  Data = Matching<Events, Name>['data'],
  Selected = AwaitedResult<Matching<Events, Name>, Data>,
>(
  source: EventClient<Events> | StreamUrl<Events> | string | URL,
  options: SuspenseOptions<Events, Name, Data, Selected> = {},
): Selected {
  return useSelected(useBinding<Events, Name, Data>(source, options, createAwaitedBinding), options);
}
