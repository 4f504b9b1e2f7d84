import type { Environment } from '../../environment.ts';
import { LogUnavailableError } from '../../errors.ts';
import { gapReason } from '../gap.ts';
import type { LogHead, LogPage, NewEntry, Position, Stored } from '../log.ts';
import type { Calls } from './calls.ts';
import { decodeEntry, encodeEntry, type Linked } from './entry.ts';
import { baseOf, type RedisSettings } from './options.ts';

/** Most entries of one page. */
export const PAGE = 512;

/** A position with the mark of its entry: another entry with that number is not the same place. */
export interface Place extends Position {
  readonly mark: string;
}

/** What the script tells each time. */
interface Answer {
  readonly head: LogHead;
  readonly place: Place;
  /** When the epoch was begun: a later one never comes before. */
  readonly born: number;
  readonly more: unknown;
}

/** A page, and the place behind it. */
interface Read {
  readonly page: LogPage;
  readonly place: Place;
}

/** A log in Redis, as operations that are told apart from what went wrong. */
export interface Store {
  /** The stream, for who waits for its next entry. */
  readonly key: string;
  publish(entry: NewEntry): Promise<Stored>;
  head(): Promise<{ readonly head: LogHead; readonly place: Place }>;
  /** `mark`: of the entry at that position, where it is known. What follows another one is another epoch. */
  read(after: Position & { readonly mark?: string }, limit: number): Promise<Read>;
  /** Holds entries to what is known, as `read` does. `undefined`: they are not what follows. */
  follow(after: Place, items: readonly unknown[]): readonly Linked[] | undefined;
  /** This process has seen that entry. */
  witness(place: Place): void;
}

/** @throws {LogUnavailableError} For an answer that is none of the script's. */
function parseAnswer(answer: unknown): Answer {
  const [epoch, born, first, last, mark, more]: readonly unknown[] = Array.isArray(answer) ? answer : [];
  const numbers = [born, first, last].map(Number);
  const [bornAt = 0, firstSeq = 1, lastSeq = 0] = numbers;
  if (typeof epoch !== 'string' || typeof mark !== 'string' || !numbers.every(Number.isSafeInteger)) {
    throw new LogUnavailableError('Expected an answer of the log from Redis, got another one');
  }
  return {
    head: { epoch, first: firstSeq, last: lastSeq },
    place: { epoch, seq: lastSeq, mark },
    born: bornAt,
    more,
  };
}

export function createStore(calls: Calls, settings: RedisSettings, environment: Environment): Store {
  const { maxEvents, maxBytes, maxAgeMs, keyWindowMs } = settings;
  const base = baseOf(settings);
  const keys = [`${base}:head`, `${base}:log`];
  const limits = [maxEvents, maxBytes, maxAgeMs].map((limit) => String(Math.min(limit, Number.MAX_SAFE_INTEGER)));
  /** The newest place that this process knows of: whatever is stored has to be able to have it. */
  let newest: { place: Place; born: number } = { place: { epoch: '', seq: 0, mark: '' }, born: 0 };

  const invalid = (error: unknown): void => environment.reportError(error, 'an event of the log in Redis');

  function learn(place: Place, born: number): void {
    const isNewer = place.epoch === newest.place.epoch ? place.seq > newest.place.seq : born > newest.born;
    if (isNewer) newest = { place, born };
  }

  async function call(operation: string, args: readonly string[] = [], more: readonly string[] = []): Promise<Answer> {
    const { place, born } = newest;
    const known = [place.epoch, String(born), String(place.seq), place.mark];
    const words = [operation, environment.token(), ...known, ...limits, ...args];
    return parseAnswer(await calls.call([...keys, ...more], words));
  }

  /** What the log was so far counts no more: who reads on is told. */
  async function renew(epoch: string): Promise<Read> {
    const { head, place, born } = await call('renew', [epoch]);
    learn(place, born);
    return { page: { kind: 'gap', reason: 'epoch', head }, place };
  }

  /** Entries as far as each follows the one before; `undefined` where one cannot have been stored behind it. */
  function follow(after: Position & { readonly mark?: string }, items: readonly unknown[]): Linked[] | undefined {
    const linked: Linked[] = [];
    let { seq } = after;
    let mark = after.mark;
    for (const item of items) {
      const one = decodeEntry(item, invalid);
      if (!one || (mark !== undefined && one.before !== mark && one.entry.seq === seq + 1)) return undefined;
      // Somebody took out what was between.
      if (one.entry.seq !== seq + 1) return linked;
      linked.push(one);
      ({ mark } = one);
      seq += 1;
    }
    return linked;
  }

  return {
    key: `${base}:log`,
    follow,
    witness: (place) => learn(place, newest.born),
    async publish(entry) {
      const more = entry.key === undefined ? [] : [`${base}:key:${entry.key}`];
      const {
        place,
        born,
        more: duplicate,
      } = await call('publish', [String(keyWindowMs), ...encodeEntry(entry)], more);
      const isDuplicate = duplicate === 1;
      // The mark is the last entry's, not that of the one that is repeated.
      if (!isDuplicate) learn(place, born);
      return { epoch: place.epoch, seq: place.seq, duplicate: isDuplicate };
    },
    async head() {
      const { head, place, born } = await call('head');
      learn(place, born);
      return { head, place };
    },
    async read(after, limit) {
      const { epoch, seq, mark } = after;
      const count = Math.max(0, Math.min(limit, PAGE));
      const { head, place, born, more } = await call('read', [epoch, String(seq), String(count)]);
      learn(place, born);
      const reason = gapReason(after, head);
      if (reason) return { page: { kind: 'gap', reason, head }, place };
      const items: readonly unknown[] = Array.isArray(more) ? more : [];
      const linked = follow(after, items);
      const isOther = seq === head.last && mark !== undefined && mark !== place.mark;
      if (!linked || isOther) return renew(epoch);
      const last = linked.at(-1);
      if (!last && items.length > 0) return { page: { kind: 'gap', reason: 'trimmed', head }, place };
      return {
        page: { kind: 'entries', epoch, entries: linked.map(({ entry }) => entry) },
        place: { epoch, seq: last?.entry.seq ?? seq, mark: last?.mark ?? mark ?? place.mark },
      };
    },
  };
}
