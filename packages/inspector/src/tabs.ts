import { createButton, type Make, setAttribute, setText } from './dom.ts';

/** The views of an inspector. */
const views = ['events', 'frames', 'timeline', 'listeners'] as const;
export type View = (typeof views)[number];

/** What stands above the columns: time, name, id and text. */
export const heads: Readonly<Record<View, readonly string[]>> = {
  events: ['Time', 'Type', 'Id', 'Data'],
  frames: ['Time', 'Frame', 'Id', 'As it came'],
  timeline: ['Time', 'Status', 'After', 'Because'],
  listeners: ['', 'Type or pattern', 'Count', ''],
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
    const element = createButton(make, `${view} `, () => choose(view));
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
