import { describe, expect, test } from 'vitest';

import { createUtf8Decoder } from '../../packages/client/src/transport/decode-utf8.ts';
import { createParser } from '../../packages/protocol/src/index.ts';
import { caseSeed, createRandom, replayHint, testSeed } from '../support/random.ts';
import type { Random } from '../support/random.ts';
import { event, standardCases } from './standard-cases.ts';

const encoder = new TextEncoder();

function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** The text of a connection that brought these chunks and then stays silent. */
function decode(chunks: readonly Uint8Array[]): string {
  const decoder = createUtf8Decoder();
  return chunks.map((chunk) => decoder.decode(chunk)).join('');
}

/** The yardstick: the platform's own decoder, streaming from the first byte on. */
function platformDecode(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('');
}

function singleBytes(input: Uint8Array): Uint8Array[] {
  return Array.from(input, (_, at) => input.subarray(at, at + 1));
}

const valid: readonly (readonly [name: string, text: string])[] = [
  ['ASCII', 'data: hello\n\n'],
  ['two-byte characters', '\u00E9\u00DF\u0416\u07FF'],
  ['three-byte characters', '\u0800\u4E16\u754C\u20AC\uFFFD\uFFFF'],
  ['four-byte characters', '\uD83D\uDE00\uD834\uDD1E\uD800\uDC00\uDBFF\uDFFF'],
  ['all widths after one another', 'a\u00E9\u4E16\uD83D\uDE00\uD83D\uDE00\u4E16\u00E9a'],
  ['a character of several bytes at the end', 'data: \u4E16'],
  ['NUL and control characters', 'a\u0000\u0001\u007F'],
  ['line ends of both kinds', '\u4E16\r\n\u4E16\r\u4E16\n'],
  ['NEL, LINE SEPARATOR and PARAGRAPH SEPARATOR', '\u0085\u2028\u2029'],
];

const garbage: readonly (readonly [name: string, input: Uint8Array, expected: string])[] = [
  ['a byte that is never UTF-8', bytes(0x61, 0xff, 0x62), 'a\uFFFDb'],
  ['a continuation byte on its own', bytes(0x61, 0x80, 0x62), 'a\uFFFDb'],
  ['several continuation bytes', bytes(0x80, 0xbf, 0x80), '\uFFFD\uFFFD\uFFFD'],
  ['a sequence cut short by ASCII', bytes(0xe4, 0xb8, 0x0a), '\uFFFD\n'],
  ['a sequence cut short by another', bytes(0xe4, 0xe4, 0xb8, 0x96), '\uFFFD\u4E16'],
  [
    'a four-byte sequence cut after each byte',
    bytes(0xf0, 0x61, 0xf0, 0x9f, 0x61, 0xf0, 0x9f, 0x98, 0x61),
    '\uFFFDa\uFFFDa\uFFFDa',
  ],
  ['an overlong slash of two bytes', bytes(0xc0, 0xaf), '\uFFFD\uFFFD'],
  ['an overlong line feed of two bytes: no line ends here', bytes(0xc0, 0x8a), '\uFFFD\uFFFD'],
  ['an overlong NUL of two bytes', bytes(0xc0, 0x80), '\uFFFD\uFFFD'],
  ['an overlong slash of three bytes', bytes(0xe0, 0x80, 0xaf), '\uFFFD\uFFFD\uFFFD'],
  ['an overlong slash of four bytes', bytes(0xf0, 0x80, 0x80, 0xaf), '\uFFFD\uFFFD\uFFFD\uFFFD'],
  ['a surrogate in UTF-8 (CESU)', bytes(0xed, 0xa0, 0x80), '\uFFFD\uFFFD\uFFFD'],
  ['a pair of surrogates in UTF-8 (CESU)', bytes(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80), '\uFFFD'.repeat(6)],
  ['a code point above U+10FFFF', bytes(0xf4, 0x90, 0x80, 0x80), '\uFFFD\uFFFD\uFFFD\uFFFD'],
  ['a five-byte lead', bytes(0xf8, 0x88, 0x80, 0x80, 0x80), '\uFFFD'.repeat(5)],
  ['Latin-1 text', bytes(0x63, 0x61, 0x66, 0xe9, 0x20, 0x21), 'caf\uFFFD !'],
  ['a UTF-16 mark and line', bytes(0xff, 0xfe, 0x64, 0x00, 0x0a, 0x00), '\uFFFD\uFFFDd\u0000\n\u0000'],
];

