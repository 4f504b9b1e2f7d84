import type { Suspicion } from '../connection/state.ts';
import type { Environment } from '../environment.ts';

const TICK_MS = 1_000;
/** A clock that was corrected a little is no reason for suspicion. */
const JUMP_MS = 2_000;

/**
 * A machine that slept tells nobody; but its wall clock ran on while its timers stood still. Only looks while there is a
 * stream to be doubted, once a second.
 */
export function watchClock(
  { now, monotonicNow, setTimer, page }: Environment,
  suspect: (suspicion: Suspicion) => void,
): () => void {
  let lead = now() - monotonicNow();
  let cancel: () => void;

  function arm(): void {
    const dueAt = now() + TICK_MS;
    const wasHidden = page.isHidden();
    cancel = setTimer(() => {
      const before = lead;
      lead = now() - monotonicNow();
      // Some hosts' monotonic clock sleeps, others' does not: there the timer is late. In a hidden page every timer is.
      const isLate = !wasHidden && !page.isHidden() && now() - dueAt > JUMP_MS;
      arm();
      if (isLate || lead - before > JUMP_MS) suspect('clock');
    }, TICK_MS);
  }

  arm();
  return () => cancel();
}
