import type { EventClient } from 'pushstream-client';
import { createElement, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import type { TaskEvents } from '../../task-events.ts';
import { burst, getToken } from '../api.ts';
import { byId, find, grouped, setText } from '../dom.ts';
import { BoundList, NaiveList } from './lists.tsx';
import { type Cost, startMeter } from './meter.ts';

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
    button.disabled = true;
    try {
      setText(state, 'PushStream …');
      show('bound', await measure(find('#storm-bound .list', HTMLElement), bound));
      setText(state, 'EventSource + setState …');
      show('naive', await measure(find('#storm-naive .list', HTMLElement), await naive()));
      setText(state, `Done: ${grouped(EVENTS)} events each`);
    } catch (error) {
      setText(state, String(error));
    }
    button.disabled = false;
  }

  button.addEventListener('click', () => void run());
}

/** One storm, from the first of its events until the list has shown them all. */
async function measure(place: HTMLElement, make: MakeList): Promise<Cost> {
  const root = createRoot(place);
  try {
    const opened = Promise.withResolvers<void>();
    const shown = Promise.withResolvers<void>();
    let rendered = (): void => {};
    const committed = (events: number): void => {
      rendered();
      if (events >= EVENTS) shown.resolve();
    };
    root.render(make(committed, opened.resolve));
    await opened.promise;
    const meter = startMeter();
    rendered = meter.rendered;
    await burst({ count: EVENTS });
    await Promise.race([shown.promise, lateness()]);
    return await meter.stop();
  } finally {
    root.unmount();
  }
}

function lateness(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`Not all of them came within ${PATIENCE_MS / 1_000} s`)), PATIENCE_MS);
  });
}

function show(name: string, { tookMs, renders, worstFrameMs, lateFrames }: Cost): void {
  const facts = [`${Math.round(worstFrameMs)} ms`, grouped(lateFrames), `${Math.round(tookMs)} ms`, grouped(renders)];
  for (const [at, fact] of facts.entries()) {
    setText(find(`#storm-${name} tr:nth-child(${at + 1}) td`, HTMLElement), fact);
  }
}