describe('the bytes of one connection', () => {
  test.each(valid)('keep %s in every split', (_name, text) => {
    const input = encoder.encode(text);
    expect(decode([input])).toBe(text);
    expect(decode(singleBytes(input)), 'one byte at a time').toBe(text);
    for (let at = 0; at <= input.length; at += 1) {
      expect(decode([input.subarray(0, at), input.subarray(at)]), `cut at ${at}`).toBe(text);
      for (let second = at; second <= input.length; second += 1) {
        const three = [input.subarray(0, at), input.subarray(at, second), input.subarray(second)];
        expect(decode(three), `cut at ${at} and ${second}`).toBe(text);
      }
    }
  });

  test.each(garbage)('replace %s by U+FFFD in every split', (_name, input, expected) => {
    // A letter after the garbage shows that the decoder is itself again.
    const whole = Uint8Array.from([...input, 0x7a]);
    expect(decode([whole])).toBe(`${expected}z`);
    expect(decode(singleBytes(whole)), 'one byte at a time').toBe(`${expected}z`);
    for (let at = 0; at <= whole.length; at += 1) {
      expect(decode([whole.subarray(0, at), whole.subarray(at)]), `cut at ${at}`).toBe(`${expected}z`);
    }
  });

  test('keep a leading BOM, whole or split: the parser is the one layer that strips it', () => {
    const input = encoder.encode('\uFEFFdata: a\n\n');
    for (let at = 0; at <= input.length; at += 1) {
      expect(decode([input.subarray(0, at), input.subarray(at)])).toBe('\uFEFFdata: a\n\n');
    }
    expect(decode([encoder.encode('\uFEFF\uFEFF')])).toBe('\uFEFF\uFEFF');
    expect(decode([encoder.encode('a\n'), encoder.encode('\uFEFFb')])).toBe('a\n\uFEFFb');
  });

  test('give each character with the chunk that completes it, never sooner and never later', () => {
    const decoder = createUtf8Decoder();
    expect(decoder.decode(bytes(0x61, 0xe4))).toBe('a');
    expect(decoder.decode(bytes(0xb8))).toBe('');
    expect(decoder.decode(bytes())).toBe('');
    expect(decoder.decode(bytes(0x96))).toBe('\u4E16');
    expect(decoder.decode(bytes(0x62))).toBe('b');
    expect(decoder.decode(bytes(0xf0, 0x9f, 0x98))).toBe('');
    expect(decoder.decode(bytes(0x80, 0x0a))).toBe('\uD83D\uDE00\n');
  });

  test('may be empty', () => {
    const decoder = createUtf8Decoder();
    expect(decoder.decode(bytes())).toBe('');
    expect(decoder.decode(bytes(0x61))).toBe('a');
    expect(decoder.decode(bytes())).toBe('');
  });

  test('may end in the middle of a character: what came before stands, nothing is made up, nothing is dispatched', () => {
    const parser = createParser();
    const decoder = createUtf8Decoder();
    const whole = encoder.encode('data: a\n\ndata: \u4E16\n\n');
    for (let end = whole.length - 1; end > whole.length - 5; end -= 1) {
      expect(decode([whole.subarray(0, end)])).toBe(platformDecode([whole.subarray(0, end)]));
    }
    expect(parser.push(decoder.decode(whole.subarray(0, whole.length - 3)))).toEqual([event('a')]);
    expect(parser.push(decoder.decode(bytes()))).toEqual([]);
  });

  test('of two connections do not mix', () => {
    const first = createUtf8Decoder();
    const second = createUtf8Decoder();
    expect(first.decode(bytes(0xe4, 0xb8))).toBe('');
    expect(second.decode(bytes(0x96, 0x0a))).toBe('\uFFFD\n');
    expect(first.decode(bytes(0x96))).toBe('\u4E16');
  });

  test('leave the chunk alone and need no longer life of it', () => {
    const decoder = createUtf8Decoder();
    const chunk = bytes(0x61, 0xe4, 0xb8);
    expect(decoder.decode(chunk)).toBe('a');
    expect([...chunk]).toEqual([0x61, 0xe4, 0xb8]);
    chunk.fill(0x7a); // the host reuses its buffer
    expect(decoder.decode(bytes(0x96))).toBe('\u4E16');
  });

  test('may be a view into a larger buffer', () => {
    const buffer = encoder.encode('xx\u4E16yy').buffer;
    expect(decode([new Uint8Array(buffer, 2, 2), new Uint8Array(buffer, 4, 1)])).toBe('\u4E16');
  });
});

