import { createControls } from './controls.ts';
import { createDetail } from './detail.ts';
import { createMake, type Make, setAttribute, setText } from './dom.ts';
import type { Entry } from './entry.ts';
import { createFacts } from './facts.ts';
import { createFilter, type Filter } from './filter.ts';
import { createList } from './list.ts';
import type { InspectedClient, Logs, Recorder } from './recorder.ts';
import { createRules } from './sheet.ts';
import { createTabs, heads, type View } from './tabs.ts';
import { createToolbar } from './toolbar.ts';

/** What an inspector shows, and what is chosen in it. */
export interface Panel {
  /** Returns in how many milliseconds it would look different by itself, if it would. */
  render(now: number): number | undefined;
  /** Another client is shown: nothing that was chosen is of it. */
  renew(): void;
  /** Nobody looks any more. */
  release(): void;
}

/** Whom it shows. */
export interface PanelHost {
  readonly client: () => InspectedClient | null;
  readonly recorder: () => Recorder;
  readonly hasControls: () => boolean;
  /** Something was chosen: it is to be rendered. */
  readonly changed: () => void;
}

type Held = Readonly<Record<keyof Logs, readonly Entry[]>>;

/** What somebody who debugs has chosen to see. */
interface Choices {
  view: View;
  filter: Filter;
  selected: Entry | undefined;
  /** The logs as they were when they were paused. */
  held: Held | undefined;
  /** How many entries there had been. */
  heldTotal: number;
}

const begin = (): Omit<Choices, 'view' | 'filter'> => ({ selected: undefined, held: undefined, heldTotal: 0 });

function hold({ logs }: Recorder): Held {
  return { events: [...logs.events.items], frames: [...logs.frames.items], timeline: [...logs.timeline.items] };
}

const totalOf = ({ logs }: Recorder): number => logs.frames.total + logs.timeline.total;

function entriesOf(recorder: Recorder, { view, held }: Choices): readonly Entry[] {
  return view === 'listeners' ? recorder.listeners : (held?.[view] ?? recorder.logs[view].items);
}

/** The parts, each of which tells what was chosen. */
function createParts(make: Make, root: ShadowRoot, choices: Choices, host: PanelHost) {
  const change = (changes: Partial<Choices>): void => {
    Object.assign(choices, changes);
    host.changed();
  };
  const list = createList({
    make,
    style: createRules(root),
    scrolled: host.changed,
    choose: (selected) => change({ selected }),
  });
  const controls = createControls(make, host.client);
  const show = (changes: Partial<Choices>): void => {
    list.follow();
    change(changes);
  };
  return {
    list,
    detail: createDetail(make, () => {
      change({ selected: undefined });
      list.element.focus();
    }),
    tabs: createTabs(make, (view) => show({ view, selected: undefined })),
    facts: createFacts(make, controls.element),
    controls,
    toolbar: createToolbar(make, {
      filter: (typed) => show({ filter: createFilter(typed) }),
      follow: () => show({}),
      pause() {
        const recorder = host.recorder();
        change(choices.held ? { held: undefined } : { held: hold(recorder), heldTotal: totalOf(recorder) });
      },
      clear() {
        const recorder = host.recorder();
        recorder.clear();
        show({ selected: undefined, heldTotal: 0, ...(choices.held && { held: hold(recorder) }) });
      },
    }),
  };
}

type Parts = ReturnType<typeof createParts>;

/** The tree, built once. */
function createFrame(make: Make, { facts, tabs, toolbar, list, detail }: Parts) {
  const head = heads.events.map((_text, at) => make('span', { class: ['time', 'name', 'id', 'text'][at] ?? '' }));
  const empty = make('p', { class: 'empty' });
  const columns = make('div', { class: 'row columns', 'aria-hidden': 'true' }, ...head);
  // Lines come too fast to be read out; the status alone is told.
  const log = make('div', { class: 'log', role: 'log', 'aria-live': 'off' }, columns, list.element, empty);
  const panel = make('div', { class: 'panel', id: 'panel', role: 'tabpanel' }, log, detail.element);
  const element = make('div', { class: 'app' });
  element.append(facts.element, make('div', { class: 'bar' }, tabs.element, toolbar.element), panel);
  return { element, head, empty, panel };
}

export function createPanel(root: ShadowRoot, host: PanelHost): Panel {
  const make = createMake(root.ownerDocument);
  const choices: Choices = { view: 'events', filter: createFilter(''), ...begin() };
  const parts = createParts(make, root, choices, host);
  const frame = createFrame(make, parts);
  root.append(frame.element);

  function renderLog(recorder: Recorder): void {
    const { view, filter, selected, held, heldTotal } = choices;
    const all = entriesOf(recorder, choices);
    const entries = all.filter(filter);
    setAttribute(frame.element, 'data-view', view);
    setAttribute(frame.panel, 'aria-labelledby', `tab-${view}`);
    for (const [at, cell] of frame.head.entries()) setText(cell, heads[view][at] ?? '');
    setAttribute(parts.list.element, 'aria-label', view);
    parts.list.element.hidden = entries.length === 0;
    frame.empty.hidden = entries.length > 0;
    setText(frame.empty, all.length > 0 ? 'Nothing matches the filter.' : 'Nothing yet.');
    parts.detail.render(selected);
    parts.list.render(entries, selected);
    parts.toolbar.render(held !== undefined, held ? totalOf(recorder) - heldTotal : 0, parts.list.isFollowing);
  }

  return {
    render(now) {
      const recorder = host.recorder();
      const { logs, listeners, known } = recorder;
      const { events, frames, timeline } = logs;
      const counts = { events: events.total, frames: frames.total, timeline: timeline.total };
      parts.tabs.render(choices.view, { ...counts, listeners: listeners.length });
      parts.controls.element.hidden = !host.hasControls();
      parts.controls.render(known.state?.pauseReasons ?? []);
      renderLog(recorder);
      return parts.facts.render(host.client(), known, now);
    },
    renew() {
      Object.assign(choices, begin());
      parts.list.follow();
    },
    release: parts.controls.release,
  };
}
