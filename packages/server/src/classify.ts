import type { ResetReason } from './control.ts';
import { parseCursor } from './cursor.ts';
import { gapReason } from './log/gap.ts';
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
export function classify(lastEventId: string, head: LogHead, mostReplayed: number): Verdict {
  if (lastEventId === '') return { kind: 'fresh' };
  const position = parseCursor(lastEventId);
  if (!position) return reset('malformed');
  const gap = gapReason(position, head);
  if (gap) return reset(gap);
  return head.last - position.seq > mostReplayed ? reset('too-far') : { kind: 'resume', seq: position.seq };
}
