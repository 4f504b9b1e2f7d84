import { type Component, flushSync, mount, tick, unmount } from 'svelte';
import { fromStore, writable } from 'svelte/store';
import type { Driver, Props, View } from '../driver.ts';
import Countdown from './svelte/Countdown.svelte';
import Event from './svelte/Event.svelte';
import Status from './svelte/Status.svelte';
import Stream from './svelte/Stream.svelte';

/** Mounts a component whose props may be given anew, as a parent's state gives them. */
function show<Value>(component: unknown, initial: Props): Promise<View<Value>> {
  const given = writable(initial);
  const current = fromStore(given);
  let shown: Value;
  let renders = 0;
  const mounted = mount(component as Component<Record<string, unknown>>, {
    target: document.body,
    props: {
      get source() {
        return current.current.source;
      },
      get options() {
        return current.current.options;
      },
      get type() {
        return current.current.type;
      },
      get listener() {
        return current.current.listener;
      },
      show(value: Value) {
        shown = value;
        renders += 1;
        return '';
      },
    },
  });
  flushSync();
  return Promise.resolve({
    get shown() {
      return shown;
    },
    get renders() {
      return renders;
    },
    async update(props) {
      given.set(props);
      await tick();
    },
    unmount: () => unmount(mounted),
  });
}

export const driver: Driver = {
  name: 'svelte',
  stream: (props) => show(Stream, props),
  event: (props) => show(Event, props),
  status: (props) => show(Status, props),
  countdown: (props) => show(Countdown, props),
  settle: tick,
};
