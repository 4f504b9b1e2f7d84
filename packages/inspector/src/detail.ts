import { createButton, type Make, setText } from './dom.ts';
import type { Entry } from './entry.ts';
import { plural, preview, timeOfDay } from './text.ts';

/** The entry that was chosen, with all of its text that was kept. */
export interface Detail {
  readonly element: HTMLElement;
  render(entry: Entry | undefined): void;
}

const notesOf = ({ at, id, length, notes }: Entry): readonly string[] => [
  ...(at === undefined ? [] : [timeOfDay(at)]),
  ...(id === '' || notes.length === 0 ? [] : [`id ${preview(id)}`]),
  ...notes,
  plural(length, 'character'),
];

export function createDetail(make: Make, close: () => void): Detail {
  const title = make('strong');
  const notes = make('span', { class: 'notes' });
  const button = createButton(make, '×', close);
  button.setAttribute('aria-label', 'Close the text');
  const text = make('pre', { tabindex: '0', role: 'region', 'aria-label': 'Text' });
  const element = make('section', { class: 'detail', 'aria-label': 'Selected line' });
  element.append(make('header', {}, title, notes, button), text);
  element.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') close();
  });
  return {
    element,
    render(entry) {
      element.hidden = !entry;
      if (!entry) return;
      setText(title, entry.name);
      setText(notes, notesOf(entry).join(' · '));
      const missing = entry.length - entry.text.length;
      setText(text, missing > 0 ? `${entry.text}\n… ${plural(missing, 'character')} more, not kept` : entry.text);
    },
  };
}
