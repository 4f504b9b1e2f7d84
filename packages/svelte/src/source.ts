import {
  type Binding,
  type Bound,
  createBound,
  createHold,
  type Pattern,
  type BindingOptions,
  type StreamSource,
} from 'pushstream-client/binding';
import { onMount, tick } from 'svelte';
import { toStore } from 'svelte/store';
import { createPart } from './part.ts';
import { getPushStreamContext, inComponent } from './context.ts';

/** A value, or a function that reads it: what is to follow state, props or `$derived` has to be a function. */
export type MaybeGetter<Value> = Value | (() => Value);

/** As for `useEventStream`, without what concerns its result: no event is decoded for it. */
export type UseStreamOptions<Events extends object = Record<string, unknown>> = Omit<
  BindingOptions<Events, never, undefined, never>,
  'events' | 'history' | 'reduce' | 'initial' | 'on' | 'select' | 'isEqual'
>;

export function resolve<Value>(given: MaybeGetter<Value>): Value {
  return typeof given === 'function' ? (given as () => Value)() : given;
}

const none: readonly never[] = [];

/** The options of who shows no event. */
export function silent<Events extends object>(
  options: MaybeGetter<UseStreamOptions<Events> | undefined>,
): () => BindingOptions<Events, never, undefined, never> {
  return () => ({ ...resolve(options), events: none });
}

const defer = (work: () => void): void => void tick().then(work);

/**
 * Finds what is bound now: something else for another stream. Whoever calls it in an effect follows the state that
 * source and options are made of. It shows `begin`, then what `follow` shows; once nobody looks any more, `rest`.
 */
export function createFind<Events extends object, Name extends Pattern<Events>, Data, Shown>(
  source: MaybeGetter<StreamSource<Events>>,
  options: MaybeGetter<Omit<BindingOptions<Events, Name, Data, never>, 'select' | 'isEqual'> | undefined>,
  begin: (binding: Binding<Events, Name, Data>) => Shown,
  follow: (binding: Binding<Events, Name, Data>, show: (shown: Shown) => void) => (() => void) | undefined,
  rest: (binding: Binding<Events, Name, Data>) => Shown = begin,
  isMounted = true,
): () => Bound<Shown> {
  const hold = createHold<Events, Name, Data>(getPushStreamContext());
  let bound: Bound<Shown, Binding<Events, Name, Data>> | undefined;

  function find(): Bound<Shown> {
    const binding = hold(resolve(source), resolve(options));
    if (bound?.binding !== binding) bound = createBound(binding, begin(binding), follow, rest, defer);
    return bound;
  }

  // Mistakes are told where they are made.
  find();
  if (isMounted) {
    // Followed while the component is mounted, though nothing may read it.
    const read = createPart(find, () => {});
    // A store made of a getter is an effect that needs no compiler.
    const stay = (): (() => void) =>
      toStore(() => {
        read();
        // Now, and so in the order of the component's code.
        find().settle();
      }).subscribe(() => {});
    inComponent(() => onMount(stay));
  }
  return find;
}
