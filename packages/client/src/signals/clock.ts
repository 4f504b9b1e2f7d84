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
  let dueAt = now() + TICK_MS;
  let cancel = setTimer(look, TICK_MS);
  function look(): void {
    const before = lead;
    lead = now() - monotonicNow();
    // Some hosts' monotonic clock sleeps, others' does not: there the timer is late. In hidden pages every timer is.
    const isLate = now() - dueAt > JUMP_MS && !page.isHidden();
    dueAt = now() + TICK_MS;
    cancel = setTimer(look, TICK_MS);
    if (isLate || lead - before > JUMP_MS) suspect('clock');
  }
  return () => cancel();
}
