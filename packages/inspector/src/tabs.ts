import { createButton, type Make, setAttribute, setText } from './dom.ts';

/** The views of an inspector. */
export const views = ['events', 'frames', 'timeline', 'listeners'] as const;
export type View = (typeof views)[number];

/** What stands above and in an empty view. */
export const captions: Readonly<Record<View, { readonly head: readonly string[]; readonly empty: string }>> = {
  events: { head: ['Time', 'Type', 'Id', 'Data'], empty: 'No events yet.' },
  frames: { head: ['Time', 'Frame', 'Id', 'As it came'], empty: 'No frames yet.' },
  timeline: { head: ['Time', 'Status', 'After', 'Because'], empty: 'Nothing has happened yet.' },
  listeners: { head: ['', 'Type or pattern', 'Count', ''], empty: 'Nobody listens.' },
};

/** One of the views is chosen. */
export interface Tabs {
  readonly element: HTMLElement;
  render(chosen: View, counts: Readonly<Record<View, number>>): void;
}

const steps: ReadonlyMap<string, number> = new Map([
  ['ArrowLeft', -1],
  ['ArrowRight', 1],
]);

export function createTabs(make: Make, choose: (view: View) => void): Tabs {
  const tabs = views.map((view) => {
    const count = make('span', { class: 'count' });
    const label = `${view.charAt(0).toUpperCase()}${view.slice(1)} `;
    const element = createButton(make, label, () => choose(view));
    element.id = `tab-${view}`;
    element.role = 'tab';
    element.append(count);
    return { view, element, count };
  });
  const element = make('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Views' });
  element.append(...tabs.map((tab) => tab.element));
  element.addEventListener('keydown', (event) => {
    const step = steps.get(event.key);
    if (step === undefined) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.element.tabIndex === 0);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    choose(next.view);
    next.element.focus();
  });
  return {
    element,
    render(chosen, counts) {
      for (const { view, element: tab, count } of tabs) {
        setAttribute(tab, 'aria-selected', view === chosen);
        setAttribute(tab, 'tabindex', view === chosen ? '0' : '-1');
        setText(count, counts[view]);
      }
    },
  };
}
