import { type Binding, createPicker, type Pattern, type BindingOptions } from 'pushstream-client/binding';
import { useDebugValue, useState, useSyncExternalStore } from 'react';

/** What the component shows of its binding. */
export function useSelected<Events extends object, Name extends Pattern<Events>, Data, Selected>(
  binding: Binding<Events, Name, Data>,
  { select, isEqual }: BindingOptions<Events, Name, Data, Selected>,
): Selected {
  // A selector that is written in place is another function each time.
  const [pick] = useState(createPicker);
  useDebugValue(binding, ({ getSnapshot }) => getSnapshot().status);
  return useSyncExternalStore(
    binding.subscribe,
    () => pick(binding.getSnapshot(), select, isEqual),
    () => pick(binding.getServerSnapshot(), select, isEqual),
  );
}
