import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';

import { createParser } from '../../packages/protocol/src/index.ts';
import type { Frame } from '../../packages/protocol/src/index.ts';
import { parseChunks } from '../support/frames.ts';
import { comment, event, idOnly, retry } from './standard-cases.ts';

const KILO = 1024;

function oversized(parts: { readonly type?: string; readonly id?: string } = {}): Frame {
  return { kind: 'oversized', type: parts.type ?? 'message', id: parts.id };
}

describe('maxEventLength', () => {
  const LIMIT = 20;
  const cases: readonly (readonly [name: string, input: string, expected: readonly Frame[]])[] = [
    ['a line as long as the limit passes', `data: ${'x'.repeat(14)}\n\n`, [event('x'.repeat(14))]],
    ['a line longer than the limit makes the event oversized', `data: ${'x'.repeat(15)}\n\n`, [oversized()]],
    [
      'joined data as long as the limit passes',
      `data:${'x'.repeat(10)}\ndata:${'y'.repeat(9)}\n\n`,
      [event(`${'x'.repeat(10)}\n${'y'.repeat(9)}`)],
    ],
    [
      'joined data longer than the limit is oversized, each line within it',
      `data:${'x'.repeat(10)}\ndata:${'y'.repeat(10)}\n\n`,
      [oversized()],
    ],
    ['empty data lines add up too', `${'data\n'.repeat(22)}\n`, [oversized()]],
    ['empty data lines up to the limit pass', `${'data\n'.repeat(21)}\n`, [event('\n'.repeat(20))]],
    ['the event after an oversized one arrives', `data: ${'x'.repeat(50)}\n\ndata: b\n\n`, [oversized(), event('b')]],
    [
      'an oversized event says so once, at its blank line',
      `data: ${'x'.repeat(50)}\ndata: ${'y'.repeat(50)}\ndata: z\n\n`,
      [oversized()],
    ],
    ['an oversized event without its blank line is nothing', `data: ${'x'.repeat(50)}\ndata: y\n`, []],
    ['an oversized line without its end is nothing', `data: ${'x'.repeat(50)}`, []],
    [
      'type and id before the long line are reported',
      `event: e\nid: 1\ndata: ${'x'.repeat(50)}\n\n`,
      [oversized({ type: 'e', id: '1' })],
    ],
    [
      'type and id after the long line are reported',
      `data: ${'x'.repeat(50)}\nevent: e\nid: 1\n\n`,
      [oversized({ type: 'e', id: '1' })],
    ],
    [
      'type and id after too much data are reported',
      `${'data:0123456789\n'.repeat(5)}id: 1\nevent: e\n\n`,
      [oversized({ type: 'e', id: '1' })],
    ],
    ['an id longer than the limit is not reported', `id: ${'1'.repeat(50)}\ndata: x\n\n`, [oversized()]],
    [
      'an id longer than the limit leaves the earlier one of the block',
      `id: 1\nid: ${'2'.repeat(50)}\ndata: x\n\n`,
      [oversized({ id: '1' })],
    ],
    ['a type longer than the limit is not reported', `event: ${'e'.repeat(50)}\ndata: x\n\n`, [oversized()]],
    ['a long unknown field makes its block oversized', `${'z'.repeat(50)}\n\n`, [oversized()]],
    ['a long line with nothing else in its block is reported', `data: ${'x'.repeat(50)}\n\n\n\n`, [oversized()]],
    [
      'data after too much data is not collected again',
      `data: ${'x'.repeat(50)}\ndata: y\n\ndata: z\n\n`,
      [oversized(), event('z')],
    ],
    [
      'the type of an oversized event does not reach the next',
      `event: e\ndata: ${'x'.repeat(50)}\n\ndata: b\n\n`,
      [oversized({ type: 'e' }), event('b')],
    ],
    [
      "the id of an oversized event does not become the next one's own",
      `id: 1\ndata: ${'x'.repeat(50)}\n\ndata: b\n\n`,
      [oversized({ id: '1' }), event('b')],
    ],
    ['a retry in an oversized block counts', `data: ${'x'.repeat(50)}\nretry: 5\n\n`, [retry(5), oversized()]],
    [
      'a comment longer than the limit is cut, never fatal',
      `: ${'c'.repeat(50)}\ndata: a\n\n`,
      [comment('c'.repeat(18)), event('a')],
    ],
    ['a comment as long as the limit is whole', `: ${'c'.repeat(18)}\n`, [comment('c'.repeat(18))]],
    [
      'comments do not add up',
      `data: a\n${': 0123456789\n'.repeat(10)}\n`,
      [...Array.from({ length: 10 }, () => comment('0123456789')), event('a')],
    ],
    ['comments in an oversized block are reported', `data: ${'x'.repeat(50)}\n: c\n\n`, [comment('c'), oversized()]],
    ['lines do not add up, only data does', `${'foo: 0123456789\n'.repeat(10)}data: a\n\n`, [event('a')]],
    [
      'the limit is per event, not per stream',
      'data: 0123456789\n\n'.repeat(10),
      Array.from({ length: 10 }, () => event('0123456789')),
    ],
    ['a leading BOM does not count', `\uFEFFdata: ${'x'.repeat(14)}\n\n`, [event('x'.repeat(14))]],
    ['CRLF does not count', `data: ${'x'.repeat(14)}\r\n\r\n`, [event('x'.repeat(14))]],
    ['an oversized line may end with a lone CR', `data: ${'x'.repeat(50)}\r\rdata: b\r\r`, [oversized(), event('b')]],
    [
      'an oversized line may end with CRLF',
      `data: ${'x'.repeat(50)}\r\n\r\ndata: b\r\n\r\n`,
      [oversized(), event('b')],
    ],
    ['an id-only block within the limit is not touched', `id: ${'1'.repeat(16)}\n\n`, [idOnly('1'.repeat(16))]],
  ];

  test.each(cases)('%s', (_name, input, expected) => {
    expect(parseChunks([input], LIMIT), 'whole').toStrictEqual(expected);
    expect(parseChunks(input.split(''), LIMIT), 'one character at a time').toStrictEqual(expected);
    for (let at = 0; at <= input.length; at += 1) {
      expect(parseChunks([input.slice(0, at), input.slice(at)], LIMIT), `cut at ${at}`).toStrictEqual(expected);
    }
  });

  test('is 16 Mi characters unless told otherwise', () => {
    const most = 16 * KILO * KILO;
    const parser = createParser();
    const frames = parser.push(
      `id: 1\ndata:${'x'.repeat(most - 5)}\n\nid: 2\ndata:${'x'.repeat(most - 4)}\n\ndata: b\n\n`,
    );
    expect(frames.map(({ kind }) => kind)).toEqual(['event', 'oversized', 'event']);
    expect(frames[1]).toEqual(oversized({ id: '2' }));
    expect(frames[2]).toEqual(event('b'));
  });

  test('of 13 Mi characters in two chunks is no trouble', () => {
    const half = 'x'.repeat((13 / 2) * KILO * KILO);
    const parser = createParser();
    expect(parser.push(`data: ${half}`)).toEqual([]);
    expect(
      parser.push(`${half}\n\n`).map((frame) => (frame.kind === 'event' ? frame.data.length : frame.kind)),
    ).toEqual([13 * KILO * KILO]);
  });

  test('may be as small as one character', () => {
    expect(parseChunks([':\n: a\n:b\ndata\n\nx\n\ndata: b\n\n'], 1)).toEqual([
      comment(''),
      comment(''),
      comment(''),
      oversized(),
      oversized(),
    ]);
  });
});

