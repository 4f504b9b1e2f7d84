import { describe, expect, test } from 'vitest';
import {
  authorizeSubscription,
  compileFilter,
  readSubscription,
  type Subscription,
  subscriptionKey,
} from '../../packages/server/src/filter.ts';
import { caseSeed, createRandom, type Random, replayHint, testSeed } from '../support/random.ts';

const read = (query: string, limit = 100) => readSubscription(new URLSearchParams(query), limit);
const all: Subscription = { channels: [], types: [], tags: [] };

describe('a query that cannot be understood', () => {
  test.each([
    ['channel=', 'channel: expected a name or a pattern such as "orders.*", got ""'],
    ['channel=a%0Ab', 'channel: expected a name or a pattern such as "orders.*", got "a\\nb"'],
    ['channel=../x', 'channel: expected a name or a pattern such as "orders.*", got "../x"'],
    ['channel=%252e%252e', 'channel: expected a name or a pattern such as "orders.*", got "%2e%2e"'],
    ['channel=a*', 'channel: expected a name or a pattern such as "orders.*", got "a*"'],
    ['channel=pushstream.ready', 'channel: expected a name or a pattern such as "orders.*", got "pushstream.ready"'],
    ['type=', 'type: expected a name or a pattern such as "orders.*", got ""'],
    ['type=(a%2B)%2B', 'type: expected a name or a pattern such as "orders.*", got "(a+)+"'],
    ['filter=a%20b', 'type: expected a name or a pattern such as "orders.*", got "a b"'],
    ['tag=', 'tag: expected name:value, got ""'],
    ['tag=region', 'tag: expected name:value, got "region"'],
    ['tag=:eu', 'tag: expected name:value, got ":eu"'],
    ['tag=a.b:eu', 'tag: expected name:value, got "a.b:eu"'],
    ['tag=a:%00', 'tag: expected name:value, got "a:\\u0000"'],
    ['channel=a&channel=b&channel=c', 'channel: expected at most 2, got 3'],
    ['type=a&filter=b&type=c', 'type: expected at most 2, got 3'],
    ['tag=a:1&tag=a:1&tag=a:1', 'tag: expected at most 2, got 3'],
  ])('%s is a problem', (query, problem) => {
    expect(read(query, 2)).toEqual({ problem });
  });

  test('a thousand channels are counted before anything else is done with them (S19)', () => {
    expect(read('channel=*'.concat('&channel=a b'.repeat(999)))).toEqual({
      problem: 'channel: expected at most 100, got 1000',
    });
  });
});

describe('a query', () => {
  test.each<[string, Subscription]>([
    ['', all],
    ['clientId=x&lastEventId=e.1&more=a', all],
    ['channel=a&channel=b.*', { ...all, channels: ['a', 'b.*'] }],
    ['channel=a&channel=a', { ...all, channels: ['a'] }],
    ['type=order.*&filter=alert', { ...all, types: ['order.*', 'alert'] }],
    ['filter=', all],
    [
      'tag=region:eu&tag=note:a:b&tag=empty:',
      {
        ...all,
        tags: [
          ['region', 'eu'],
          ['note', 'a:b'],
          ['empty', ''],
        ],
      },
    ],
    ['tag=name:caf%C3%A9', { ...all, tags: [['name', 'caf\u00e9']] }],
  ])('%s is read', (query, expected) => {
    expect(read(query)).toEqual(expected);
  });
});

describe('what is granted (S20)', () => {
  test.each<[string, string[], string[] | undefined, string[] | undefined]>([
    ['a grant of everything leaves what is asked for', ['a', 'b.*'], undefined, ['a', 'b.*']],
    ['a grant of everything, and nothing asked for', [], undefined, []],
    ['nothing asked for: all that is granted', [], ['orders.*', 'news'], ['orders.*', 'news']],
    ['a part of what is granted', ['orders.42'], ['orders.*'], ['orders.42']],
    ['exactly what is granted', ['orders.*'], ['orders.*'], ['orders.*']],
    ['covered by different ones', ['orders.42', 'news'], ['orders.*', 'news'], ['orders.42', 'news']],
    ['a wider pattern', ['orders.*'], ['orders.42'], undefined],
    ['everything', ['*'], ['orders.*', 'news'], undefined],
    ['another channel', ['secrets'], ['orders.*'], undefined],
    ['one of them is not covered', ['orders.42', 'secrets'], ['orders.*'], undefined],
    ['a grant of no channel, and nothing asked for', [], [], undefined],
    ['a grant of no channel', ['a'], [], undefined],
  ])('%s', (_what, channels, granted, expected) => {
    const subscription = { ...all, channels, types: ['t'] };
    const authorized = authorizeSubscription(subscription, granted ? { channels: granted } : {});
    expect(authorized).toEqual(expected && { ...subscription, channels: expected });
  });
});

const entry = (channel: string, type = 't', tags?: Record<string, string>) => ({ channel, type, tags });

