import type { Log } from '../../../../packages/server/src/log/log.ts';
import { type Mutant, mutant, pages, quietTail } from './mutant.ts';

const caughtUp = (reason: string, log: Log): Partial<Log> => ({
  read: async (after, limit) => {
    const page = await log.read(after, limit);
    if (page.kind === 'entries' || page.reason !== reason) return page;
    return { kind: 'entries', epoch: page.head.epoch, entries: [] };
  },
});

export const gaps: readonly Mutant[] = [
  mutant(
    'does not look at the epoch',
    'a position of another epoch is a gap, also where its number is known',
    (log) => ({
      read: async (after, limit) => log.read({ ...after, epoch: (await log.head()).epoch }, limit),
    }),
  ),
  mutant(
    'reports ahead as caught up',
    'a position behind the newest entry is a gap, never taken for the newest',
    (log) => caughtUp('ahead', log),
  ),
  mutant('looks at the number first', 'of another epoch is said before ahead', (log) => ({
    read: async (after, limit) => {
      const head = await log.head();
      return after.seq > head.last ? { kind: 'gap', reason: 'ahead', head } : log.read(after, limit);
    },
  })),
  ...(['epoch', 'ahead'] as const).map((reason) =>
    mutant(
      `starts a tail in silence: ${reason}`,
      `a tail from such a position (${reason}) says so first, and goes on from the head that it told`,
      (log) => quietTail(reason, log),
    ),
  ),
  mutant(
    'tells no true head with a gap',
    'a position of another epoch is a gap, also where its number is known',
    (log) => pages(log, (page) => (page.kind === 'gap' ? { ...page, head: { ...page.head, last: 0 } } : page)),
  ),
  mutant(
    'reports trimmed as caught up',
    'a position whose next entry is gone is a gap, never taken for the newest',
    (log) => caughtUp('trimmed', log),
  ),
  mutant(
    'goes on behind what is trimmed, in silence',
    'a reader that is overtaken between two pages is told, and skips nothing in silence',
    (log) => ({
      read: async (after, limit) => {
        const { first, last } = await log.head();
        return log.read(
          after.seq > 0 && after.seq < last ? { ...after, seq: Math.max(after.seq, first - 1) } : after,
          limit,
        );
      },
    }),
  ),
  mutant(
    'is one too strict about what is trimmed',
    'a position whose next entry is the oldest that is left is none',
    (log) => ({
      read: async (after, limit) => {
        const head = await log.head();
        const isTrimmed = head.first > 1 && after.seq < head.first && after.seq < head.last;
        return isTrimmed ? { kind: 'gap', reason: 'trimmed', head } : log.read(after, limit);
      },
    }),
  ),
  mutant('never moves its first number', 'the head tells the oldest entry that is left', (log) => ({
    head: async () => ({ ...(await log.head()), first: 1 }),
  })),
  mutant('says 0 where nothing is left', 'where nothing is left, the first number would be the next one', (log) => ({
    head: async () => {
      const head = await log.head();
      return head.first > head.last ? { ...head, first: 0, last: 0 } : head;
    },
  })),
  mutant('calls the newest position trimmed', 'the newest position is no gap, also where nothing is left', (log) => ({
    read: async (after, limit) => {
      const head = await log.head();
      const isEmpty = head.first > head.last && head.last > 0 && after.epoch === head.epoch;
      return isEmpty ? { kind: 'gap', reason: 'trimmed', head } : log.read(after, limit);
    },
  })),
  mutant('begins anew where nothing is left', 'numbers go on and the epoch stays where nothing is left', (log) => ({
    publish: async (entry) => {
      const { first, last } = await log.head();
      const stored = await log.publish(entry);
      return first > last ? { ...stored, seq: 1 } : stored;
    },
  })),
];