/** Milliseconds for all of `chunks` on one connection: the best of three, so that a busy machine does not matter. */
function timeOf(chunks: () => Iterable<string>, maxEventLength?: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    const parser = maxEventLength === undefined ? createParser() : createParser({ maxEventLength });
    const begin = performance.now();
    for (const chunk of chunks()) parser.push(chunk);
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}

/**
 * Four times the input must take at most ten times as long; what is quadratic takes sixteen times as long each
 * time it is tried, what was merely disturbed does not.
 */
function expectLinear(chunks: (size: number) => Iterable<string>, size: number, maxEventLength?: number): void {
  timeOf(() => chunks(size / 10), maxEventLength); // warm up, so that the first measurement is not the compiler's
  let small = 0;
  let large = 0;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    small = Math.max(
      5,
      timeOf(() => chunks(size), maxEventLength),
    );
    large = timeOf(() => chunks(size * 4), maxEventLength);
    if (large < small * 10) return;
  }
  expect(large).toBeLessThan(small * 10);
}

function* repeated(chunk: string, times: number, last = ''): Iterable<string> {
  for (let at = 0; at < times; at += 1) yield chunk;
  yield last;
}

describe('time is linear: four times the input takes at most ten times as long', () => {
  const BASE = 250_000;
  const inputs: readonly (readonly [name: string, chunks: (size: number) => Iterable<string>])[] = [
    ['one huge line, one character per chunk', (size) => repeated('x', size, '\n\n')],
    ['one huge data line in chunks of 16', (size) => ['data: ', ...repeated('0123456789abcdef', size), '\n\n']],
    ['one huge data line in one chunk', (size) => [`data: ${'x'.repeat(size * 8)}\n\n`]],
    ['many data lines in one event, in one chunk', (size) => [`${'data: 1\n'.repeat(size)}\n`]],
    ['many data lines in one event, a chunk per line', (size) => repeated('data: 1\n', size, '\n')],
    ['many empty data lines in one event', (size) => [`${'data\n'.repeat(size)}\n`]],
    ['many id lines in one block', (size) => [`${'id: 12345678901234567890\n'.repeat(size)}\n`]],
    ['many comment lines without a blank line', (size) => repeated(': keep alive\n', size)],
    ['many comment lines in one chunk', (size) => [': keep alive\n'.repeat(size)]],
    ['one endless comment in tiny chunks', (size) => [':', ...repeated('cc', size), '\n']],
    ['blank lines of CR only', (size) => ['\r'.repeat(size)]],
    ['events of CR only in one chunk', (size) => ['data: a\r\r'.repeat(size)]],
    ['CR alone as every chunk', (size) => repeated('\r', size)],
    ['CR and LF as chunks of their own', (size) => repeated('\r', size, '\n')],
    ['one LF far behind many CRs', (size) => [`${'data: a\r\r'.repeat(size)}\n`]],
    ['one CR far behind many LFs', (size) => [`${'data: a\n\n'.repeat(size)}\r`]],
    ['many lines named like a field, without a colon', (size) => [`${'id\nevent\ndata\nretry\n'.repeat(size / 4)}\n`]],
    ['many lines without a colon before one colon far away', (size) => [`${'word\n'.repeat(size)}a:b\n`]],
    ['many events in one chunk', (size) => ['id: 1\nevent: e\ndata: a\n\n'.repeat(size)]],
    ['retry with very many digits', (size) => [`retry: ${'1'.repeat(size)}\n`]],
    [
      'empty chunks in the middle of a long line',
      (size) => [`data: ${'x'.repeat(size)}`, ...repeated('', size), '\n\n'],
    ],
  ];

  test.each(inputs)('%s', (_name, chunks) => expectLinear(chunks, BASE), 120_000);

  test('an endless line past the limit costs no more than reading it', () => {
    expectLinear((size) => repeated('x'.repeat(KILO), size, '\n\n'), 16 * KILO, 64 * KILO);
  });
});

