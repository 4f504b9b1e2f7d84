import type { StreamOptions } from 'pushstream-client/binding';
import { useEvent, useEventStream, useRetryCountdown, useStreamStatus, type UseStreamOptions } from 'pushstream-react';
import { type ComponentType, createElement, Fragment, StrictMode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { Driver, Props, Shown, Tasks, View } from '../driver.ts';

type Component<Value> = ComponentType<Props & { readonly show: (value: Value) => void }>;
type Options = StreamOptions<Tasks, '*', unknown, Shown>;

const Stream: Component<Shown> = ({ source, options, show }) => {
  const stream = useEventStream(source, options as Options);
  show(stream);
  return <output>{stream.status}</output>;
};

const Listening: Component<undefined> = ({ source, options, type = 'task.progress', listener, show }) => {
  useEvent(source, type, (data) => listener?.(data), options as UseStreamOptions<Tasks>);
  show(undefined);
  return null;
};

const Status: Component<Pick<Shown, 'status' | 'error' | 'retry'>> = ({ source, options, show }) => {
  const status = useStreamStatus(source, options as UseStreamOptions<Tasks>);
  show(status);
  return <output>{status.status}</output>;
};

const Countdown: Component<number | null> = ({ source, options, show }) => {
  const seconds = useRetryCountdown(source, options as UseStreamOptions<Tasks>);
  show(seconds);
  return <output>{seconds}</output>;
};

/** What React does a little later, it has done. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  flushSync(() => {});
}

/** `callsPerRender`: how often React calls a component for one render. */
function createDriver(name: string, wrap: typeof Fragment | typeof StrictMode, callsPerRender: number): Driver {
  async function mount<Value>(component: Component<Value>, props: Props): Promise<View<Value>> {
    let calls = 0;
    let shown: Value | undefined;
    const container = document.body.appendChild(document.createElement('div'));
    const root = createRoot(container);
    const show = (value: Value): void => {
      calls += 1;
      shown = value;
    };
    async function update(next: Props): Promise<void> {
      flushSync(() => root.render(createElement(wrap, null, createElement(component, { ...next, show }))));
      await settle();
    }
    await update(props);
    return {
      get shown() {
        return shown as Value;
      },
      get renders() {
        return calls / callsPerRender;
      },
      update,
      async unmount() {
        root.unmount();
        container.remove();
        await settle();
      },
    };
  }

  return {
    name,
    stream: (props) => mount(Stream, props),
    event: (props) => mount(Listening, props),
    status: (props) => mount(Status, props),
    countdown: (props) => mount(Countdown, props),
    settle,
  };
}

export const driver: Driver = createDriver('react', Fragment, 1);

/** In development: every component is called twice, and mounted, unmounted and mounted again. */
export const strictDriver: Driver = createDriver('react-strict', StrictMode, 2);
