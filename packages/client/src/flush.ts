import { batch } from '@preact/signals-core';
import type { Environment } from './environment.ts';

/** When the snapshot follows the state: at the next frame, at once, or after this many milliseconds. */
export type FlushMode = 'frame' | 'sync' | number;

/** To be called at each change with what brings it to those who look; `urgent` ones are not put off. */
export type Flush = (update: () => void, urgent?: boolean) => void;

/** Puts all changes of a client since the last notification into one. */
export function createFlush(mode: FlushMode, environment: Environment): Flush {
  const due = new Set<() => void>();
  let cancel: (() => void) | undefined;

  function run(): void {
    cancel?.();
    cancel = undefined;
    const updates = [...due];
    due.clear();
    try {
      batch(() => updates.forEach((update) => update()));
    } catch (error) {
      environment.reportError(error);
    }
  }

  return (update, urgent = false) => {
    const isArmed = due.size > 0;
    due.add(update);
    if (urgent || mode === 'sync') run();
    else if (!isArmed) cancel = mode === 'frame' ? environment.requestFrame(run) : environment.setTimer(run, mode);
  };
}
