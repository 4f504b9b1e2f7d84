import { isTagName, isTagValue, quote } from './grammar.ts';
import type { Grant } from './grant.ts';
import type { LogEntry } from './log/log.ts';
import { covers, isPattern, matchesAny } from './pattern.ts';

/** What one stream is to carry, as data. Parts narrow each other. */
export interface Subscription {
  /** Names or patterns; none: every channel that is granted. */
  readonly channels: readonly string[];
  /** Names or patterns; none: every type. */
  readonly types: readonly string[];
  /** Of each name one of its values; none: with and without tags. */
  readonly tags: ReadonlyArray<readonly [name: string, value: string]>;
}

/** What a filter looks at. */
type Filtered = Pick<LogEntry, 'channel' | 'type' | 'tags'>;

const unique = <Item>(items: Iterable<Item>): Item[] => [...new Set(items)];

/** Patterns of one parameter of a query, or what is wrong with them. */
function readPatterns(name: string, given: readonly string[], limit: number): string[] | string {
  if (given.length > limit) return `${name}: expected at most ${limit}, got ${given.length}`;
  const wrong = given.find((pattern) => !isPattern(pattern));
  if (wrong !== undefined) return `${name}: expected a name or a pattern such as "orders.*", got ${quote(wrong)}`;
  return unique(given);
}

function readTags(given: readonly string[], limit: number): Array<readonly [string, string]> | string {
  if (given.length > limit) return `tag: expected at most ${limit}, got ${given.length}`;
  const tags: Array<readonly [string, string]> = [];
  for (const tag of unique(given)) {
    const colon = tag.indexOf(':');
    const name = tag.slice(0, Math.max(0, colon));
    const value = tag.slice(colon + 1);
    if (!isTagName(name) || !isTagValue(value)) return `tag: expected name:value, got ${quote(tag)}`;
    tags.push([name, value]);
  }
  return tags;
}

/**
 * What a query asks for: `channel`, `type` and `tag=name:value`, each any number of times, and
 * `filter`, which is `type` under an older name and may be empty. A query that cannot be understood
 * is a problem, for a 400: never a stream that carries more or less than was meant. So is one with
 * more than `limit` channels, types or tags.
 */
export function readSubscription(query: URLSearchParams, limit: number): Subscription | { readonly problem: string } {
  const meant = ['channels', 'types', 'tags'].find((name) => query.has(name));
  if (meant !== undefined)
    return { problem: `${meant}: expected ${meant.slice(0, -1)}, any number of times, got ${meant}` };
  const older = query.getAll('filter').filter((type) => type !== '');
  const channels = readPatterns('channel', query.getAll('channel'), limit);
  if (typeof channels === 'string') return { problem: channels };
  const types = readPatterns('type', [...query.getAll('type'), ...older], limit);
  if (typeof types === 'string') return { problem: types };
  const tags = readTags(query.getAll('tag'), limit);
  if (typeof tags === 'string') return { problem: tags };
  return { channels, types, tags };
}

/**
 * A subscription with the channels that it may have: those it asks for, or else the grant's own.
 * `undefined`, for a 403, where the grant does not cover one of them, whether it exists or not, and
 * where it is a grant of no channel at all.
 */
export function authorizeSubscription(subscription: Subscription, grant: Grant): Subscription | undefined {
  const granted = grant.channels;
  if (!granted) return subscription;
  // An empty list of channels would mean all of them.
  if (granted.length === 0) return undefined;
  if (subscription.channels.length === 0) return { ...subscription, channels: unique(granted) };
  const isGranted = subscription.channels.every((channel) => granted.some((pattern) => covers(pattern, channel)));
  return isGranted ? subscription : undefined;
}

/**
 * Whether an entry is for a subscription, live and in a replay alike. Takes time by the entry and the
 * length of the lists, never by what is in them.
 */
export function compileFilter(
  subscription: Subscription,
  grantedChannels?: readonly string[],
): (entry: Filtered) => boolean {
  const { channels, types, tags } = subscription;
  const isGranted = grantedChannels && matchesAny(grantedChannels);
  const isChannel = channels.length > 0 ? matchesAny(channels) : undefined;
  const isType = types.length > 0 ? matchesAny(types) : undefined;
  const wanted = new Map<string, Set<string | undefined>>();
  for (const [name, value] of tags) wanted.set(name, (wanted.get(name) ?? new Set()).add(value));
  const needs = [...wanted];

  return (entry) =>
    (!isGranted || isGranted(entry.channel)) &&
    (!isChannel || isChannel(entry.channel)) &&
    (!isType || isType(entry.type)) &&
    // What an object inherits (`constructor`) is no string, so it is nobody's value.
    needs.every(([name, values]) => values.has(entry.tags?.[name]));
}

/** The same text for subscriptions that let the same lists through, and for no others. */
export function subscriptionKey({ channels, types, tags }: Subscription): string {
  const pairs = tags.map((tag) => JSON.stringify(tag));
  return JSON.stringify([unique(channels).sort(), unique(types).sort(), unique(pairs).sort()]);
}
