import { check } from './checks.ts';
import { BufferOverflowError, type StreamError } from './errors.ts';

/** How events wait for a loop that is slower than they come. */
export interface EventsOptions {
  /** Ends the loop when aborted: it throws the signal's reason. @default none */
  readonly signal?: AbortSignal;
  /** Events that may wait. @default 1_024 */
  readonly limit?: number;
  /**
   * When one more comes than may wait: `error` ends the loop with a `BufferOverflowError` behind
   * those that wait, `drop` leaves out the oldest.
   *
   * @default "error"
   */
  readonly overflow?: 'error' | 'drop';
}

/** Events in order, to be looped over once. Leaving the loop ends it; the connection is not touched. */
export interface EventIterator<Event> extends AsyncIterableIterator<Event, undefined> {
  /** Events that were left out so far, with `overflow: 'drop'`. */
  readonly dropped: number;
  /** Ends it: whoever waits for an event gets none. */
  return(): Promise<IteratorReturnResult<undefined>>;
}

/** Where the events come from. */
export interface IterationSource<Event> {
  /** Returns what ends it. */
  listen(listener: (event: Event) => void): () => void;
  /** The same, for the client's end: with the error that closed it, or `null`. */
  onClose(listener: (error: StreamError | null) => void): () => void;
}

interface Waiting<Event> {
  resolve(result: IteratorResult<Event, undefined>): void;
  reject(error: unknown): void;
}

/** Listens from now on, not from the first `next`: what comes in between waits too. */
export function iterate<Event>(
  { listen, onClose }: IterationSource<Event>,
  { signal, limit = 1_024, overflow = 'error' }: EventsOptions,
): EventIterator<Event> {
  check('options.limit', limit, '1..1048576');
  check('options.overflow', overflow, '"error" | "drop"');
  /** Every event is an object of its own; the first of a set is taken out without moving the others. */
  const buffer = new Set<Event>();
  const waiting: Waiting<Event>[] = [];
  let dropped = 0;
  let isOver = false;
  /** To be thrown, once, behind what waits in the buffer. */
  let failure: { readonly error: unknown } | undefined;

  function shift(): Event | undefined {
    for (const event of buffer) {
      buffer.delete(event);
      return event;
    }
    return undefined;
  }

  function conclude({ resolve, reject }: Waiting<Event>): void {
    const thrown = failure;
    failure = undefined;
    if (thrown) reject(thrown.error);
    else resolve({ done: true, value: undefined });
  }

  function finish(error: unknown): void {
    if (isOver) return;
    isOver = true;
    if (error !== null) failure = { error };
    for (const stop of stops) stop();
    for (const one of waiting.splice(0)) conclude(one);
  }

  function take(event: Event): void {
    const next = waiting.shift();
    if (next) {
      next.resolve({ done: false, value: event });
      return;
    }
    if (buffer.size === limit) {
      if (overflow === 'error') {
        finish(new BufferOverflowError(limit));
        return;
      }
      shift();
      dropped += 1;
    }
    buffer.add(event);
  }

  const abort = (): void => {
    buffer.clear();
    finish(signal?.reason);
  };
  const stops = [listen(take), onClose(finish), () => signal?.removeEventListener('abort', abort)];
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();

  const iterator: EventIterator<Event> = {
    get dropped() {
      return dropped;
    },
    next: () =>
      new Promise((resolve, reject) => {
        const event = shift();
        if (event !== undefined) resolve({ done: false, value: event });
        else if (isOver) conclude({ resolve, reject });
        else waiting.push({ resolve, reject });
      }),
    return() {
      buffer.clear();
      finish(null);
      failure = undefined;
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
