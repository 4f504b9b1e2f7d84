import type { UseEventStreamOptions } from 'pushstream-vue';
import { useEvent, useEventStream, useRetryCountdown, useStreamStatus } from 'pushstream-vue';
import { createApp, isRef, nextTick, shallowRef } from 'vue';
import type { Driver, Props, Shown, Tasks, View } from '../driver.ts';

type Options = UseEventStreamOptions<Tasks, '*', unknown, never>;

/** What a component's setup is given: props, as a getter of them sees them. */
interface Given {
  readonly source: () => Props['source'];
  readonly options: () => Options;
  readonly props: () => Props;
}

/** The values of an object of refs; its functions as they are. */
function valuesOf(refs: object): object {
  return Object.fromEntries(
    Object.entries(refs).map(([name, part]: [string, unknown]) => [name, isRef(part) ? part.value : part]),
  );
}

/** Mounts a component whose setup returns what it shows. */
async function mount<Value>(given: Props, setup: (given: Given) => () => unknown): Promise<View<Value>> {
  const props = shallowRef(given);
  let shown: unknown;
  let renders = 0;
  const app = createApp({
    setup() {
      const read = setup({
        source: () => props.value.source,
        options: () => props.value.options as Options,
        props: () => props.value,
      });
      return () => {
        renders += 1;
        shown = read();
        return null;
      };
    },
  });
  const place = document.body.appendChild(document.createElement('div'));
  app.mount(place);
  await nextTick();
  return {
    get shown() {
      return shown as Value;
    },
    get renders() {
      return renders;
    },
    async update(next) {
      props.value = next;
      await nextTick();
    },
    async unmount() {
      app.unmount();
      place.remove();
      await nextTick();
    },
  };
}

export const driver: Driver = {
  name: 'vue',
  stream: (props) =>
    mount<Shown>(props, ({ source, options }) => {
      if ('select' in props.options) {
        const selected = useEventStream(source, options as () => Options & { select: () => unknown });
        return () => selected.value;
      }
      const stream = useEventStream(source, options);
      return () => valuesOf(stream);
    }),
  event: (given) =>
    mount<undefined>(given, ({ source, options, props }) => {
      useEvent(source, given.type ?? 'task.progress', (data) => props().listener?.(data), options);
      return () => undefined;
    }),
  status: (props) =>
    mount<Pick<Shown, 'status' | 'error' | 'retry'>>(props, ({ source, options }) => {
      const status = useStreamStatus(source, options);
      return () => valuesOf(status);
    }),
  countdown: (props) =>
    mount<number | null>(props, ({ source, options }) => {
      const seconds = useRetryCountdown(source, options);
      return () => seconds.value;
    }),
  settle: () => nextTick(),
};
