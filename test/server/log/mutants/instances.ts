import { createMemoryHarness } from '../memory-harness.ts';
import { type Mutant, harnessMutant, instanceMutant, published, tailed } from './mutant.ts';

export const instances: readonly Mutant[] = [
  instanceMutant('caches the head of an instance', 'instances have one epoch and one head', (log) => {
    const first = log.head();
    return { head: () => first };
  }),
  instanceMutant('keeps its own to itself', 'a tail sees what any instance publishes', (log) => {
    const own = new Set<number>();
    return {
      publish: async (entry) => {
        const stored = await log.publish(entry);
        own.add(stored.seq);
        return stored;
      },
      ...tailed(log, (page) =>
        page.kind === 'gap' ? page : { ...page, entries: page.entries.filter(({ seq }) => own.has(seq)) },
      ),
    };
  }),
  instanceMutant('numbers by instance', 'what instances publish at the same time is one order for all', (log) => {
    let seq = 0;
    return { publish: async (entry) => ({ ...(await log.publish(entry)), seq: (seq += 1) }) };
  }),
  instanceMutant('knows its own keys', 'a key that one instance has stored is known to all', (log) => {
    const instance = Math.random();
    return published(log, (entry) => ({ ...entry, key: entry.key && `${instance}:${entry.key}` }));
  }),
  harnessMutant('closes the store with an instance', 'closing one instance leaves the others alone', () => {
    const harness = createMemoryHarness();
    return { ...harness, join: (log) => Promise.resolve(log) };
  }),
];
