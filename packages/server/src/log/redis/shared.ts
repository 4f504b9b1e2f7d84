import type { Environment } from '../../environment.ts';
import { LogUnavailableError } from '../../errors.ts';
import type { Shared } from '../shared.ts';
import type { Calls } from './calls.ts';
import type { RedisConnection } from './connection.ts';
import { createListener, type Listener } from './listener.ts';

/** Entries that are asked for at a time: Redis and this process do something else in between. */
const PAGE = '512';

/**
 * `KEYS`: the index of a board (its pages, each with its end), the page (a hash). `ARGV`: the page's name,
 * how long it lives in milliseconds, how many entries there are; names and texts of those, then the names
 * that go. Answers whether there was a page.
 */
const WRITE = `
local INDEX, PAGE = KEYS[1], KEYS[2]
local ttl, count = tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local was = redis.call('EXISTS', PAGE)
for at = 4, 3 + 2 * count, 2 do redis.call('HSET', PAGE, ARGV[at], ARGV[at + 1]) end
for at = 4 + 2 * count, #ARGV do redis.call('HDEL', PAGE, ARGV[at]) end
if ttl == 0 then redis.call('DEL', PAGE) end
if redis.call('EXISTS', PAGE) == 1 then
  redis.call('PEXPIRE', PAGE, ttl)
  redis.call('ZADD', INDEX, string.format('%.0f', now + ttl), ARGV[1])
  if redis.call('PTTL', INDEX) < ttl then redis.call('PEXPIRE', INDEX, ttl) end
else
  redis.call('ZREM', INDEX, ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', INDEX, '-inf', string.format('%.0f', now))
return was
`;

/** `KEYS`: what is claimed. `ARGV`: for whom, for how long. */
const CLAIM = `
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1
`;

/** @throws {LogUnavailableError} For an answer that is none. */
function textsOf(answer: unknown): readonly (string | null)[] {
  const texts: readonly unknown[] | undefined = Array.isArray(answer) ? answer : undefined;
  if (texts?.every((text) => typeof text === 'string' || text === null) !== true) {
    throw new LogUnavailableError('Expected texts from Redis, got another answer');
  }
  return texts;
}

const pairs = (texts: readonly (string | null)[]): [string, string][] =>
  texts.flatMap((name, at) => {
    const text = texts[at + 1];
    return at % 2 === 0 && typeof name === 'string' && typeof text === 'string' ? [[name, text]] : [];
  });

/** The same, with something to end. */
export interface RedisShared extends Shared {
  /** Whatever hears has another connection soon. */
  drop(reason: Error): void;
  /** Nothing is heard any more. */
  close(): Promise<void>;
}

/** What it needs. */
export interface RedisSharedParts {
  readonly calls: Calls;
  /** For each topic that is heard. */
  readonly connect: () => RedisConnection;
  readonly environment: Environment;
  /** What its keys and channels begin with. */
  readonly base: string;
  /** Its number: channels are heard in all of them. */
  readonly database: string;
}

/** What instances share in Redis: every key has an end, by the clock of Redis. */
export function createRedisShared({ calls, connect, environment, base, database }: RedisSharedParts): RedisShared {
  const { soon } = environment;
  const listeners = new Set<Listener>();
  let isClosed = false;
  const indexOf = (board: string): string => `${base}:board:${board}`;
  // However they are called, no two have the same key.
  const pageOf = (board: string, page: string): string => `${base}:page:${board.length}:${board}:${page}`;

  const channelOf = (topic: string): string => `${base}:topic:${database}:${topic}`;

  async function some(key: string, names: readonly string[]): Promise<Map<string, string>> {
    if (names.length === 0) return new Map();
    const texts = textsOf(await calls.command(['HMGET', key, ...names]));
    return new Map(pairs(names.flatMap((name, at) => [name, texts[at] ?? null])));
  }

  async function all(key: string): Promise<Map<string, string>> {
    const entries = new Map<string, string>();
    let cursor = '0';
    do {
      const answer = await calls.command(['HSCAN', key, cursor, 'COUNT', PAGE]);
      const [next, texts]: readonly unknown[] = Array.isArray(answer) ? answer : [];
      for (const [name, text] of pairs(textsOf(texts))) entries.set(name, text);
      cursor = String(next);
      await new Promise<void>((resolve) => soon(resolve));
    } while (cursor !== '0');
    return entries;
  }

  return {
    async write(board, page, changes, ttlMs) {
      const set = [...changes].flatMap(([name, text]) => (text === null ? [] : [name, text]));
      const gone = [...changes].flatMap(([name, text]) => (text === null ? [name] : []));
      const words = [page, String(Math.ceil(ttlMs)), String(set.length / 2), ...set, ...gone];
      return (await calls.command(['EVAL', WRITE, '2', indexOf(board), pageOf(board, page), ...words])) === 1;
    },
    async read(board, names) {
      const pages = textsOf(await calls.command(['ZRANGE', indexOf(board), '0', '-1'])).filter((page) => page !== null);
      const read = (page: string): Promise<Map<string, string>> =>
        names ? some(pageOf(board, page), names) : all(pageOf(board, page));
      const found = await Promise.all(pages.map(async (page) => [page, await read(page)] as const));
      return new Map(found.filter(([, entries]) => entries.size > 0));
    },
    async claim(name, owner, ttlMs) {
      const words = [`${base}:claim:${name}`, owner, String(Math.ceil(ttlMs))];
      return (await calls.command(['EVAL', CLAIM, '1', ...words])) === 1;
    },
    async tell(topic, text) {
      await calls.command(['PUBLISH', channelOf(topic), text]);
    },
    hear(topic, heard, signal) {
      if (isClosed || signal.aborted) return;
      const listener = createListener(connect, environment, channelOf(topic), heard);
      listeners.add(listener);
      signal.addEventListener('abort', () => void listener.close().finally(() => listeners.delete(listener)));
    },
    drop(reason) {
      for (const listener of listeners) listener.drop(reason);
    },
    async close() {
      isClosed = true;
      await Promise.all(Array.from(listeners, (listener) => listener.close()));
    },
  };
}
