import { check, complete, type Manual } from 'pushstream-protocol';
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

const manual: Manual<{ signal: AbortSignal | undefined; limit: number; overflow: 'error' | 'drop' }> = {
  signal: ['object', undefined],
  limit: ['whole 1..1048576', 1_024],
  overflow: ['"error" | "drop"', 'error'],
};

/** First in, first out, at the same price however many wait. */
function createQueue<Item>(): {
  readonly size: number;
  push(item: Item): void;
  shift(): Item | undefined;
  clear(): void;
} {
  let items: (Item | undefined)[] = [];
  let head = 0;
  return {
    get size() {
      return items.length - head;
    },
    push: (item) => void items.push(item),
    shift() {
      const item = items[head];
      items[head] = undefined;
      if (head < items.length) head += 1;
      // What was taken out is let go now and then, all at once.
      if (2 * head > items.length + 64) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    clear() {
      items = [];
      head = 0;
    },
  };
}

/** Listens from now on, not from the first `next`: what comes in between waits too. */
export function iterate<Event>(
  { listen, onClose }: IterationSource<Event>,
  options: EventsOptions,
): EventIterator<Event> {
  check('options', options, 'object');
  const { signal, limit, overflow } = complete('options', options, manual);
  if (signal) check('options.signal.addEventListener', signal.addEventListener, 'function');
  const buffer = createQueue<Event>();
  const waiting = createQueue<Waiting<Event>>();
  let dropped = 0;
  let isOver = false;
  /** To be thrown, once, behind what waits in the buffer. */
  let failure: { readonly error: unknown } | undefined;

  function conclude({ resolve, reject }: Waiting<Event>): void {
    const thrown = failure;
    failure = undefined;
    if (thrown) reject(thrown.error);
    else resolve({ done: true, value: undefined });
  }

  function finish(how?: { readonly error: unknown }): void {
    if (isOver) return;
    isOver = true;
    failure = how;
    for (const stop of stops) stop();
    for (let one = waiting.shift(); one; one = waiting.shift()) conclude(one);
  }

  function take(event: Event): void {
    const next = waiting.shift();
    if (next) {
      next.resolve({ done: false, value: event });
      return;
    }
    if (buffer.size >= limit) {
      if (overflow === 'error') {
        finish({ error: new BufferOverflowError(limit) });
        return;
      }
      buffer.shift();
      dropped += 1;
    }
    buffer.push(event);
  }

  const abort = (): void => {
    buffer.clear();
    finish({ error: signal?.reason });
  };
  const stops = [
    listen(take),
    onClose((error) => finish(error ? { error } : undefined)),
    () => signal?.removeEventListener('abort', abort),
  ];
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();

  const iterator: EventIterator<Event> = {
    get dropped() {
      return dropped;
    },
    next: () =>
      new Promise((resolve, reject) => {
        const event = buffer.shift();
        if (event !== undefined) resolve({ done: false, value: event });
        else if (isOver) conclude({ resolve, reject });
        else waiting.push({ resolve, reject });
      }),
    return() {
      buffer.clear();
      finish();
      failure = undefined;
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
