import { type ClientScope, createClientScope, type SharedClientOptions } from 'pushstream-client';
import { getContext, setContext } from 'svelte';

/** What holds for every source that is a URL, unless its own options say otherwise. */
export type DefaultOptions = Omit<SharedClientOptions<object>, 'schemas'>;

/** What all streams below a component have in common. */
export interface PushStreamContext {
  /** Where streams of the same URL and request meet. */
  readonly scope: ClientScope;
  /** What holds for every source that is a URL, unless its own options say otherwise. */
  readonly options: DefaultOptions;
}

const key = {};

/**
 * Gives all components below options in common, and clients of their own; call it while a component is made.
 *
 * @throws {Error} Svelte's own, outside of a component.
 */
export function setPushStreamContext(
  options: DefaultOptions = {},
  scope: ClientScope = createClientScope(),
): PushStreamContext {
  return setContext<PushStreamContext>(key, { scope, options });
}

/** What the nearest component above has set; `undefined` if none has, and outside of components. */
export function getPushStreamContext(): PushStreamContext | undefined {
  return inComponent(() => getContext<PushStreamContext | undefined>(key));
}

/** Svelte has no way to ask whether a component is being made: outside of one it throws. */
export function inComponent<Value>(run: () => Value): Value | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
