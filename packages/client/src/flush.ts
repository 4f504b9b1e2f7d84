import type { Environment } from './environment.ts';

/** When the snapshot follows the state: at the next frame, at once, or after this many milliseconds. */
export type FlushMode = 'frame' | 'sync' | number;

/** Puts several changes into one notification: to be called at each change; `urgent` ones are not put off. */
export function createFlush(mode: FlushMode, environment: Environment, flush: () => void): (urgent: boolean) => void {
  let cancel: (() => void) | undefined;
  let isDue = false;
  function run(): void {
    isDue = false;
    cancel?.();
    flush();
  }
  return (urgent) => {
    if (urgent || mode === 'sync') run();
    else if (!isDue) {
      isDue = true;
      cancel = mode === 'frame' ? environment.requestFrame(run) : environment.setTimer(run, mode);
    }
  };
}
