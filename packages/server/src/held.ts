import type { Frame } from './frame.ts';

/** Ephemeral events that wait for a log that is behind. */
const MAX_HELD = 10_000;
const MAX_BYTES = 16 * 1_048_576;

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
  const held: Array<{ readonly after: number; readonly frame: Frame }> = [];
  let bytes = 0;

  function remove(count: number): readonly Frame[] {
    const frames = held.splice(0, count).map(({ frame }) => frame);
    for (const { size } of frames) bytes -= size;
    return frames;
  }

  return {
    add(after, frame) {
      held.push({ after, frame });
      bytes += frame.size;
      let lost = 0;
      // One that is too large alone may have to wait for nothing.
      while (held.length > MAX_HELD || (bytes > MAX_BYTES && held.length > 1)) lost += remove(1).length;
      return lost;
    },
    take(applied) {
      if (held.length === 0) return NONE;
      const later = held.findIndex(({ after }) => after > applied);
      return remove(later < 0 ? held.length : later);
    },
    clear: () => remove(held.length).length,
  };
}
