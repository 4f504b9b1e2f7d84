import type { Environment } from './environment.ts';

/** Until some work is done or has failed, and no longer than that. */
export function atMost(ms: number, work: Promise<unknown>, { setTimer }: Pick<Environment, 'setTimer'>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = setTimer(resolve, ms);
    void work.then(cancel, cancel).then(() => resolve());
  });
}
