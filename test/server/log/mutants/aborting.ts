import { type Mutant, forever, mutant } from './mutant.ts';

export const aborting: readonly Mutant[] = [
  mutant(
    'gives a page before it looks at the signal',
    'a tail that is aborted before it is asked for gives nothing and ends',
    (log) => ({
      async *tail(after, signal) {
        yield await log.read(after, 10);
        yield* log.tail(after, signal);
      },
    }),
  ),
  mutant('looks at the signal once', 'a tail that is aborted before its first page gives nothing and ends', (log) => ({
    tail: (after, signal) => log.tail(after, signal.aborted ? signal : forever),
  })),
  mutant('throws the reason', 'a tail that is aborted while it waits ends without an error', (log) => ({
    async *tail(after, signal) {
      yield* log.tail(after, signal);
      signal.throwIfAborted();
    },
  })),
  mutant(
    'listens to the signal a little late',
    'a tail that is aborted as soon as it waits ends without an error',
    (log) => ({
      async *tail(after, signal) {
        const controller = new AbortController();
        if (signal.aborted) return;
        await Promise.resolve();
        await Promise.resolve();
        signal.addEventListener('abort', () => controller.abort(), { once: true });
        yield* log.tail(after, controller.signal);
      },
    }),
  ),
  mutant('throws between two pages', 'a tail that is aborted between two pages ends without an error', (log) => ({
    async *tail(after, signal) {
      for await (const page of log.tail(after, signal)) {
        yield page;
        signal.throwIfAborted();
      }
    },
  })),
  mutant('throws within a loop', 'a loop over a tail ends when it is aborted within', (log) => ({
    async *tail(after, signal) {
      for await (const page of log.tail(after, signal)) {
        yield page;
        signal.throwIfAborted();
      }
    },
  })),
  mutant('ends every tail with one', 'other tails and the log live on when a tail is aborted or left', (log) => {
    const all = new AbortController();
    return {
      tail(after, signal) {
        signal.addEventListener('abort', () => all.abort(), { once: true });
        return log.tail(after, AbortSignal.any([signal, all.signal]));
      },
    };
  }),
  mutant('leaves a listener', 'a tail that is over has no listener on its signal', (log) => ({
    tail(after, signal) {
      signal.addEventListener('abort', () => {}, { once: true });
      return log.tail(after, signal);
    },
  })),
  mutant(
    'leaves a listener when the log ends it',
    'a tail that the log has ended has no listener on its signal',
    (log) => ({
      async *tail(after, signal) {
        const listener = (): void => {};
        signal.addEventListener('abort', listener);
        yield* log.tail(after, signal);
        if (signal.aborted) signal.removeEventListener('abort', listener);
      },
    }),
  ),
];
