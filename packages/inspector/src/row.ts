import { type Make, setAttribute, setText } from './dom.ts';
import type { Entry } from './entry.ts';
import { preview, timeOfDay } from './text.ts';

/** One line on the screen; shows one entry after the other. */
export interface Row {
  readonly element: HTMLElement;
  /** `at`: its place in the list, from 1; `of`: how many there are. */
  show(entry: Entry, at: number, of: number, isSelected: boolean): void;
}

const columns = ['time', 'name', 'id', 'mark', 'text'] as const;

/** What a row says, column by column. */
const partsOf = ({ at, name, id, mark, text }: Entry): readonly string[] => [
  at === undefined ? '' : timeOfDay(at),
  preview(name),
  preview(id),
  mark,
  preview(text),
];

/** `choose` is told what it shows when somebody clicks on it. */
export function createRow(make: Make, id: string, choose: (entry: Entry | undefined) => void): Row {
  const cells = columns.map((name) => make('span', { class: name }));
  const element = make('div', { class: 'row', role: 'option', id }, ...cells);
  let current: Entry | undefined;
  element.addEventListener('click', () => choose(current));
  return {
    element,
    show(entry, at, of, isSelected) {
      setAttribute(element, 'aria-posinset', at);
      setAttribute(element, 'aria-setsize', of);
      setAttribute(element, 'aria-selected', isSelected);
      if (entry === current) return;
      current = entry;
      setAttribute(element, 'data-mark', entry.mark);
      const parts = partsOf(entry);
      for (const [index, cell] of cells.entries()) setText(cell, parts[index] ?? '');
    },
  };
}
