import type { LogEntry } from '../../../../packages/server/src/log/log.ts';
import { type Mutant, mutant, quietTail, newestOf, tailed, turn } from './mutant.ts';

const seam = 'a tail has no hole and no repetition where what is stored meets what comes';

export const tails: readonly Mutant[] = [
  mutant('loses what comes at the seam', seam, (log) => ({
    async *tail(after, signal) {
      yield await log.read(after, 10_000);
      await turn();
      yield* log.tail(await newestOf(log), signal);
    },
  })),
  mutant('delivers twice at the seam', seam, (log) => ({
    async *tail(after, signal) {
      yield await log.read(after, 10_000);
      yield* log.tail(after, signal);
    },
  })),
  mutant('delivers the last one of a page again', 'a tail sees what is published while a page is worked on', (log) => {
    let last: LogEntry | undefined;
    return tailed(log, (page) => {
      if (page.kind === 'gap') return page;
      const before = last;
      last = page.entries.at(-1);
      return { ...page, entries: before ? [before, ...page.entries] : page.entries };
    });
  }),
  ...['the start', 'the middle', 'the newest entry'].map((where, at) =>
    mutant(`loses one from ${where}`, `a tail from ${where} sees what is stored behind it, then what comes`, (log) => ({
      tail: (after, signal) => log.tail(after.seq === at * 5 ? { ...after, seq: after.seq + 1 } : after, signal),
    })),
  ),
  mutant('does not wake from an empty log', 'a tail of an empty log waits for the first entry', (log) => ({
    async *tail(_, signal) {
      while (!signal.aborted && (await log.head()).last === 0) await turn();
      yield* log.tail(await newestOf(log), signal);
    },
  })),
  mutant(
    'begins where the first page is asked for',
    'a tail sees what is published before its first page is asked for',
    (log) => ({
      async *tail(_, signal) {
        yield* log.tail(await newestOf(log), signal);
      },
    }),
  ),
  mutant('throws away what comes between pages', 'a tail sees what is published while a page is worked on', (log) => ({
    async *tail(after, signal) {
      let position = after;
      while (!signal.aborted) {
        for await (const page of log.tail(position, signal)) {
          yield page;
          break;
        }
        position = await newestOf(log);
      }
    },
  })),
  mutant('gives each entry to one of the tails', 'two tails agree with each other, and with what is read', (log) => {
    let taken = 0;
    return tailed(log, (page) => {
      if (page.kind === 'gap') return page;
      const fresh = page.entries.filter(({ seq }) => seq > taken);
      taken += fresh.length;
      return { ...page, entries: fresh };
    });
  }),
  mutant('reorders a page', 'two tails agree with each other, and with what is read', (log) =>
    tailed(log, (page) => (page.kind === 'gap' ? page : { ...page, entries: page.entries.toReversed() })),
  ),
  mutant('wakes one of those that wait', 'every one of many tails that wait is told', (log) => {
    let begun = 0;
    return {
      tail: (after, signal) =>
        (begun += 1) > 1 ? log.tail({ ...after, seq: after.seq + 1 }, signal) : log.tail(after, signal),
    };
  }),
  mutant(
    'begins a later tail at the head',
    'a tail may be asked for again from the last position that it gave',
    (log) => {
      let begun = 0;
      return {
        async *tail(after, signal) {
          yield* log.tail((begun += 1) > 1 ? await newestOf(log) : after, signal);
        },
      };
    },
  ),
  mutant('cuts large pages', 'a tail sees each of thousands of entries that are published at once', (log) =>
    tailed(log, (page) => (page.kind === 'gap' ? page : { ...page, entries: page.entries.slice(0, 1_000) })),
  ),
  mutant(
    'says trimmed in silence',
    'a tail from a position that is trimmed says so first, and goes on from the head that it told',
    (log) => quietTail('trimmed', log),
  ),
  mutant(
    'goes on with what is left behind a gap',
    'a tail that trimming overtakes skips nothing in silence, and comes back to what is published',
    (log) => ({
      async *tail(after, signal) {
        for await (const page of log.tail(after, signal)) {
          yield page;
          if (page.kind === 'entries') continue;
          const { epoch, first } = page.head;
          yield* log.tail({ epoch, seq: first - 1 }, signal);
        }
      },
    }),
  ),
  mutant(
    'ends at a gap',
    'a tail from such a position (epoch) says so first, and goes on from the head that it told',
    (log) => ({
      async *tail(after, signal) {
        for await (const page of log.tail(after, signal)) {
          yield page;
          if (page.kind === 'gap') return;
        }
      },
    }),
  ),
  ...[
    'a tail from the newest position has no gap where nothing is left',
    'a tail that waits has no gap where everything it has seen is trimmed',
  ].map((breaks, at) =>
    mutant(`sees a gap where nothing is missing (${at + 1})`, breaks, (log) => ({
      async *tail(after, signal) {
        let isFirst = at === 1;
        for await (const page of log.tail(after, signal)) {
          const head = await log.head();
          const isAlone = !isFirst && page.kind === 'entries' && head.first > 1 && page.entries[0]?.seq === head.first;
          isFirst = false;
          yield isAlone ? { kind: 'gap', reason: 'trimmed', head } : page;
        }
      },
    })),
  ),
];
