import { describe, expect, test } from 'vitest';
import { createDispatcher } from '../../packages/client/src/dispatcher.ts';
import { checkPattern, checkPatterns, covers, isPattern, matchesAny } from '../../packages/server/src/pattern.ts';
import { caseSeed, createRandom, replayHint, testSeed } from '../support/random.ts';

/** The plainest way to say it. */
function matches(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  const [want, have] = [pattern.split('.'), name.split('.')];
  return want.length === have.length && want.every((segment, at) => segment === '*' || segment === have[at]);
}

/** Every list of one to three of these, between dots. */
function words(segments: readonly string[]): string[] {
  const two = segments.flatMap((a) => segments.map((b) => `${a}.${b}`));
  return [...segments, ...two, ...two.flatMap((a) => segments.map((b) => `${a}.${b}`))];
}

const PATTERNS = words(['a', 'b', '*']);
/** `z` is in no pattern: there is always one more name. */
const NAMES = words(['a', 'b', 'z']);

describe('a pattern', () => {
  test.each(['*', 'orders', 'orders.*', '*.created', '*.*', 'a.*.c', '*.ready', Array(128).fill('*').join('.')])(
    '%s is one',
    (pattern) => {
      expect(isPattern(pattern)).toBe(true);
      expect(() => checkPattern('channel', pattern)).not.toThrow();
    },
  );

  test.each([
    '',
    '.',
    'a.',
    '**',
    'a*',
    '*a',
    'a.b*',
    'a..b',
    'a b',
    '(a+)+',
    '{a,b}',
    'pushstream.*',
    'pushstream.ready',
    '*\n',
    '*.'.repeat(128),
    'a'.repeat(257),
    7,
    null,
    undefined,
  ])('%j is none', (pattern) => {
    expect(isPattern(pattern)).toBe(false);
    expect(() => checkPattern('channel', pattern)).toThrow(TypeError);
  });

  test('of a list the wrong one is named', () => {
    expect(() => checkPatterns('grant.channels', ['a', 'b*'])).toThrow(
      new TypeError('grant.channels[1]: expected a name, or a pattern such as "orders.*" or "*", got "b*"'),
    );
    expect(() => checkPatterns('grant.channels', 'a')).toThrow(
      new TypeError('grant.channels: expected a list of patterns, got "a"'),
    );
  });
});

describe('matching', () => {
  test('of no patterns nothing matches', () => {
    expect(matchesAny([])('a')).toBe(false);
  });

  test('every small pattern matches what it says, as the client says it', () => {
    for (const pattern of PATTERNS) {
      const isMatch = matchesAny([pattern]);
      const dispatcher = createDispatcher(() => {});
      dispatcher.on(pattern, () => {});
      for (const name of NAMES) {
        const label = `${pattern} and ${name}`;
        expect(isMatch(name), label).toBe(matches(pattern, name));
        expect(isMatch(name), label).toBe(dispatcher.find(name).length > 0);
      }
    }
  });

  test('any of several is enough', () => {
    const seed = testSeed();
    for (let index = 0; index < 2_000; index += 1) {
      const random = createRandom(caseSeed(seed, index));
      const patterns = Array.from({ length: random.between(0, 6) }, () => random.pick(PATTERNS));
      const name = random.pick(NAMES);
      const expected = patterns.some((pattern) => matches(pattern, name));
      expect(matchesAny(patterns)(name), `${patterns.join(' ')} and ${name}: ${replayHint(seed)}`).toBe(expected);
    }
  });

  test('names that every object has are names like others', () => {
    expect(matchesAny(['a'])('__proto__')).toBe(false);
    expect(matchesAny(['__proto__'])('__proto__')).toBe(true);
    expect(matchesAny(['*.b'])('constructor')).toBe(false);
  });

  test('the most hostile patterns take no time (S18)', () => {
    const stars = Array.from({ length: 100 }, (_, n) => [...Array(126).fill('*'), `x${n}`].join('.'));
    const isMatch = matchesAny(stars);
    const name = [...Array(126).fill('a'), 'y'].join('.');
    const start = performance.now();
    for (let n = 0; n < 100; n += 1) expect(isMatch(name)).toBe(false);
    // A matcher that tries again would need longer than the sun has.
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe('covering (S20)', () => {
  test('a pattern covers another exactly where it matches all that the other matches', () => {
    for (const granted of PATTERNS) {
      for (const requested of PATTERNS) {
        const expected = NAMES.every((name) => !matches(requested, name) || matches(granted, name));
        // Among names of three segments `*` is no more than these; a fourth tells them apart.
        const isWider = requested === '*' && granted !== '*';
        expect(covers(granted, requested), `${granted} over ${requested}`).toBe(expected && !isWider);
      }
    }
  });

  test.each([
    ['orders.42', '*'],
    ['orders.42', 'orders.*'],
    ['orders.*', '*'],
    ['orders.*', '*.*'],
    ['*.*', '*'],
    ['orders.*', 'orders'],
    ['orders.*', 'orders.42.items'],
    ['orders', 'orders.42'],
  ])('%s does not widen to %s', (granted, requested) => {
    expect(covers(granted, requested)).toBe(false);
  });
});
