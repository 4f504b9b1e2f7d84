import type { ClientScope, SharedClientOptions } from '../shared-client.ts';
import { type Binding, createBinding } from './binding.ts';
import { isPlain, isShallowEqual } from './picker.ts';
import type { Pattern, BindingOptions, StreamSource } from './types.ts';

/** What holds for all components of an app, or of what is below one of them. */
export interface BindingContext {
  /** Where streams of the same URL and request meet. */
  readonly scope: ClientScope;
  /** What holds for every source that is a URL, unless its own options say otherwise. */
  readonly options: Omit<SharedClientOptions<object>, 'schemas'>;
}

/** Gives the binding for a source and options: the same one as long as it fits, with the newest functions. */
export type Hold<Events extends object, Name extends Pattern<Events>, Data> = (
  source: StreamSource<Events>,
  options: BindingOptions<Events, Name, Data, never> | undefined,
) => Binding<Events, Name, Data>;

/**
 * Asked for at every read, where comparing streams would cost too much: the same options are not looked at twice, unless
 * something in them may have changed inside, as reactive objects do.
 */
export function createHold<Events extends object, Name extends Pattern<Events>, Data>(
  context: BindingContext | null | undefined,
): Hold<Events, Name, Data> {
  let from: unknown;
  let given: unknown;
  let binding: Binding<Events, Name, Data> | undefined;
  return (source, options) => {
    const isFlat = !Object.values(options ?? {}).some(isPlain);
    if (binding && isFlat && from === source && isShallowEqual(given, options)) return binding;
    from = source;
    given = options;
    const all = { ...context?.options, ...options };
    if (binding?.fits(source, all)) binding.update(all);
    else binding = createBinding(source, all, context?.scope, binding);
    return binding;
  };
}
