import type { Make } from './dom.ts';
import type { Entry } from './entry.ts';
import { createRow, type Row } from './row.ts';

/** A row's height, in pixels; the stylesheet has it too. */
const ROW_PX = 24;
/** As many as fit where nobody tells how high the list is. */
const DEFAULT_ROWS = 20;

/** Rows of a log, of which only those in sight exist. Follows the newest until somebody scrolls away. */
export interface List {
  readonly element: HTMLElement;
  render(entries: readonly Entry[], selected: Entry | undefined): void;
  /** Shows the newest again, and follows it. */
  follow(): void;
  readonly isFollowing: boolean;
}

/** What happens to a list. */
export interface ListHost {
  readonly make: Make;
  /** Sets the rules that change. */
  readonly style: (rules: string) => void;
  /** What is in sight changed. */
  readonly scrolled: () => void;
  /** Somebody chose an entry, or, with `undefined`, none. */
  readonly choose: (entry: Entry | undefined) => void;
}

/** Where a key leads, in a list of so many with so many in sight; `undefined`: not a key of lists. */
function target(key: string, at: number, count: number, page: number): number | undefined {
  const to: Readonly<Record<string, number>> = {
    ArrowUp: at < 0 ? count - 1 : at - 1,
    ArrowDown: at + 1,
    PageUp: at - page,
    PageDown: at + page,
    Home: 0,
    End: count - 1,
  };
  const wanted = Object.hasOwn(to, key) ? to[key] : undefined;
  return wanted === undefined ? undefined : Math.min(count - 1, Math.max(0, wanted));
}

export function createList({ make, style, scrolled, choose }: ListHost): List {
  const rows = make('div', { class: 'rows', role: 'presentation' });
  const length = make('div', { class: 'length', role: 'presentation' }, rows);
  const element = make('div', { class: 'list', role: 'listbox', tabindex: '0' }, length);
  const pool: Row[] = [];
  let entries: readonly Entry[] = [];
  let selected: Entry | undefined;
  let shownFrom = 0;
  let isFollowing = true;
  /** The first entry in sight, and how much of it is out of sight. */
  let anchor: { readonly entry: Entry | undefined; readonly offset: number } | undefined;

  const fitting = (): number => Math.ceil(element.clientHeight / ROW_PX) || DEFAULT_ROWS;
  const bottom = (): number => Math.max(0, entries.length * ROW_PX - element.clientHeight);

  /** What is first in sight now is to stay there. */
  function settle(): void {
    const top = element.scrollTop;
    anchor = { entry: entries[Math.floor(top / ROW_PX)], offset: top % ROW_PX };
  }

  function select(entry: Entry | undefined): void {
    // Who looks at one does not want it to run away.
    isFollowing &&= !entry;
    settle();
    choose(entry);
  }

  element.addEventListener('scroll', () => {
    isFollowing = element.scrollTop > bottom() - ROW_PX / 2;
    settle();
    scrolled();
  });
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') select(undefined);
    const at = selected ? entries.indexOf(selected) : -1;
    const to = target(event.key, at, entries.length, fitting() - 1);
    if (to === undefined || entries.length === 0) return;
    event.preventDefault();
    select(entries[to]);
  });

  function reveal(entry: Entry): void {
    const top = entries.indexOf(entry) * ROW_PX;
    if (top >= 0) element.scrollTop = Math.min(top, Math.max(element.scrollTop, top + ROW_PX - element.clientHeight));
  }

  /** There is as much to scroll as if all rows existed; those that do are drawn where they belong, which moves nothing. */
  function place(first: number): void {
    style(`.length{height:${entries.length * ROW_PX}px}.rows{transform:translateY(${first * ROW_PX}px)}`);
    shownFrom = first;
  }

  /** Where to scroll so that what is looked at stays where it is. */
  function keepPlace(): void {
    const at = anchor?.entry ? entries.indexOf(anchor.entry) : -1;
    const top = isFollowing ? bottom() : at < 0 ? element.scrollTop : at * ROW_PX + (anchor?.offset ?? 0);
    if (element.scrollTop !== top) element.scrollTop = top;
  }

  function fill(first: number, count: number): void {
    while (pool.length < count) {
      const row = createRow(make, `row-${pool.length}`, select);
      pool.push(row);
      rows.append(row.element);
    }
    let active = '';
    for (const [at, row] of pool.entries()) {
      const entry = at < count ? entries[first + at] : undefined;
      row.element.hidden = !entry;
      if (!entry) continue;
      row.show(entry, first + at + 1, entries.length, entry === selected);
      if (entry === selected) active = row.element.id;
    }
    if (active === '') element.removeAttribute('aria-activedescendant');
    else element.setAttribute('aria-activedescendant', active);
  }

  return {
    element,
    get isFollowing() {
      return isFollowing || bottom() === 0;
    },
    follow() {
      isFollowing = true;
    },
    render(wanted, chosen) {
      entries = wanted;
      const isNew = chosen !== selected;
      selected = chosen;
      const count = fitting() + 1;
      const last = Math.max(0, entries.length - count);
      // The height first: only then there is something to scroll.
      place(Math.min(shownFrom, last));
      keepPlace();
      if (isNew && chosen) reveal(chosen);
      const first = Math.min(Math.floor(element.scrollTop / ROW_PX), last);
      place(first);
      fill(first, count);
    },
  };
}
