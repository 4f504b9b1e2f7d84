import { type Mutant, mutant, turn } from './mutant.ts';

export const closing: readonly Mutant[] = [
  mutant('lets tails wait', 'closing ends every tail without an error', () => ({ close: () => Promise.resolve() })),
  mutant('throws into tails', 'closing ends every tail without an error', (log) => ({
    async *tail(after, signal) {
      yield* log.tail(after, signal);
      await log.head();
    },
  })),
  mutant('throws at the tail of a closed log', 'a tail of a closed log ends at once', (log) => ({
    async *tail(after, signal) {
      await log.head();
      yield* log.tail(after, signal);
    },
  })),
  mutant('refuses in other words', 'a closed log refuses to publish, to read and to tell its head', (log) => ({
    publish: (entry) => log.publish(entry).catch(() => Promise.reject(new Error('closed'))),
  })),
  mutant('fails to close again', 'closing again changes nothing', (log) => ({
    close: async () => {
      await log.head();
      await log.close();
    },
  })),
  mutant(
    'loses what is being published',
    'what is being published when the log is closed is stored, or refused',
    (log) => ({
      publish: async (entry) => {
        await turn();
        return log.publish(entry).catch(() => new Promise<never>(() => {}));
      },
    }),
  ),
];
