import type { EventClient } from 'pushstream-client';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { flushSync } from 'react-dom';
import { mount, unmount } from 'svelte';
import { createApp } from 'vue';
import type { TaskEvents } from '../../task-events.ts';
import { find } from '../dom.ts';
import { code } from './code.ts';
import { paint } from './paint.ts';
import { Tasks as ReactTasks } from './react.tsx';
import SvelteTasks from './svelte.svelte';

import { type Board, fold } from './tasks.ts';
import VueTasks from './vue.vue';

type Client = EventClient<TaskEvents>;
/** Shows the client's tasks there; what it returns ends that. */
type Show = (place: HTMLElement, client: Client, board: Board) => () => void;

declare global {
  /** Of vanilla.js, a script of its own. */
  var showTasks: (place: HTMLElement, client: Client, board: Board, reduce: typeof fold) => () => void;
}

const shows: ReadonlyMap<string, Show> = new Map<string, Show>([
  ['vanilla', (place, client, board) => showTasks(place, client, board, fold)],
  [
    'react',
    (place, client, board) => {
      const root = createRoot(place);
      flushSync(() => root.render(createElement(ReactTasks, { client, board })));
      return () => root.unmount();
    },
  ],
  [
    'vue',
    (place, client, board) => {
      const app = createApp(VueTasks, { client, board });
      app.mount(place);
      return () => app.unmount();
    },
  ],
  [
    'svelte',
    (place, client, board) => {
      const component = mount(SvelteTasks, { target: place, props: { client, board } });
      return () => void unmount(component);
    },
  ],
]);

/** One stream in four ways of building pages. What it returns shows another state instead, and goes on from there. */
export function showPanels(client: Client, board: Board): (board: Board) => void {
  const ends = new Map<string, () => void>();

  function replace(next: Board): void {
    for (const [name, show] of shows) {
      ends.get(name)?.();
      ends.set(name, show(find(`[data-panel="${name}"] .live`, HTMLElement), client, next));
    }
  }

  for (const [name, text] of code) find(`[data-panel="${name}"] code`, HTMLElement).replaceChildren(...paint(text));
  replace(board);
  return replace;
}
