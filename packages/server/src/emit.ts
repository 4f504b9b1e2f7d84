import { misuse } from 'pushstream-protocol';
import { type BackoffPolicy, backoffMs } from './backoff.ts';
import type { Environment } from './environment.ts';
import { ClosedError, LogUnavailableError } from './errors.ts';
import type { PublishOptions } from './events.ts';
import { quote } from './grammar.ts';
import { sleep } from './sleep.ts';

/** Events in a row before others get their turn: a source that waits for nothing must not stop the process. */
const BURST = 64;

/**
 * Publishes one event of a source; resolves when it is stored, or was refused, which is reported.
 * Rejects when the source was stopped or starts anew.
 */
export type Emit<Event> = (event: Event) => Promise<unknown>;

/** One run of a source, as its events see it. */
export interface EmitContext<Event> {
  /** Publishes. */
  readonly emit: Emit<Event>;
  readonly environment: Environment;
  /** Aborted: the run is over, and nothing of it is published any more. */
  readonly signal: AbortSignal;
  readonly backoff: BackoffPolicy;
  /** Names the source in reports. */
  readonly where: string;
}

/**
 * What one run of a source publishes with: one event at a time, in the order of the calls. An event
 * that is refused is reported, and the next one gets its turn; while the log is not available, the same
 * event is tried again, under a key of its own, so that it is stored once.
 *
 * Rejects when the run is over. Nobody has to wait for it, and an unhandled rejection it never is.
 */
export function createEmit<Event extends PublishOptions>(context: EmitContext<Event>): Emit<Event> {
  const { environment, signal, where } = context;
  let previous: Promise<unknown> = Promise.resolve();
  let published = 0;

  async function insist(event: Event): Promise<unknown> {
    for (let failures = 0; ; failures += 1) {
      signal.throwIfAborted();
      try {
        return await context.emit(event);
      } catch (error) {
        if (error instanceof ClosedError) throw error;
        // An outage is told once.
        if (failures === 0) environment.reportError(error, where);
        if (!(error instanceof LogUnavailableError)) return undefined;
        const delayMs = Math.max(error.retryAfterMs, backoffMs(failures, context.backoff, environment.random()));
        await sleep(environment, delayMs, signal);
      }
    }
  }

  async function publish(event: Event): Promise<unknown> {
    signal.throwIfAborted();
    if (typeof event !== 'object' || event === null) {
      environment.reportError(misuse(where, 'an event: { type, data }', quote(event)), where);
      return undefined;
    }
    published += 1;
    if (published % BURST === 0) await new Promise<void>((resolve) => environment.soon(resolve));
    // What is in no log cannot be in it twice.
    return insist(event.ephemeral ? event : { ...event, key: event.key ?? environment.token() });
  }

  return (event) => {
    const result = previous.then(() => publish(event));
    previous = result.catch(() => {});
    return result;
  };
}

/**
 * Emits what an iterable gives until it ends, each event when the one before is stored. When the
 * signal is aborted it is asked to end, and waited for.
 */
export async function emitAll<Event>(
  events: AsyncIterable<Event>,
  emit: Emit<Event>,
  signal: AbortSignal,
): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  let closing: Promise<unknown> | undefined;
  function close(): void {
    closing ??= Promise.resolve().then(() => iterator.return?.());
    closing.catch(() => {});
  }
  signal.addEventListener('abort', close);
  try {
    for (;;) {
      const step = await iterator.next();
      if (step.done) return;
      await emit(step.value);
    }
  } catch (error) {
    close();
    throw error;
  } finally {
    signal.removeEventListener('abort', close);
    // What it fails with at the end is worth more than that it was asked to.
    await closing;
  }
}
