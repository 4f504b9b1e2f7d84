import type { RedisServer } from '../../playground/cluster/redis.ts';

/** An event as it stands in Redis. */
export interface Stored {
  readonly epoch: string;
  readonly seq: number;
  readonly type: string;
  readonly channel: string;
  /** Which publish it was: the publisher and his own number. */
  readonly label: string;
}

/** Reads what is stored from Redis itself: what servers and clients say is held to it. */
export interface Ledger {
  /** What was stored since it was read last. */
  read(): Promise<readonly Stored[]>;
  /** Does something to Redis, and nothing is stored in between that is not read. */
  readAnd(...words: readonly string[]): Promise<void>;
  /** The last entry that is not stored any more, in the epoch that was read last. */
  readonly trimmed: string;
}

const LOG = 'pushstream:{default}:log';
const HEAD = 'pushstream:{default}:head';

/** One turn of Redis: everything behind a number, then a command, then how long the log is. */
const SCRIPT = `
local epoch = redis.call('HGET', KEYS[2], 'epoch') or ''
local after = epoch == ARGV[1] and ARGV[2] or '0'
local rest = redis.call('XRANGE', KEYS[1], '(' .. after, '+')
if ARGV[3] then redis.call(unpack(ARGV, 3)) end
return { epoch, rest, redis.call('XLEN', KEYS[1]) }
`;

function parse(epoch: string, item: unknown): Stored | undefined {
  const [id, parts] = item as readonly [string, readonly string[]];
  const field = (name: string): string => parts[parts.indexOf(name) + 1] ?? '';
  const [type, channel, data] = [field('e'), field('c'), field('d')];
  // What instances tell each other by the log is nobody's event.
  if (!type.startsWith('chat.')) return undefined;
  return { epoch, seq: Number.parseInt(id, 10), type, channel, label: String(JSON.parse(data)) };
}

export function openLedger(redis: RedisServer): Ledger {
  let unread: Stored[] = [];
  let epoch = '';
  let last = 0;
  let length = 0;

  async function take(words: readonly string[]): Promise<void> {
    const answer = await redis.command('EVAL', SCRIPT, '2', LOG, HEAD, epoch, String(last), ...words);
    const [found, items, left] = answer as readonly [string, readonly unknown[], number];
    length = left;
    if (found !== epoch) [epoch, last] = [found, 0];
    for (const item of items) {
      last = Number.parseInt(String((item as readonly unknown[])[0]), 10);
      const stored = parse(epoch, item);
      if (stored) unread.push(stored);
    }
  }

  return {
    async read() {
      await take([]);
      const read = unread;
      unread = [];
      return read;
    },
    readAnd: (...words) => take(words),
    get trimmed() {
      // An entry is called by its number, and no number is left out.
      return `${epoch}.${last - length}`;
    },
  };
}
