import { describe, expect, test } from 'vitest';

import { parseChunks, sameFrames } from '../support/frames.ts';
import { peerDiffers, peerParse } from '../support/peer-parser.ts';
import { caseSeed, createRandom, randomChunks, replayHint, testSeed } from '../support/random.ts';
import type { Random } from '../support/random.ts';
import { referenceParse } from '../support/reference-parser.ts';
import { shrinkChunks } from '../support/shrink.ts';

const INPUTS = 1_000_000;
const TIMEOUT_MS = 600_000;

/** What streams are made of, each with how often: likely lines, and everything that breaks them. */
const WEIGHTED_TOKENS: readonly (readonly [weight: number, token: string])[] = [
  [30, '\n'],
  [14, '\r'],
  [14, '\r\n'],
  [12, '\n\n'],
  [3, '\r\r'],
  [3, '\r\n\r\n'],
  [3, '\n\r'],
  [14, 'data'],
  [14, 'data: '],
  [8, 'data:'],
  [4, 'data:x\n\n'],
  [6, 'event'],
  [8, 'event: '],
  [3, 'event:'],
  [6, 'id'],
  [8, 'id: '],
  [3, 'id:'],
  [4, 'retry'],
  [6, 'retry: '],
  [3, 'retry:'],
  [16, ':'],
  [4, ': '],
  [14, ' '],
  [2, '\t'],
  [10, '1'],
  [6, '0'],
  [2, '42'],
  [2, '12345678901234567890123'],
  [8, 'a'],
  [4, 'xyz'],
  [2, 'message'],
  [2, '__proto__'],
  [2, 'Data'],
  [2, 'dat'],
  [4, '\u0000'],
  [5, '\uFEFF'],
  [2, '\uFFFD'],
  [2, '\u00E9'],
  [1, '\u00EF\u00BB\u00BF'],
  [3, '\u4E16\u754C'],
  [3, '\uD83D\uDE00'],
  [1, '\uD83D'],
  [2, '\u0085'],
  [2, '\u2028'],
  [1, '\u2029'],
  [1, '\u000B'],
  [1, '\u000C'],
  [1, '\u0661'],
  [1, '{"a":1}'],
  [1, '-5'],
  [1, 'a line that is rather longer than the others are, longer than any limit of this test'],
];
const TOKENS = WEIGHTED_TOKENS.flatMap(([weight, token]) => Array.from({ length: weight }, () => token));

const LINE_STARTS = ['data: ', 'data: ', 'data: ', 'data:', 'data', 'id: ', 'id:', 'id', 'event: ', 'event:', 'event'];
const RARE_LINE_STARTS = [
  'retry: ',
  'retry:',
  'retry',
  ': ',
  ':',
  'foo: ',
  ' data: ',
  'data : ',
  'Data: ',
  '\uFEFFdata: ',
  '',
];
const LINE_ENDS = [['\n'], ['\r'], ['\r\n'], ['\n', '\r', '\r\n']];
const NO_LINE_END = TOKENS.filter((token) => !/[\r\n]/.test(token));

/** Anything at all: tokens in any order. */
function randomSoup(random: Random): string {
  let stream = '';
  const tokens = 1 + random.below(random.pick([4, 12, 30, 30]));
  for (let at = 0; at < tokens; at += 1) stream += random.pick(TOKENS);
  return stream;
}

/** Something like a stream: lines of fields, now and then a blank one. */
function randomLines(random: Random): string {
  let stream = '';
  const ends = random.pick(LINE_ENDS);
  const lines = random.between(1, 14);
  for (let line = 0; line < lines; line += 1) {
    if (!random.chance(0.3)) {
      stream += random.pick(random.chance(0.7) ? LINE_STARTS : RARE_LINE_STARTS);
      const tokens = random.below(4);
      for (let at = 0; at < tokens; at += 1)
        stream += random.pick(random.chance(0.3) ? ['1', '20', '300'] : NO_LINE_END);
    }
    stream += random.pick(ends);
  }
  return stream;
}

function randomStream(random: Random): string {
  const stream =
    (random.chance(0.05) ? '\uFEFF' : '') + (random.chance(0.4) ? randomSoup(random) : randomLines(random));
  // Many streams should end in something that dispatches, or half of the work would be for nothing.
  return random.chance(0.4) ? `${stream}\n\n` : stream;
}

/** Fails with the smallest chunks that tell `read` and `expected` apart. */
function reportDifference(
  what: string,
  hint: string,
  chunks: readonly string[],
  read: (chunks: readonly string[]) => ReturnType<typeof parseChunks>,
  expected: (chunks: readonly string[]) => ReturnType<typeof parseChunks>,
): never {
  const smallest = shrinkChunks(chunks, (some) => !sameFrames(read(some), expected(some)));
  expect(read(smallest), `${what}: chunks ${JSON.stringify(smallest)}, ${hint}`).toStrictEqual(expected(smallest));
  throw new Error(`${what}: the difference went away while shrinking ${JSON.stringify(chunks)}, ${hint}`);
}

describe('the parser on random streams in random chunks', () => {
  test(
    `gives what the standard's reference gives, and eventsource-parser, on ${INPUTS.toLocaleString('en')} inputs`,
    () => {
      const seed = testSeed();
      const random = createRandom(seed);
      let dispatched = 0;
      let comparedWithPeer = 0;
      for (let index = 0; index < INPUTS; index += 1) {
        random.reseed(caseSeed(seed, index));
        const stream = randomStream(random);
        const chunks = randomChunks(random, stream);
        const frames = parseChunks(chunks);
        for (const { kind } of frames) if (kind === 'event') dispatched += 1;

        if (!sameFrames(frames, referenceParse(stream))) {
          reportDifference('against the reference', `case ${index}, ${replayHint(seed)}`, chunks, parseChunks, (some) =>
            referenceParse(some.join('')),
          );
        }
        if (peerDiffers(stream)) continue;
        comparedWithPeer += 1;
        if (!sameFrames(frames, peerParse(chunks))) {
          reportDifference(
            'against eventsource-parser',
            `case ${index}, ${replayHint(seed)}`,
            chunks,
            parseChunks,
            peerParse,
          );
        }
      }
      // The streams must be worth it: an event for every other one, and hardly one that the peer cannot judge.
      expect(dispatched).toBeGreaterThan(INPUTS * 0.5);
      expect(comparedWithPeer).toBeGreaterThan(INPUTS * 0.99);
    },
    TIMEOUT_MS,
  );

  test(
    'gives what the reference gives under a limit of a few characters, on 200,000 inputs',
    () => {
      const seed = testSeed();
      const random = createRandom(seed);
      let oversized = 0;
      for (let index = 0; index < 200_000; index += 1) {
        random.reseed(caseSeed(seed, index));
        const limit = random.between(1, 24);
        const stream = randomStream(random);
        const chunks = randomChunks(random, stream);
        const frames = parseChunks(chunks, limit);
        if (frames.some(({ kind }) => kind === 'oversized')) oversized += 1;
        if (!sameFrames(frames, referenceParse(stream, limit))) {
          reportDifference(
            `against the reference, maxEventLength ${limit}`,
            `case ${index}, ${replayHint(seed)}`,
            chunks,
            (some) => parseChunks(some, limit),
            (some) => referenceParse(some.join(''), limit),
          );
        }
      }
      expect(oversized).toBeGreaterThan(20_000);
    },
    TIMEOUT_MS,
  );
});
