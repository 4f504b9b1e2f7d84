import { byId, setText } from './dom.ts';
import type { Counts } from './tally.ts';

/** The counters of the page. */
export function createCounters(): (counts: Counts, opens: number, lastEventId: string) => void {
  const published = byId('published', HTMLElement);
  const delivered = byId('delivered', HTMLElement);
  const onTheWay = byId('on-the-way', HTMLElement);
  const lostNote = byId('lost-note', HTMLElement);
  const lost = byId('lost', HTMLElement);
  const duplicated = byId('duplicated', HTMLElement);
  const reconnects = byId('reconnects', HTMLElement);
  const cursor = byId('last-event-id', HTMLElement);

  function verdict(element: HTMLElement, count: number): void {
    setText(element, grouped(count));
    element.parentElement?.classList.toggle('bad', count > 0);
  }

  return (counts, opens, lastEventId) => {
    const missing = counts.published - counts.delivered - counts.lost;
    setText(published, grouped(counts.published));
    setText(delivered, grouped(counts.delivered));
    setText(
      onTheWay,
      missing > 0 ? `${grouped(missing)} to come` : counts.lost > 0 ? 'in order' : 'every one, in order',
    );
    setText(lostNote, counts.lostUnknown ? 'at least' : 'never came');
    verdict(lost, counts.lost);
    verdict(duplicated, counts.duplicated);
    setText(reconnects, grouped(Math.max(0, opens - 1)));
    setText(cursor, lastEventId || '–');
  };
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}
