import type { Log, LogEntry, LogPage, NewEntry, Position, Stored } from '../log/log.ts';
import { fail } from './expect.ts';

/** An entry to be stored; its data tells which. */
export const entry = (data: string | number, rest: Partial<NewEntry> = {}): NewEntry => ({
  type: 'test.entry',
  channel: 'tests',
  data: String(data),
  ...rest,
});

/** What is awaited later: until then its failure is no unhandled one. */
export function later<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => {});
  return promise;
}

/** The numbers of a range, both included. */
export const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);

/** Publishes one entry for each number at once, with the number as its data. */
export const publishAll = (log: Log, numbers: readonly number[]): Promise<Stored[]> =>
  later(Promise.all(numbers.map((number) => log.publish(entry(number)))));

/** Before the first entry. */
export async function start(log: Log): Promise<Position> {
  return { epoch: (await log.head()).epoch, seq: 0 };
}

/** Behind the newest entry. */
export async function now(log: Log): Promise<Position> {
  const { epoch, last } = await log.head();
  return { epoch, seq: last };
}

/** The entries of a page that has to be one of entries. */
function entriesOf(page: LogPage): readonly LogEntry[] {
  return page.kind === 'entries' ? page.entries : fail('a page', 'entries', `a gap: ${page.reason}`);
}

/** What one `read` gives. */
export const readEntries = async (log: Log, after: Position, limit: number): Promise<readonly LogEntry[]> =>
  entriesOf(await log.read(after, limit));

/** Everything that is stored behind a position, in as many pages as it takes. */
export async function readAll(log: Log, after: Position, limit = 1_000): Promise<LogEntry[]> {
  const all: LogEntry[] = [];
  for (let seq = after.seq; ;) {
    const page = await readEntries(log, { epoch: after.epoch, seq }, limit);
    const newest = page.at(-1);
    if (!newest) return all;
    // Or it would never end.
    if (page[0]?.seq !== seq + 1) fail(`a page behind ${seq}`, `entry ${seq + 1} first`, `entry ${page[0]?.seq}`);
    all.push(...page);
    seq = newest.seq;
  }
}

/** What an entry was published with; no tags are the same as none at all. */
export const content = ({ type, data, channel, to, tags }: NewEntry): NewEntry => ({
  type,
  data,
  channel,
  to,
  tags: tags && Object.keys(tags).length > 0 ? tags : undefined,
});

/** Numbers with their data, for a comparison. */
export const numbered = (entries: readonly LogEntry[]): string[] => entries.map(({ seq, data }) => `${seq}:${data}`);
