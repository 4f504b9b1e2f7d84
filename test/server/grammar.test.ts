import { describe, expect, test } from 'vitest';
import {
  checkChannel,
  checkClientId,
  checkEventType,
  checkKey,
  checkTags,
  isChannel,
  isClientId,
  isEventType,
  isKey,
  isSession,
  isTagName,
  isTagValue,
  quote,
} from '../../packages/server/src/grammar.ts';

const NO_NAMES = [
  ['nothing', ''],
  ['a dot', '.'],
  ['a dot in front', '.orders'],
  ['a dot behind', 'orders.'],
  ['two dots', 'orders..42'],
  ['a star', '*'],
  ['a star as a segment', 'orders.*'],
  ['a star within a segment', 'ord*'],
  ['a blank', 'my orders'],
  ['a blank behind', 'orders '],
  ['a line feed behind', 'orders\n'],
  ['a carriage return', 'a\rb'],
  ['NUL', 'a\0b'],
  ['a line separator', 'a\u2028b'],
  ['a path upwards', '../secrets'],
  ['a path', 'a/b'],
  ['an escaped path', '%2e%2e'],
  ['a glob', 'a[b]'],
  ['a dollar', '$all'],
  ['a composed letter', 'caf\u00e9'],
  ['its decomposed twin', 'cafe\u0301'],
  ['a Cyrillic twin', '\u043erders'],
  ['something invisible', 'or\u200bders'],
  ['text from right to left', 'or\u202eders'],
  ['half a character', 'a\ud800'],
  ['257 characters', 'a'.repeat(257)],
  ['10 KiB', 'a.'.repeat(5_120)],
  ['what is reserved', 'pushstream'],
  ['a reserved name', 'pushstream.ready'],
  ['a number', 42],
  ['undefined', undefined],
  ['null', null],
  ['a list', ['orders']],
] as const;

const NAMES = [
  'orders',
  'orders.42',
  'dataUpdate',
  'message',
  'error',
  'open',
  'tenant:7.user@example~x.a_b-c',
  '__proto__',
  'constructor.prototype',
  'pushstreams.ready',
  'Pushstream.ready',
  'my.pushstream.ready',
  'a'.repeat(256),
  `${'a.'.repeat(127)}ab`,
];

describe('channels and event types (S16, S17)', () => {
  test.each(NO_NAMES)('%s is no name', (_what, value) => {
    expect(isChannel(value)).toBe(false);
    expect(isEventType(value)).toBe(false);
    expect(() => checkChannel('options.channel', value)).toThrow(TypeError);
    expect(() => checkEventType('type', value)).toThrow(TypeError);
  });

  test.each(NAMES)('%s is one', (value) => {
    expect(isChannel(value)).toBe(true);
    expect(isEventType(value)).toBe(true);
    expect(() => checkChannel('options.channel', value)).not.toThrow();
    expect(() => checkEventType('type', value)).not.toThrow();
  });

  test('a misuse says where, what was expected, and what came', () => {
    expect(() => checkChannel('options.channel', 'a b')).toThrow(
      'options.channel: expected segments of letters, digits and "_-:@~" between dots, at most 256 characters, not beginning with "pushstream", got "a b"',
    );
  });
});

describe('other words', () => {
  test.each([
    ['', false],
    [' a', false],
    ['a ', false],
    ['a\nb', false],
    ['Zo\u00eb', false],
    ['a'.repeat(257), false],
    [7, false],
    ['7', true],
    ['auth0|507f1f77', true],
    ['Jane Doe <jane@example.com>', true],
    ['a'.repeat(256), true],
  ])('the client id %j: %s', (value, expected) => {
    expect(isClientId(value)).toBe(expected);
    if (expected) expect(() => checkClientId('options.to', value)).not.toThrow();
    else expect(() => checkClientId('options.to', value)).toThrow(TypeError);
  });

  test.each([
    ['', false],
    ['a b', false],
    ['a/b', false],
    ['a\n', false],
    ['a'.repeat(129), false],
    [null, false],
    ['3f2504e0-4f89-11d3:tab.1@x~_', true],
    ['a'.repeat(128), true],
  ])('the session %j: %s', (value, expected) => {
    expect(isSession(value)).toBe(expected);
  });

  test.each([
    ['', false],
    ['a\0', false],
    ['a\u0085b', false],
    ['a\ud800b', false],
    ['a'.repeat(257), false],
    [undefined, false],
    ['order 42 / zwei \u{1f600}', true],
  ])('the key %j: %s', (value, expected) => {
    expect(isKey(value)).toBe(expected);
    if (expected) expect(() => checkKey('options.key', value)).not.toThrow();
    else expect(() => checkKey('options.key', value)).toThrow(TypeError);
  });

  test.each([
    ['', false],
    ['a:b', false],
    ['a.b', false],
    ['a b', false],
    ['a\n', false],
    ['a'.repeat(65), false],
    ['__proto__', true],
    ['a'.repeat(64), true],
  ])('the name of a tag %j: %s', (value, expected) => {
    expect(isTagName(value)).toBe(expected);
  });

  test.each([
    ['a\r\nb', false],
    ['a\u2029b', false],
    ['\ude00', false],
    ['a'.repeat(257), false],
    [1, false],
    ['', true],
    ['a:b = c, \u00e9', true],
  ])('the value of a tag %j: %s', (value, expected) => {
    expect(isTagValue(value)).toBe(expected);
  });
});

describe('tags', () => {
  test.each([
    ['none', {}],
    ['16', Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`t${n}`, '']))],
    ['names that every object has', JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}') as object],
  ])('%s are tags', (_what, tags) => {
    expect(() => checkTags('options.tags', tags)).not.toThrow();
  });

  test.each([
    ['a text', 'a:b', 'options.tags: expected an object of strings, got a string of 3 characters'],
    ['a list', ['a'], 'options.tags: expected an object of strings, got an array'],
    ['null', null, 'options.tags: expected an object of strings, got null'],
    [
      '17',
      Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`t${n}`, ''])),
      'options.tags: expected at most 16 tags, got 17',
    ],
    ['a bad name', { 'a:b': '' }, 'options.tags: a name: expected 1 to 64 letters, digits and "_-@~", got "a:b"'],
    [
      'a number',
      { region: 7 },
      'options.tags.region: expected at most 256 characters, none of them a control character, got 7',
    ],
    [
      'a secret with a line break',
      { token: 's3cret\n' },
      'options.tags.token: expected at most 256 characters, none of them a control character, got a string of 7 characters',
    ],
  ])('%s: refused', (_what, tags, message) => {
    expect(() => checkTags('options.tags', tags)).toThrow(new TypeError(message));
  });
});

describe('what a message repeats (S49)', () => {
  test.each([
    ['a"b', '"a\\"b"'],
    ['a\r\nINFO forged', '"a\\r\\nINFO forged"'],
    ['\u001b[2J\u009b', '"\\u001b[2J\\u009b"'],
    ['\u2028\u202e', '"\\u2028\\u202e"'],
    ['a'.repeat(10_000), `"${'a'.repeat(64)}" and 9936 characters more`],
    [undefined, 'undefined'],
    [{ secret: 1 }, 'object'],
  ])('%j is %s', (value, expected) => {
    expect(quote(value)).toBe(expected);
  });

  test('never a key', () => {
    expect(() => checkKey('options.key', 'very secret\n')).toThrow(
      new TypeError(
        'options.key: expected 1 to 256 characters, none of them a control character, got a string of 12 characters',
      ),
    );
  });
});
