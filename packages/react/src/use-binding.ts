import type { ClientScope } from 'pushstream-client';
import {
  type Binding,
  createBinding,
  type Pattern,
  type BindingOptions,
  type StreamSource,
} from 'pushstream-client/binding';
import { useContext, useEffect, useRef, useState } from 'react';
import { ProvidedContext } from './provider.ts';

/** What makes a binding, whatever is selected of it. */
export type UnselectedOptions<Events extends object, Name extends Pattern<Events>, Data> = Omit<
  BindingOptions<Events, Name, Data, never>,
  'select' | 'isEqual'
>;

/** May throw a promise of when it is worth trying again. */
export type MakeBinding = <Events extends object, Name extends Pattern<Events>, Data>(
  source: StreamSource<Events>,
  options: UnselectedOptions<Events, Name, Data>,
  scope: ClientScope | undefined,
  before?: Binding<Events, Name, Data>,
) => Binding<Events, Name, Data>;

/** The component's binding: another one where the source is another, attached while the component is mounted. */
export function useBinding<Events extends object, Name extends Pattern<Events>, Data>(
  source: StreamSource<Events>,
  given: UnselectedOptions<Events, Name, Data>,
  make: MakeBinding = createBinding,
): Binding<Events, Name, Data> {
  const { scope, options: defaults } = useContext(ProvidedContext);
  const options = { ...defaults, ...given };
  const [held, hold] = useState(() => ({ scope, binding: make(source, options, scope) }));
  let { binding } = held;
  if (held.scope !== scope || !binding.fits(source, options)) {
    binding = make(source, options, scope, held.scope === scope ? binding : undefined);
    hold({ scope, binding });
  }

  const detach = useRef<() => void>(undefined);
  useEffect(() => binding.update(options));
  useEffect(() => {
    // First the new one, then the old one: where both have the same client, it must not notice.
    const next = binding.attach();
    detach.current?.();
    detach.current = next;
  }, [binding]);
  useEffect(
    () => () => {
      detach.current?.();
      detach.current = undefined;
    },
    [],
  );
  return binding;
}
