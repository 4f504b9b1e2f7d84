import { byId, grouped, setText } from './dom.ts';
import type { Counts } from './tally.ts';

/** What the counters show besides those of the tally. */
export interface Health {
  /** Opened again, and nobody of this page had asked for it. */
  readonly reconnects: number;
  readonly lastEventId: string;
  /** How often the server could not resume. */
  readonly resets: number;
  /** Why: each reason once. */
  readonly reasons: ReadonlySet<string>;
}

/** The counters of the page. */
export function createCounters(): (counts: Counts, health: Health) => void {
  const at = (id: string): HTMLElement => byId(id, HTMLElement);
  const published = at('published');
  const delivered = at('delivered');
  const onTheWay = at('on-the-way');
  const reconnects = at('reconnects');
  const resets = at('resets');
  const resetNote = at('reset-note');
  const cursor = at('last-event-id');
  const verdicts = (['lost', 'duplicated', 'outOfOrder'] as const).map((name) => [name, at(name)] as const);

  return (counts, health) => {
    setText(published, grouped(counts.published));
    setText(delivered, grouped(counts.delivered));
    setText(onTheWay, counts.toCome > 0 ? `${grouped(counts.toCome)} to come` : 'in order');
    for (const [name, element] of verdicts) {
      setText(element, grouped(counts[name]));
      element.parentElement?.classList.toggle('bad', counts[name] > 0);
    }
    setText(reconnects, grouped(health.reconnects));
    setText(resets, grouped(health.resets));
    const reasons = [...health.reasons].join(', ');
    setText(resetNote, reasons === '' ? 'nothing skipped' : `${grouped(counts.skipped)} skipped, told: ${reasons}`);
    setText(cursor, health.lastEventId || '–');
  };
}
