import { describe, expect, test } from 'vitest';

import { createParser, parseRetry } from '../../packages/protocol/src/index.ts';

const values: readonly (readonly [value: string, expected: number | undefined])[] = [
  ['0', 0],
  ['1', 1],
  ['3000', 3000],
  ['00', 0],
  ['0010', 10], // decimal, whatever the leading zeros suggest
  ['2147483647', 2_147_483_647],
  ['2147483648', 2_147_483_648], // over what setTimeout can wait: who waits must clamp it
  ['1000000000000', 1_000_000_000_000],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ['', undefined], // ASCII digits only: an empty value is ignored, not zero
  [' ', undefined],
  [' 5', undefined],
  ['5 ', undefined],
  ['\t5', undefined],
  ['5\n', undefined],
  ['5\r', undefined],
  ['5\u0000', undefined],
  ['5\u00A0', undefined],
  ['\uFEFF5', undefined],
  ['12abc', undefined],
  ['abc', undefined],
  ['a1', undefined],
  ['-5', undefined],
  ['-0', undefined],
  ['+5', undefined],
  ['1.5', undefined],
  ['1.', undefined],
  ['.5', undefined],
  ['1e3', undefined],
  ['0x10', undefined],
  ['0b1', undefined],
  ['0o7', undefined],
  ['1n', undefined],
  ['1_000', undefined],
  ['1,000', undefined],
  ['NaN', undefined],
  ['Infinity', undefined],
  ['null', undefined],
  ['\u0661\u0662', undefined], // Arabic-Indic
  ['\uFF11\uFF12', undefined], // full-width
  ['1\u00B2', undefined], // superscript
  ['\u0967', undefined], // Devanagari
  ['\uD835\uDFCF', undefined], // mathematical bold
  ['5;', undefined],
  ['/', undefined], // the neighbours of 0 and 9 in ASCII
  [':', undefined],
];

describe('the retry field', () => {
  test.each(values)('%j gives %j', (value, expected) => {
    expect(parseRetry(value)).toBe(expected);
  });

  test.each(values.filter(([value]) => !/[\r\n]/.test(value)))('%j means the same on the wire', (value, expected) => {
    const frames = createParser().push(`retry:${value.startsWith(' ') ? ' ' : ''}${value}\n`);
    expect(frames).toEqual(expected === undefined ? [] : [{ kind: 'retry', retryMs: expected }]);
  });

  test('of 400 digits is a number to be clamped, never NaN, and costs no time', () => {
    const value = parseRetry('9'.repeat(400));
    expect(value).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
    expect(value).not.toBeNaN();
    expect(parseRetry(`${'9'.repeat(1_000_000)}x`)).toBeUndefined();
    expect(parseRetry(`${'0'.repeat(1_000)}7`)).toBe(7);
  });
});
