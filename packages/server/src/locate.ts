import { classify, type Verdict } from './classify.ts';
import { parseCursor } from './cursor.ts';
import { LogUnavailableError } from './errors.ts';
import type { Hub } from './hub.ts';
import type { Log, LogHead, Position } from './log/log.ts';

/** How long a cursor from another instance may be ahead of this one. */
const LAG_MS = 5_000;

/** Where a stream with that last event ID begins, and in which epoch that was found. */
export interface Location {
  readonly epoch: string;
  readonly verdict: Verdict;
}

const here = ({ epoch, flushed }: Hub): LogHead => ({ epoch, first: 1, last: flushed });

/**
 * What the log says it keeps, not what happens to be in memory still: that may be older. While the log
 * does not answer, memory has to do.
 */
async function headOf(hub: Hub, log: Log, { epoch, seq }: Position): Promise<LogHead> {
  try {
    return await log.head();
  } catch (error) {
    if (epoch === hub.epoch && hub.covers(seq)) return here(hub);
    throw error;
  }
}

/**
 * Finds where a stream begins; asks the log only where this instance does not know it.
 *
 * @throws {LogUnavailableError} When the log does not answer, or this instance stays behind it.
 */
export async function locate(hub: Hub, log: Log, lastEventId: string, mostReplayed: number): Promise<Location> {
  const deadline = hub.now() + LAG_MS;
  async function until(isSo: () => boolean): Promise<void> {
    const left = Math.max(0, deadline - hub.now());
    const cancel = isSo() ? undefined : hub.environment.setTimer(() => hub.wake(), left);
    while (!isSo()) {
      if (hub.now() >= deadline) throw new LogUnavailableError('Expected the log to be read by now, got a delay');
      await hub.change.wait();
    }
    cancel?.();
  }

  await until(() => hub.epoch !== '');
  const position = parseCursor(lastEventId);
  if (!position) return { epoch: hub.epoch, verdict: classify(lastEventId, here(hub), mostReplayed) };
  const head = await headOf(hub, log, position);
  const verdict = classify(lastEventId, head, mostReplayed);
  // Also for who is told that it cannot: where this instance is behind, it would be led back.
  const seen = position.epoch === head.epoch ? Math.min(position.seq, head.last) : 0;
  await until(() => hub.epoch === head.epoch && hub.flushed >= seen);
  return { epoch: head.epoch, verdict };
}
