import { createButton, type Make, setAttribute, setText } from './dom.ts';

/** What is done to the logs, never to the stream. */
export interface Toolbar {
  readonly element: HTMLElement;
  /** `newer`: how many came since the logs were paused. */
  render(isPaused: boolean, newer: number, isFollowing: boolean): void;
}

/** Who does it. */
export interface ToolbarHost {
  readonly filter: (typed: string) => void;
  readonly pause: () => void;
  readonly clear: () => void;
  readonly follow: () => void;
}

export function createToolbar(make: Make, host: ToolbarHost): Toolbar {
  const field = make('input', {
    type: 'search',
    'aria-label': 'Filter by text, or by a pattern of types',
    placeholder: 'Filter: text or task.*',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  field.addEventListener('input', () => host.filter(field.value));

  const follow = createButton(make, '↓ Newest', host.follow);
  const pause = createButton(make, 'Pause log', host.pause);
  const element = make('div', { class: 'tools' }, field, follow, pause, createButton(make, 'Clear', host.clear));
  return {
    element,
    render(isPaused, newer, isFollowing) {
      follow.hidden = isFollowing;
      setAttribute(pause, 'data-paused', isPaused);
      setText(pause, isPaused ? `Resume log (${newer} newer)` : 'Pause log');
    },
  };
}
