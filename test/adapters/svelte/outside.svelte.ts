import { useEventStream } from 'pushstream-svelte';
import type { Props, Tasks } from '../driver.ts';

type Options = NonNullable<Parameters<typeof useEventStream<Tasks>>[1]>;

/** State and an effect that no component has made. */
export function follow(first: Props['source'], options: Options, run: (data: unknown, status: string) => void) {
  let source = $state.raw(first);
  const stream = useEventStream<Tasks>(() => source, options);
  const end = $effect.root(() => {
    $effect(() => run(stream.data, stream.status));
  });
  return {
    end,
    stream,
    show(next: Props['source']): void {
      source = next;
    },
  };
}
