import { complete, type Manual, misuse } from 'pushstream-protocol';
import { checkChannel } from '../../grammar.ts';
import type { RedisConnectionOptions } from './connection.ts';

/** Where a log is in Redis, and what it keeps. Whatever is reached first lets the oldest entries go. */
export interface RedisLogOptions {
  /** `redis://[[user]:password@]host[:port][/database]`; `rediss://` with TLS. */
  readonly url: string;
  /** The log's name: logs of different names share nothing. @default 'default' */
  readonly hub?: string | undefined;
  /** What all keys in Redis begin with: letters, digits and `_ . : -`. @default 'pushstream' */
  readonly prefix?: string | undefined;
  /** Entries that are kept. @default 10_000 */
  readonly maxEvents?: number | undefined;
  /**
   * Bytes of entries that are kept: data, types, channels, addressees and tags, as UTF-8. The newest
   * entry is kept however large it is. `Infinity`: as many as there are.
   *
   * @default 16_777_216
   */
  readonly maxBytes?: number | undefined;
  /**
   * How long an entry is kept, in milliseconds, by the wall clock of Redis. `Infinity`: no matter how
   * long.
   *
   * @default 600_000
   */
  readonly maxAgeMs?: number | undefined;
  /** How long a key is known, in milliseconds from its first entry on. @default 300_000 */
  readonly keyWindowMs?: number | undefined;
  /** More about the connections: certificates, a name, where credentials come from. @default {} */
  readonly client?: RedisConnectionOptions | undefined;
}

/** What `RedisLogOptions` say, complete. */
export type RedisSettings = { readonly [Name in keyof RedisLogOptions]-?: NonNullable<RedisLogOptions[Name]> };

/** What all keys of a log begin with: in a cluster they are in one place. */
export const baseOf = ({ prefix, hub }: RedisSettings): string => `${prefix}:{${hub}}`;

const manual: Manual<RedisSettings> = {
  url: ['string'],
  hub: ['string', 'default'],
  prefix: ['string', 'pushstream'],
  maxEvents: ['whole 1..16777216', 10_000],
  maxBytes: ['1..Infinity', 16 * 1024 * 1024],
  maxAgeMs: ['1..Infinity', 600_000],
  keyWindowMs: ['whole 1..2147483647', 300_000],
  client: ['object', {}],
};

/** Nothing of a URL is repeated: it may carry a password. */
const URL_EXPECTED = 'redis://host or rediss://host, with user, password, port and database where they are needed';

/** @throws {TypeError} For what is no address of a Redis. */
export function parseUrl(path: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['redis:', 'rediss:'].includes(url.protocol)) throw misuse(path, URL_EXPECTED, 'another text');
  if (!/^(?:\/\d*)?$/.test(url.pathname)) throw misuse(path, 'the number of a database as path', 'another one');
  try {
    decodeURIComponent(url.username + url.password);
  } catch {
    throw misuse(path, 'a user and a password in percent-encoding', 'a percent sign that encodes nothing');
  }
  return url;
}

/**
 * @throws {TypeError} For an option of the wrong type, or that does not exist.
 * @throws {RangeError} For a number that is out of range.
 */
export function resolveRedis(options: RedisLogOptions): RedisSettings {
  const settings = complete<RedisSettings>('options', options, manual);
  // Braces would be another hash tag: all keys of a log belong together.
  checkChannel('options.hub', settings.hub);
  if (!/^[\w.:-]{1,64}$/.test(settings.prefix)) {
    throw misuse('options.prefix', '1 to 64 letters, digits and "_.:-"', 'another text');
  }
  return settings;
}