describe('memory is bounded', () => {
  const MEBI = KILO * KILO;
  /** Under test a worker has no `gc`; a fresh context made after the flag has one. */
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');

  function liveHeap(): number {
    if (typeof collect !== 'function') throw new TypeError('expected gc() in a context made after --expose-gc');
    collect();
    collect();
    return process.memoryUsage().heapUsed;
  }

  /** MiB of heap that a parser holds after these chunks, whose frames nobody keeps. */
  function heldAfter(chunks: Iterable<string>, maxEventLength: number): number {
    const before = liveHeap();
    const parser = createParser({ maxEventLength });
    for (const chunk of chunks) parser.push(chunk);
    const held = (liveHeap() - before) / MEBI;
    // Used once more, so that the measurement cannot come after its death.
    parser.push('');
    return held;
  }

  /** Chunks as the network brings them: each a string of its own. */
  function* fresh(times: number, chunk: (at: number) => string): Iterable<string> {
    for (let at = 0; at < times; at += 1) yield chunk(at);
  }
  const padding = 'p'.repeat(64 * KILO);

  test('in an endless line of 512 MiB', () => {
    expect(
      heldAfter(
        fresh(8 * KILO, (at) => `${padding}${at}`),
        MEBI,
      ),
    ).toBeLessThan(2);
  });

  test('in an endless comment of 512 MiB', () => {
    expect(
      heldAfter(
        fresh(8 * KILO, (at) => `${at === 0 ? ':' : ''}${padding}${at}`),
        MEBI,
      ),
    ).toBeLessThan(4);
  });

  test('in a block of comments without end', () => {
    expect(
      heldAfter(
        fresh(200_000, (at) => `: keep alive ${at}\n`),
        MEBI,
      ),
    ).toBeLessThan(2);
  });

  test('in an event without end', () => {
    expect(
      heldAfter(
        fresh(200_000, (at) => `data: line number ${at} of an event that never ends\n`),
        MEBI,
      ),
    ).toBeLessThan(2);
  });

  // At most eight bytes for each character of the limit, whatever the pieces are.
  test('in an event of four Mi characters, one per chunk', () => {
    expect(
      heldAfter(
        fresh(4 * MEBI - 8, () => 'x'),
        4 * MEBI,
      ),
    ).toBeLessThan(8 * 4);
  });

  test('in an event of four Mi empty data lines', () => {
    expect(
      heldAfter(
        fresh(4 * KILO - 1, () => 'data\n'.repeat(KILO)),
        4 * MEBI,
      ),
    ).toBeLessThan(8 * 4);
  });

  test('in an event whose short lines come each with a long comment: the comment is not kept', () => {
    expect(
      heldAfter(
        fresh(2_000, (at) => `data: a short line, number ${at}\n:${padding}\n`),
        4 * MEBI,
      ),
    ).toBeLessThan(8 * 4);
  });
});
