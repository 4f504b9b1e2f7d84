import type { Environment } from './environment.ts';

/** When the snapshot follows the state: at the next frame, at once, or after this many milliseconds. */
export type FlushMode = 'frame' | 'sync' | number;

/** Puts several changes into one notification. */
export interface Flush {
  /** A change happened; `urgent` ones are not put off. */
  changed(urgent: boolean): void;
}

export function createFlush(mode: FlushMode, environment: Environment, flush: () => void): Flush {
  let cancel: (() => void) | undefined;
  function run(): void {
    cancel?.();
    cancel = undefined;
    flush();
  }
  return {
    changed(urgent) {
      if (urgent || mode === 'sync') run();
      else if (!cancel) cancel = mode === 'frame' ? environment.requestFrame(run) : environment.setTimer(run, mode);
    },
  };
}
