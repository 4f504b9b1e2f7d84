import type { Position } from '../../../../packages/server/src/log/log.ts';
import { createMemoryHarness } from '../memory-harness.ts';
import { harnessMutant, type Mutant, mutant, published, sharedKeys, turn, without } from './mutant.ts';

export const keys: readonly Mutant[] = [
  mutant('forgets keys', 'an entry with a known key is not stored again: the first one’s position is told', (log) =>
    published(log, without),
  ),
  mutant(
    'looks, then stores',
    'the same key at once: the first call is stored, the others are duplicates of it',
    (log) => {
      const known = new Map<string, Position>();
      return {
        async publish(entry) {
          const first = known.get(entry.key ?? '');
          await turn();
          if (first) return { ...first, duplicate: true };
          const stored = await log.publish(without(entry));
          if (entry.key !== undefined) known.set(entry.key, { epoch: stored.epoch, seq: stored.seq });
          return stored;
        },
      };
    },
  ),
  mutant('takes a number for a duplicate', 'a duplicate takes no number', (log) => ({
    publish: async (entry) => {
      const stored = await log.publish(entry);
      if (stored.duplicate) await log.publish(without(entry));
      return stored;
    },
  })),
  mutant('shows duplicates to tails', 'a tail does not see a duplicate', (log) => {
    const again = new Set<number>();
    return {
      publish: async (entry) => {
        const stored = await log.publish(entry);
        if (stored.duplicate) again.add(stored.seq);
        return stored;
      },
      async *tail(after, signal) {
        for await (const page of log.tail(after, signal)) {
          if (page.kind === 'gap') yield page;
          else yield { ...page, entries: page.entries.flatMap((one) => (again.has(one.seq) ? [one, one] : [one])) };
        }
      },
    };
  }),
  mutant('does not mind case', 'keys are compared whole and as they are', (log) =>
    published(log, (entry) => ({ ...entry, key: entry.key?.toLowerCase() })),
  ),
  mutant('cuts long keys', 'keys are compared whole and as they are', (log) =>
    published(log, (entry) => ({ ...entry, key: entry.key?.slice(0, 255) })),
  ),
  mutant(
    'knows keys by channel',
    'a key belongs to the log, whatever type, channel or addressee it comes with',
    (log) => published(log, (entry) => ({ ...entry, key: entry.key && `${entry.channel}:${entry.key}` })),
  ),
  mutant('takes no key for one', 'entries without a key are never duplicates', (log) =>
    published(log, (entry) => ({ ...entry, key: String(entry.key) })),
  ),
  harnessMutant('shares keys', 'two logs share no keys', sharedKeys),
  harnessMutant('never forgets keys', 'a key is known within its window, and new behind it', () => {
    const harness = createMemoryHarness();
    return { ...harness, create: () => harness.create() };
  }),
  mutant(
    'forgets a key with its entry',
    'a key is known within its window, also when its entry is no longer stored',
    (log) => ({
      publish: async (entry) => {
        const stored = await log.publish(entry);
        const isGone = stored.duplicate && stored.seq < (await log.head()).first;
        return isGone ? log.publish(without(entry)) : stored;
      },
    }),
  ),
];
