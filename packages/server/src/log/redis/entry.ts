import { ORDER } from '../../order.ts';
import type { LogEntry, NewEntry } from '../log.ts';

/** An entry with what links it to the one before. */
export interface Linked {
  readonly entry: LogEntry;
  /** Nobody else's. */
  readonly mark: string;
  /** The mark of the entry before it; of the beginning, for the first. */
  readonly before: string;
}

/** Names of the fields, in the order in which they are stored. */
const NAMES = ['t', 'b', 'p', 'm', 'e', 'c', 'x', 'd'] as const;

const MAX_TAGS = 16;
/** What would be another line of the stream, or forge one of its own events. */
const FORGED = /[\r\n\0]|^pushstream(?:\.|$)/;
/** An order is for instances, and checked by them. */
const isForged = (name: string): boolean => name !== ORDER && FORGED.test(name);

/** Fields of an entry that is to be stored: type, channel, addressee with tags, data. */
export function encodeEntry({ type, channel, to, tags, data }: NewEntry): readonly string[] {
  const rest = to === undefined && tags === undefined ? '' : JSON.stringify({ to, tags });
  return [type, channel, rest, data];
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** @throws {Error} For what is no addressee, or are no tags. */
function decodeRest(text: string): Pick<LogEntry, 'to' | 'tags'> {
  if (text === '') return { to: undefined, tags: undefined };
  const rest: unknown = JSON.parse(text);
  if (typeof rest !== 'object' || rest === null) throw new Error('expected an object');
  const parts = new Map(Object.entries<unknown>({ ...rest }));
  const to = parts.get('to');
  if (to !== undefined && !isText(to)) throw new Error('expected a text as addressee');
  return { to, tags: decodeTags(parts.get('tags')) };
}

function decodeTags(tags: unknown): LogEntry['tags'] {
  if (tags === undefined) return undefined;
  if (typeof tags !== 'object' || tags === null) throw new Error('expected an object of tags');
  const pairs = Object.entries<unknown>({ ...tags });
  if (pairs.length > MAX_TAGS) throw new Error(`expected at most ${MAX_TAGS} tags`);
  return Object.freeze(
    Object.fromEntries(
      pairs.map(([name, value]) => {
        if (!isText(value)) throw new Error('expected texts as tags');
        return [name, value];
      }),
    ),
  );
}

/** An entry that nobody gets: what is stored there is none of ours, and the numbers go on. */
const nobodys = (seq: number, time: number): LogEntry =>
  Object.freeze({ seq, time, type: 'invalid', data: '', channel: 'invalid', to: '' });

/** What is stored was written by anybody: it is checked again. `undefined`: not by one of us. */
export function decodeEntry(item: unknown, invalid: (error: unknown) => void): Linked | undefined {
  const [id, fields]: readonly unknown[] = Array.isArray(item) ? item : [];
  const [, digits] = /^(\d{1,16})-0$/.exec(String(id)) ?? [];
  if (digits === undefined || !Array.isArray(fields) || fields.length !== 2 * NAMES.length) return undefined;
  const parts: readonly unknown[] = fields;
  if (!parts.every(isText) || !NAMES.every((name, at) => parts[2 * at] === name)) return undefined;
  const [time = '', , before = '', mark = '', type = '', channel = '', rest = '', data = ''] = NAMES.map(
    (_, at) => parts[2 * at + 1],
  );
  const [seq, storedAt] = [Number(digits), Number(time)];
  if (!Number.isSafeInteger(seq) || !Number.isSafeInteger(storedAt)) return undefined;
  try {
    for (const name of [type, channel]) if (isForged(name)) throw new Error('expected a name');
    const entry = Object.freeze({ seq, time: storedAt, type, data, channel, ...decodeRest(rest) });
    return { entry, mark, before };
  } catch (error) {
    invalid(new Error(`Expected entry ${seq} to be one that can be published, got another`, { cause: error }));
    return { entry: nobodys(seq, storedAt), mark, before };
  }
}
