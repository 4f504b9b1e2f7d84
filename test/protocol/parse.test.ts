import { describe, expect, test } from 'vitest';

import { createParser } from '../../packages/protocol/src/index.ts';
import type { Frame } from '../../packages/protocol/src/index.ts';
import { createRandom, randomChunks, replayHint, testSeed } from '../support/random.ts';
import { referenceParse } from '../support/reference-parser.ts';
import { comment, event, idOnly, retry, standardCases } from './standard-cases.ts';

const seed = testSeed();
const random = createRandom(seed);
const allCases = Object.values(standardCases).flat();

/** The frames of one connection that brought these chunks. */
function parse(chunks: readonly string[]): Frame[] {
  const parser = createParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
}

/** Every way to cut `text` in two. */
function twoSplits(text: string): string[][] {
  return Array.from({ length: text.length + 1 }, (_, at) => [text.slice(0, at), text.slice(at)]);
}

describe.each(Object.entries(standardCases))('%s', (_group, cases) => {
  test.each(cases)('%s', (_name, input, expected) => {
    expect(parse([input]), 'whole').toStrictEqual(expected);
    expect(parse(input.split('')), 'one character at a time').toStrictEqual(expected);
    expect(parse(['', ...input.split('').flatMap((character) => [character, ''])]), 'with empty chunks').toStrictEqual(
      expected,
    );
    if (input.length <= 200) {
      for (const chunks of twoSplits(input))
        expect(parse(chunks), `split as ${JSON.stringify(chunks)}`).toStrictEqual(expected);
    }
    for (let round = 0; round < 20; round += 1) {
      const chunks = randomChunks(random, input);
      expect(parse(chunks), `split as ${JSON.stringify(chunks)}, ${replayHint(seed)}`).toStrictEqual(expected);
    }
  });
});

describe('the table', () => {
  test('has at least 150 rows, each with a name of its own', () => {
    expect(allCases.length).toBeGreaterThanOrEqual(150);
    expect(new Set(allCases.map(([name]) => name)).size).toBe(allCases.length);
    expect(new Set(allCases.map(([name]) => name.trim())).has('')).toBe(false);
  });

  test.each(allCases)('is what the reference says: %s', (_name, input, expected) => {
    expect(referenceParse(input)).toStrictEqual(expected);
  });
});

describe('push', () => {
  test('gives each frame with the chunk that completes it, and never again', () => {
    const parser = createParser();
    expect(parser.push('retry: 5\nid: 1\nda')).toStrictEqual([retry(5)]);
    expect(parser.push('ta: a\n')).toStrictEqual([]);
    expect(parser.push('\n: c\nid: 2\n\ndata: b')).toStrictEqual([event('a', { id: '1' }), comment('c'), idOnly('2')]);
    expect(parser.push('')).toStrictEqual([]);
    expect(parser.push('\n\n')).toStrictEqual([event('b')]);
  });

  test('dispatches at the second CR without waiting for a further byte', () => {
    const parser = createParser();
    expect(parser.push('data: a\r')).toStrictEqual([]);
    expect(parser.push('\r')).toStrictEqual([event('a')]);
  });

  test('dispatches at a CR that ends the chunk, and takes a following LF for its other half', () => {
    const parser = createParser();
    expect(parser.push('data: a\r\n\r')).toStrictEqual([event('a')]);
    expect(parser.push('\ndata: b\r\n\r')).toStrictEqual([event('b')]);
    expect(parser.push('\n')).toStrictEqual([]);
    expect(parser.push('data: c\n')).toStrictEqual([]);
    expect(parser.push('\n')).toStrictEqual([event('c')]);
  });

  test('remembers a CR over an empty chunk', () => {
    const parser = createParser();
    expect(parser.push('data: a\r')).toStrictEqual([]);
    expect(parser.push('')).toStrictEqual([]);
    expect(parser.push('\n')).toStrictEqual([]);
    expect(parser.push('\n')).toStrictEqual([event('a')]);
  });

  test('forgets the CR after one LF: the next is a blank line', () => {
    const parser = createParser();
    expect(parser.push('data: a\r')).toStrictEqual([]);
    expect(parser.push('\n\n')).toStrictEqual([event('a')]);
  });

  test('finds the BOM behind empty chunks, and looks for it only once', () => {
    const parser = createParser();
    expect(parser.push('')).toStrictEqual([]);
    expect(parser.push('\uFEFF')).toStrictEqual([]);
    expect(parser.push('\uFEFFdata: a\n\n')).toStrictEqual([]);
    expect(parser.push('data: b\n\n')).toStrictEqual([event('b')]);
  });

  test('keeps the parsers of two connections apart', () => {
    const first = createParser();
    const second = createParser();
    expect(first.push('id: 1\nevent: e\ndata: a\r')).toStrictEqual([]);
    expect(second.push('\ndata: b\n\n')).toStrictEqual([event('b')]);
    expect(first.push('\r')).toStrictEqual([event('a', { type: 'e', id: '1' })]);
  });

  test('gives a new list each time, which the caller may keep and change', () => {
    const parser = createParser();
    const first = parser.push('data: a\n\n');
    const second = parser.push('data: b\n\n');
    expect(first).toStrictEqual([event('a')]);
    first.length = 0;
    expect(second).toStrictEqual([event('b')]);
    expect(parser.push('')).toStrictEqual([]);
  });

  test('works without its receiver', () => {
    const { push } = createParser();
    expect(push('data: a\n\n')).toStrictEqual([event('a')]);
  });
});

describe('hasBegun', () => {
  test.each([
    [[': hb\n'], false],
    [['\n'], false],
    [['event: a\nid: 1\n'], false],
    [['data: a\n'], true],
    [['data: hel'], true],
    [['data', ': hello'], true],
    [['d', 'ata: x'], true],
    [['data:', ' x'], true],
    [['datum: x'], false],
    [['data: a\n\n'], false],
    [['data: a\n', '\n'], false],
    [['data', ': a\n', '\n: hb'], false],
  ])('after %j: %j', (chunks, expected) => {
    const parser = createParser();
    for (const chunk of chunks) parser.push(chunk);
    expect(parser.hasBegun).toBe(expected);
  });

  test('an event that became too large has begun', () => {
    const parser = createParser({ maxEventLength: 10 });
    parser.push(`data: ${'x'.repeat(20)}`);
    expect(parser.hasBegun).toBe(true);
  });
});
