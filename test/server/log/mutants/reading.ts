import type { LogPage } from '../../../../packages/server/src/log/log.ts';
import { type Mutant, mutant, pages, tailed } from './mutant.ts';

export const reading: readonly Mutant[] = [
  mutant('gives the position’s own entry again', 'a read gives what follows a position, in order', (log) => ({
    read: (after, limit) => log.read({ ...after, seq: Math.max(0, after.seq - 1) }, limit),
  })),
  mutant(
    'gives the newest of a page',
    'a page has at most as many entries as were asked for, the oldest ones',
    (log) => ({
      read: async (after, limit) => {
        const page = await log.read(after, 10_000);
        return page.kind === 'gap' ? page : { ...page, entries: page.entries.slice(-limit) };
      },
    }),
  ),
  mutant(
    'gives one more than was asked for',
    'a page has at most as many entries as were asked for, the oldest ones',
    (log) => ({
      read: (after, limit) => log.read(after, limit + 1),
    }),
  ),
  mutant('names no epoch', 'a page names its epoch', (log) =>
    pages(log, (page) => ({ ...page, epoch: '' }) as LogPage),
  ),
  mutant('names no epoch in tails', 'each page of a tail names its epoch', (log) =>
    tailed(log, (page) => ({ ...page, epoch: '' }) as LogPage),
  ),
  mutant('loses what begins a second page', 'pages join without a seam', (log) => ({
    read: (after, limit) => log.read({ ...after, seq: after.seq === 7 ? 8 : after.seq }, limit),
  })),
  mutant('takes the newest position for a gap', 'behind the newest entry there is nothing, and no gap', (log) => ({
    read: async (after, limit) => {
      const head = await log.head();
      return after.seq === head.last ? { kind: 'gap', reason: 'ahead', head } : log.read(after, limit);
    },
  })),
  mutant('keeps a thousand', 'thousands of entries that were published at once are read in order', (log) => ({
    read: (after, limit) => log.read({ ...after, seq: after.seq === 4_000 ? 4_001 : after.seq }, limit),
  })),
];
