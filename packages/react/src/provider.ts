import { type ClientScope, createClientScope, type SharedClientOptions } from 'pushstream-client';
import {
  type Context,
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useMemo,
  useState,
} from 'react';

/** What holds for every source that is a URL, where its own options do not say otherwise. */
export type DefaultOptions = Omit<SharedClientOptions<object>, 'schemas'>;

/** What the hooks below a provider begin with. */
export interface Provided {
  readonly scope: ClientScope | undefined;
  readonly options: DefaultOptions;
}

export const ProvidedContext: Context<Provided> = createContext<Provided>({ scope: undefined, options: {} });

/** What a provider takes. */
export interface PushStreamProviderProps {
  /** Options for every hook below, where the hook does not give them itself. @default {} */
  readonly options?: DefaultOptions;
  /** Where the clients are kept. @default one of its own */
  readonly scope?: ClientScope;
  /** Whatever uses the streams. */
  readonly children?: ReactNode;
}

/**
 * Default options, and a scope of shared clients of its own, for the hooks below it. Without it they share the
 * page's clients, and have no defaults. It connects nothing, and on a server it makes no client.
 */
export function PushStreamProvider({ options, scope, children }: PushStreamProviderProps): ReactElement {
  const [own] = useState(createClientScope);
  const value = useMemo(() => ({ scope: scope ?? own, options: options ?? {} }), [scope, own, options]);
  return createElement(ProvidedContext.Provider, { value }, children);
}
