import type { Environment } from './environment.ts';

/** Resolves when the time is over, or the signal is aborted; holds neither longer than that. */
export function sleep({ setTimer }: Environment, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = setTimer(done, ms);
    signal.addEventListener('abort', done);
  });
}
