import type { EventClient } from 'pushstream-client';
import { createElement, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import type { TaskEvents } from '../../task-events.ts';
import { burst, getToken } from '../api.ts';
import { byId, find, grouped, setText } from '../dom.ts';
import { isLeft } from '../openings.ts';
import { BoundList, NaiveList } from './lists.tsx';
import { type Cost, type Meter, startMeter } from './meter.ts';

const EVENTS = 10_000;
const PATIENCE_MS = 60_000;

/** Makes the list; `committed` is to be told of each commit, `opened` when it listens. */
type MakeList = (committed: (events: number) => void, opened: () => void) => ReactElement;

/** Two lists that show the same storm, one after the other, each with what it cost. */
export function wireStorm(client: EventClient<TaskEvents>, eventsUrl: string): void {
  const button = byId('storm-start', HTMLButtonElement);
  const state = byId('storm-state', HTMLElement);

  const bound: MakeList = (committed, opened) => {
    queueMicrotask(opened);
    return createElement(BoundList, { client, committed });
  };

  async function naive(): Promise<MakeList> {
    const url = new URL(eventsUrl);
    const { token } = await getToken();
    if (token !== null) url.searchParams.set('apikey', token);
    return (committed, opened) => createElement(NaiveList, { url: url.href, committed, opened });
  }

  async function run(): Promise<void> {
    const { status } = client;
    if (isLeft(status)) {
      setText(state, `This page is ${status === 'paused' ? 'paused' : 'disconnected'}: a storm needs its stream`);
      return;
    }
    button.disabled = true;
    try {
      setText(state, 'PushStream …');
      show('bound', await measure(find('#storm-bound .list', HTMLElement), bound, client));
      setText(state, 'EventSource + setState …');
      show('naive', await measure(find('#storm-naive .list', HTMLElement), await naive()));
      setText(state, `Done: ${grouped(EVENTS)} events each`);
    } catch (error) {
      setText(state, error instanceof Error ? error.message : String(error));
    }
    button.disabled = false;
  }

  button.addEventListener('click', () => void run());
}

/** One storm, from the first of its events until the list has shown them all; without its client's stream never. */
async function measure(place: HTMLElement, make: MakeList, client?: EventClient<TaskEvents>): Promise<Cost> {
  const root = createRoot(place);
  const hope = createHope(client);
  let meter: Meter | undefined;
  try {
    const opened = Promise.withResolvers<void>();
    const shown = Promise.withResolvers<void>();
    const committed = (events: number): void => {
      meter?.rendered();
      if (events >= EVENTS) shown.resolve();
    };
    root.render(make(committed, opened.resolve));
    await Promise.race([opened.promise, hope.gone]);
    meter = startMeter();
    await burst({ count: EVENTS });
    await Promise.race([shown.promise, hope.gone]);
    return await meter.stop();
  } finally {
    hope.end();
    meter?.cancel();
    root.unmount();
  }
}

/** Gone when events are not to be waited for any more. */
function createHope(client?: EventClient<TaskEvents>): { readonly gone: Promise<never>; end(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`Not all of them came within ${PATIENCE_MS / 1_000} s`)),
    PATIENCE_MS,
  );
  const off = client?.lifecycle.on('status', ({ status }) => {
    if (isLeft(status)) reject(new Error('Ended: the stream was left before all of them came'));
  });
  // It may go while nobody waits.
  promise.catch(() => {});
  return {
    gone: promise,
    end() {
      clearTimeout(timer);
      off?.();
    },
  };
}

function show(name: string, { tookMs, renders, worstFrameMs, lateFrames }: Cost): void {
  const facts = [`${Math.round(worstFrameMs)} ms`, grouped(lateFrames), `${Math.round(tookMs)} ms`, grouped(renders)];
  for (const [at, fact] of facts.entries()) {
    setText(find(`#storm-${name} tr:nth-child(${at + 1}) td`, HTMLElement), fact);
  }
}
