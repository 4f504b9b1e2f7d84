import type { Position } from './log/log.ts';

/** Longer ones are nobody's: an epoch is a short word, a number has at most 16 digits. */
const MAX_LENGTH = 128;

/** A position as an id on the wire: `<epoch>.<seq>`. */
export const formatCursor = ({ epoch, seq }: Position): string => `${epoch}.${seq}`;

/** The position that an id stands for; `undefined` where it is not one of ours. */
export function parseCursor(id: string): Position | undefined {
  if (id.length > MAX_LENGTH) return undefined;
  const [, epoch, digits] = /^([\w-]+)\.(0|[1-9]\d{0,15})$/.exec(id) ?? [];
  const seq = Number(digits);
  return epoch !== undefined && Number.isSafeInteger(seq) ? { epoch, seq } : undefined;
}
