import type { GapReason, LogHead, Position } from './log.ts';

/** Why a log with that head cannot go on from a position; `undefined` where it can. */
export function gapReason({ epoch, seq }: Position, head: LogHead): GapReason | undefined {
  if (epoch !== head.epoch) return 'epoch';
  if (seq > head.last) return 'ahead';
  // Behind the newest entry nothing is missing, also where none is left.
  return seq + 1 < head.first ? 'trimmed' : undefined;
}
