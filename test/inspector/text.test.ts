import { expect, test } from 'vitest';
import { createRing } from '../../packages/inspector/src/ring.ts';
import { cut, duration, plural, preview, timeOfDay, withoutSecrets } from '../../packages/inspector/src/text.ts';

test.each([
  ['https://a.test/x', 'https://a.test/x'],
  ['https://a.test/x?token=1', 'https://a.test/x?…'],
  ['https://a.test/x#token=1', 'https://a.test/x?…'],
  ['https://me:pass@a.test/x', 'https://a.test/x'],
  ['got 500 from https://a.test/x?key=1, sorry', 'got 500 from https://a.test/x?… sorry'],
  ['why?', 'why?'],
])('%j is shown as %j', (url, shown) => {
  expect(withoutSecrets(url)).toBe(shown);
});

test.each([
  [-5, '0 ms'],
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [59_900, '59.9 s'],
  [60_000, '1 min 0 s'],
  [125_000, '2 min 5 s'],
])('%d ms is %j', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test('one is singular', () => {
  expect([plural(1, 'listener'), plural(2, 'listener')]).toEqual(['1 listener', '2 listeners']);
});

test('a time of day has its milliseconds', () => {
  expect(timeOfDay(1_700_000_000_007)).toMatch(/^\d\d:\d\d:\d\d\.007$/);
});

test('a preview is one line, and short', () => {
  expect(preview('a\nb')).toBe('a⏎b');
  expect(preview('x'.repeat(10_000))).toHaveLength(300);
});

test('what is cut is the beginning', () => {
  expect([cut('abcdef', 3), cut('ab', 3), cut('', 3)]).toEqual(['abc', 'ab', '']);
});

test('a ring keeps the newest, and counts all', () => {
  const ring = createRing<number>(2);
  for (const n of [1, 2, 3]) ring.add(n);
  expect([ring.items, ring.total]).toEqual([[2, 3], 3]);
  ring.keep(1);
  ring.add(4);
  expect([ring.items, ring.total]).toEqual([[4], 4]);
  ring.clear();
  expect([ring.items, ring.total]).toEqual([[], 0]);
});
