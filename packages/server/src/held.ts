import type { Frame } from './frame.ts';

/** Ephemeral events that wait for a log that is behind. */
const MAX_HELD = 10_000;

const NONE: readonly Frame[] = [];

/** Ephemeral frames, each behind what was stored before it. */
export interface Held {
  /** `after`: a number of the log. Returns how many were lost for it. */
  add(after: number, frame: Frame): number;
  /** Those whose turn it is by that number. */
  take(applied: number): readonly Frame[];
  /** What they waited for will not come; returns how many are lost. */
  clear(): number;
}

export function createHeld(): Held {
  let held: Array<{ readonly after: number; readonly frame: Frame }> = [];
  return {
    add(after, frame) {
      held.push({ after, frame });
      if (held.length <= MAX_HELD) return 0;
      held.shift();
      return 1;
    },
    take(applied) {
      if (held.length === 0) return NONE;
      const later = held.findIndex(({ after }) => after > applied);
      return held.splice(0, later < 0 ? held.length : later).map(({ frame }) => frame);
    },
    clear() {
      const { length } = held;
      held = [];
      return length;
    },
  };
}