describe("every row of the standard's table, as bytes", () => {
  test.each(Object.values(standardCases).flat())('%s', (_name, input, expected) => {
    // A lone surrogate or the like has no bytes of its own: those rows are for the text alone.
    if (!input.isWellFormed()) return;
    const wire = encoder.encode(input);
    const splits = wire.length > 200 ? [0] : Array.from({ length: wire.length + 1 }, (_, at) => at);
    for (const at of splits) {
      const parser = createParser();
      const decoder = createUtf8Decoder();
      const frames = [wire.subarray(0, at), wire.subarray(at)].flatMap((chunk) => parser.push(decoder.decode(chunk)));
      expect(frames, `cut at byte ${at}`).toStrictEqual(expected);
    }
  });
});

describe('random bytes in random chunks', () => {
  /** Bytes that like to break sequences: leads, continuations, the second bytes that decide, ASCII between them. */
  const NASTY = [
    0x00, 0x0a, 0x0d, 0x20, 0x61, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe4, 0xed, 0xef,
    0xf0, 0xf4, 0xf5, 0xff,
  ];
  const PIECES = ['a', 'data: x\n\n', '\u00E9', '\u4E16\u754C', '\uD83D\uDE00', '\uFEFF', '\uFFFD'].map((text) =>
    encoder.encode(text),
  );

  function randomBytes(random: Random): Uint8Array {
    const all: number[] = [];
    const pieces = random.between(0, 24);
    const share = random.pick([0, 0.2, 0.5, 1]);
    for (let at = 0; at < pieces; at += 1) {
      if (random.chance(share)) all.push(random.chance(0.8) ? random.pick(NASTY) : random.below(256));
      else all.push(...random.pick(PIECES));
    }
    return Uint8Array.from(all);
  }

  test('give what a plain streaming TextDecoder gives, chunk by chunk, on 200,000 inputs', () => {
    const seed = testSeed();
    const random = createRandom(seed);
    for (let index = 0; index < 200_000; index += 1) {
      random.reseed(caseSeed(seed, index));
      const input = randomBytes(random);
      const ours = createUtf8Decoder();
      const platform = new TextDecoder('utf-8', { ignoreBOM: true });
      const longest = random.pick([1, 2, 5, 40]);
      for (let start = 0; start < input.length;) {
        const end = start + random.between(random.chance(0.1) ? 0 : 1, longest);
        const chunk = input.subarray(start, end);
        const text = ours.decode(chunk);
        const expected = platform.decode(chunk, { stream: true });
        if (text !== expected) {
          expect(text, `bytes ${[...input].join(' ')}, chunk ${start} to ${end}, ${replayHint(seed)}`).toBe(expected);
        }
        start = end;
      }
    }
  }, 120_000);
});
