import { type Mutant, entries, mutant, turn } from './mutant.ts';

export const numbering: readonly Mutant[] = [
  mutant('begins with 0', 'a new log is empty: its first number would be 1, its last is 0', (log) => ({
    head: async () => {
      const head = await log.head();
      return { ...head, first: head.first - 1, last: head.last - 1 };
    },
  })),
  mutant(
    'has an epoch that no cursor can carry',
    'a position of the log is a cursor on the wire, and can be read from it',
    (log) => ({
      publish: async (entry) => ({ ...(await log.publish(entry)), epoch: 'a.b' }),
    }),
  ),
  mutant('skips a number', 'entries are numbered from 1 without gaps', (log) => {
    const skip = (seq: number): number => (seq > 3 ? seq + 1 : seq);
    return {
      publish: async (entry) => {
        const stored = await log.publish(entry);
        return { ...stored, seq: skip(stored.seq) };
      },
      ...entries(log, (entry) => ({ ...entry, seq: skip(entry.seq) })),
    };
  }),
  mutant(
    'numbers in the order of completion',
    'entries that are published at once are numbered in the order of the calls',
    (log) => {
      let calls = 0;
      return {
        async publish(entry) {
          if ((calls += 1) % 7 === 0) await turn();
          return log.publish(entry);
        },
      };
    },
  ),
  mutant('tells before it stores', 'an entry can be read as soon as its publishing has resolved', (log) => {
    let seq = 0;
    return {
      async publish(entry) {
        const { epoch } = await log.head();
        void turn().then(() => log.publish(entry).catch(() => {}));
        return { epoch, seq: (seq += 1), duplicate: false };
      },
    };
  }),
  mutant('tells an old head', 'the head knows the first and the last number', (log) => {
    const first = log.head();
    return { head: () => first };
  }),
  mutant('shows a hole that is filled later', 'numbers have no gaps where publishing and reading overlap', (log) => ({
    read: async (after, limit) => {
      const page = await log.read(after, limit);
      if (page.kind === 'gap' || page.entries.length < 20 || page.entries.length > 40) return page;
      return { ...page, entries: page.entries.filter((_, at) => at !== 15) };
    },
  })),
  mutant('has an epoch of its own for each publisher', 'the epoch stays as long as the log does', (log) => {
    let calls = 0;
    return { publish: async (entry) => ({ ...(await log.publish(entry)), epoch: `epoch${(calls += 1)}` }) };
  }),
];
