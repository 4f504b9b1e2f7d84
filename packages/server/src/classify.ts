import type { ResetReason } from './control.ts';
import { parseCursor } from './cursor.ts';
import type { LogHead } from './log/log.ts';

/** Where a stream begins. */
export type Verdict =
  /** No cursor: now. */
  | { readonly kind: 'fresh' }
  /** Behind that number. */
  | { readonly kind: 'resume'; readonly seq: number }
  /** The cursor cannot be honoured: now, and that is said. */
  | { readonly kind: 'reset'; readonly reason: ResetReason };

const reset = (reason: ResetReason): Verdict => ({ kind: 'reset', reason });

/** What a client's last event ID means to a log. */
export function classify(lastEventId: string, { epoch, first, last }: LogHead, mostReplayed: number): Verdict {
  if (lastEventId === '') return { kind: 'fresh' };
  const position = parseCursor(lastEventId);
  if (!position) return reset('malformed');
  const { seq } = position;
  if (position.epoch !== epoch) return reset('epoch');
  if (seq > last) return reset('ahead');
  if (seq + 1 < first) return reset('trimmed');
  if (last - seq > mostReplayed) return reset('too-far');
  return { kind: 'resume', seq };
}