describe('a filter', () => {
  test.each<[string, Partial<Subscription>, ReturnType<typeof entry>, boolean]>([
    ['nothing asked for', {}, entry('a'), true],
    ['a channel', { channels: ['a'] }, entry('a'), true],
    ['another channel', { channels: ['a'] }, entry('b'), false],
    ['one of two', { channels: ['a', 'b.*'] }, entry('b.c'), true],
    ['the channel but not the type', { channels: ['a'], types: ['x.*'] }, entry('a', 'y'), false],
    ['both', { channels: ['a'], types: ['x.*'] }, entry('a', 'x.y'), true],
    ['a tag, of an event without any', { tags: [['k', 'v']] }, entry('a'), false],
    ['a tag with another value', { tags: [['k', 'v']] }, entry('a', 't', { k: 'w' }), false],
    ['a tag', { tags: [['k', 'v']] }, entry('a', 't', { k: 'v', other: 'x' }), true],
    [
      'one of two values',
      {
        tags: [
          ['k', 'v'],
          ['k', 'w'],
        ],
      },
      entry('a', 't', { k: 'w' }),
      true,
    ],
    [
      'two names, of which one is there',
      {
        tags: [
          ['k', 'v'],
          ['l', 'v'],
        ],
      },
      entry('a', 't', { k: 'v' }),
      false,
    ],
    [
      'two names that are there',
      {
        tags: [
          ['k', 'v'],
          ['l', 'v'],
        ],
      },
      entry('a', 't', { k: 'v', l: 'v' }),
      true,
    ],
    ['an empty value, of an event without the tag', { tags: [['k', '']] }, entry('a', 't', {}), false],
    ['what objects inherit is no tag', { tags: [['toString', 'undefined']] }, entry('a', 't', {}), false],
    ['nor is their prototype', { tags: [['__proto__', '[object Object]']] }, entry('a', 't', {}), false],
  ])('%s', (_what, subscription, given, expected) => {
    expect(compileFilter({ ...all, ...subscription })(given)).toBe(expected);
  });

  test('lets nothing through that is not granted, whatever it asks for', () => {
    const isFor = compileFilter({ ...all, channels: ['*'] }, ['orders.*']);
    expect(isFor(entry('orders.42'))).toBe(true);
    expect(isFor(entry('secrets'))).toBe(false);
    expect(compileFilter(all, [])(entry('orders.42'))).toBe(false);
  });
});

describe('properties', () => {
  const SEGMENTS = ['a', 'b', '*'];
  const pattern = (random: Random): string =>
    Array.from({ length: random.between(1, 2) }, () => random.pick(SEGMENTS)).join('.');
  const patterns = (random: Random, least = 0): string[] =>
    Array.from({ length: random.between(least, 3) }, () => pattern(random));
  const NAMES = ['a', 'b', 'c', 'a.a', 'a.b', 'a.c', 'b.a', 'b.b', 'c.c', 'a.b.c'];

  function some(random: Random): Subscription {
    const tags = Array.from({ length: random.between(0, 3) }, () => [random.pick(['k', 'l']), random.pick(['1', '2'])]);
    return { channels: patterns(random), types: patterns(random), tags: tags as Array<[string, string]> };
  }

  function entries(random: Random): Array<ReturnType<typeof entry>> {
    return Array.from({ length: 20 }, () => {
      const tags = { k: random.pick(['1', '2', '3']), l: random.pick(['1', '2']) };
      return entry(random.pick(NAMES), random.pick(NAMES), random.chance(0.3) ? undefined : tags);
    });
  }

  test('what is authorised lets through exactly what was asked for, all of it granted', () => {
    const seed = testSeed();
    let refused = 0;
    for (let index = 0; index < 3_000; index += 1) {
      const random = createRandom(caseSeed(seed, index));
      const subscription = some(random);
      const granted = patterns(random, 1);
      const isGranted = compileFilter({ ...all, channels: granted });
      const isAsked = compileFilter(subscription);
      const authorized = authorizeSubscription(subscription, { channels: granted });
      if (!authorized) {
        refused += 1;
        continue;
      }
      const isFor = compileFilter(authorized);
      for (const given of entries(random)) {
        const hint = `${JSON.stringify({ subscription, granted, given })}: ${replayHint(seed)}`;
        expect(isFor(given), hint).toBe(isAsked(given) && isGranted(given));
      }
    }
    expect(refused).toBeGreaterThan(100);
    expect(refused).toBeLessThan(2_900);
  });

  test('one key is one filter, in whatever order it was written', () => {
    const seed = testSeed();
    for (let index = 0; index < 2_000; index += 1) {
      const random = createRandom(caseSeed(seed, index));
      const one = some(random);
      const turned: Subscription = {
        channels: one.channels.toReversed().concat(one.channels),
        types: one.types.toReversed(),
        tags: one.tags.toReversed(),
      };
      const other = some(random);
      expect(subscriptionKey(turned)).toBe(subscriptionKey(one));
      if (subscriptionKey(other) !== subscriptionKey(one)) continue;
      const [isOne, isOther] = [compileFilter(one), compileFilter(other)];
      for (const given of entries(random)) expect(isOther(given), replayHint(seed)).toBe(isOne(given));
    }
  });

  test.each<[Partial<Subscription>, Partial<Subscription>]>([
    [{ channels: ['a'] }, { types: ['a'] }],
    [{ channels: ['a', 'b'] }, { channels: ['a.b'] }],
    [
      { tags: [['a', 'b:c']] },
      {
        tags: [
          ['a', 'b'],
          ['c', ''],
        ],
      },
    ],
    [
      { tags: [['a', '","b']] },
      {
        tags: [
          ['a', ''],
          ['b', ''],
        ],
      },
    ],
    [{}, { channels: ['*'] }],
  ])('%j and %j have different keys', (one, other) => {
    expect(subscriptionKey({ ...all, ...one })).not.toBe(subscriptionKey({ ...all, ...other }));
  });
});
