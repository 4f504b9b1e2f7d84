import { describe, expect, test } from 'vitest';

import { encodeComment, encodeEvent } from '../../packages/protocol/src/index.ts';
import type { Frame, OutgoingEvent } from '../../packages/protocol/src/index.ts';
import { parseChunks, sameFrames } from '../support/frames.ts';
import { peerParse } from '../support/peer-parser.ts';
import { caseSeed, createRandom, randomChunks, replayHint, testSeed } from '../support/random.ts';
import type { Random } from '../support/random.ts';
import { comment, event, idOnly, retry } from './standard-cases.ts';

/** What a reader of any implementation must see of `outgoing`. */
function expectedFrames({ type, data, id, retryMs }: OutgoingEvent): Frame[] {
  const frames: Frame[] = retryMs === undefined ? [] : [{ kind: 'retry', retryMs }];
  if (data !== undefined) {
    frames.push({ kind: 'event', type: type ?? 'message', data: data.replaceAll(/\r\n|\r|\n/g, '\n'), id });
  } else if (id !== undefined) {
    frames.push({ kind: 'id', id });
  }
  return frames;
}

const sent: readonly (readonly [name: string, outgoing: OutgoingEvent, frames: readonly Frame[]])[] = [
  ['data alone is a message', { data: 'a' }, [event('a')]],
  ['empty data is an event with empty data', { data: '' }, [event('')]],
  ['all parts together', { type: 'e', data: 'a', id: '1', retryMs: 5 }, [retry(5), event('a', { type: 'e', id: '1' })]],
  ['LF splits data into lines', { data: 'a\nb' }, [event('a\nb')]],
  ['CR splits data into lines and arrives as LF', { data: 'a\rb' }, [event('a\nb')]],
  ['CRLF splits data once and arrives as LF', { data: 'a\r\nb' }, [event('a\nb')]],
  ['LF CR splits data twice', { data: 'a\n\rb' }, [event('a\n\nb')]],
  ['CR CR LF splits data twice', { data: 'a\r\r\nb' }, [event('a\n\nb')]],
  ['a leading line end is kept', { data: '\na' }, [event('\na')]],
  ['a trailing line end is kept', { data: 'a\n' }, [event('a\n')]],
  ['data of one line end is two empty lines', { data: '\n' }, [event('\n')]],
  ['data of one CRLF is two empty lines', { data: '\r\n' }, [event('\n')]],
  ['data of line ends only is kept', { data: '\n\n\r\r' }, [event('\n\n\n\n')]],
  ['data cannot forge a field', { data: 'a\nid: 9\nevent: forged' }, [event('a\nid: 9\nevent: forged')]],
  ['data cannot forge a second event', { data: 'a\n\ndata: b\n\n' }, [event('a\n\ndata: b\n\n')]],
  ['data cannot forge a comment', { data: ': a\n: b' }, [event(': a\n: b')]],
  ['a leading space of data is kept', { data: ' a' }, [event(' a')]],
  ['leading spaces of every data line are kept', { data: '  a\n b\n\tc' }, [event('  a\n b\n\tc')]],
  ['data that is one space', { data: ' ' }, [event(' ')]],
  ['data that begins with a colon', { data: ':a' }, [event(':a')]],
  ['data with a NUL', { data: 'a\u0000b' }, [event('a\u0000b')]],
  ['data that begins with a BOM', { data: '\uFEFFa' }, [event('\uFEFFa')]],
  [
    'NEL, LS, PS, VT and FF do not split data',
    { data: 'a\u0085b\u2028c\u2029d\u000Be\u000Cf' },
    [event('a\u0085b\u2028c\u2029d\u000Be\u000Cf')],
  ],
  ['data with a lone surrogate', { data: 'a\uD83Db' }, [event('a\uD83Db')]],
  ['JSON with escaped line ends stays one line', { data: '{"a":"\\n"}' }, [event('{"a":"\\n"}')]],
  ['the type message may be named', { type: 'message', data: 'a' }, [event('a')]],
  ['a type with spaces around it', { type: ' e ', data: 'a' }, [event('a', { type: ' e ' })]],
  ['a type of one space', { type: ' ', data: 'a' }, [event('a', { type: ' ' })]],
  ['a type with a colon', { type: ':e:', data: 'a' }, [event('a', { type: ':e:' })]],
  ['the type __proto__', { type: '__proto__', data: 'a' }, [event('a', { type: '__proto__' })]],
  [
    'a type in any script',
    { type: '\u4E8B\u4EF6\uD83D\uDE00', data: 'a' },
    [event('a', { type: '\u4E8B\u4EF6\uD83D\uDE00' })],
  ],
  [
    'a type may hold NEL, LS and PS: they end no line',
    { type: 'a\u0085\u2028\u2029', data: 'x' },
    [event('x', { type: 'a\u0085\u2028\u2029' })],
  ],
  ['an id without data is a heartbeat that moves the cursor', { id: 'e.1' }, [idOnly('e.1')]],
  ['an empty id resets', { id: '' }, [idOnly('')]],
  ['an empty id with data resets', { data: 'a', id: '' }, [event('a', { id: '' })]],
  ['an id with spaces around it', { id: ' 1 ' }, [idOnly(' 1 ')]],
  ['an id with a colon', { id: 'a:b' }, [idOnly('a:b')]],
  ['an id in any script', { id: '\u2026\u4E16' }, [idOnly('\u2026\u4E16')]],
  ['retryMs alone', { retryMs: 3000 }, [retry(3000)]],
  ['retryMs of zero', { retryMs: 0 }, [retry(0)]],
  ['retryMs of minus zero is zero', { retryMs: -0 }, [retry(0)]],
  ['the largest retryMs', { retryMs: Number.MAX_SAFE_INTEGER }, [retry(Number.MAX_SAFE_INTEGER)]],
  ['retryMs with an id', { retryMs: 1, id: '1' }, [retry(1), idOnly('1')]],
];

const refused: readonly (readonly [
  name: string,
  outgoing: OutgoingEvent,
  error: typeof TypeError | typeof RangeError,
  names: RegExp,
])[] = [
  ['a type with LF', { type: 'a\nb', data: 'x' }, TypeError, /type/],
  ['a type with CR', { type: 'a\rb', data: 'x' }, TypeError, /type/],
  ['a type with CRLF', { type: 'a\r\nb', data: 'x' }, TypeError, /type/],
  ['a type that ends with LF', { type: 'a\n', data: 'x' }, TypeError, /type/],
  ['a type that begins with CR', { type: '\ra', data: 'x' }, TypeError, /type/],
  ['a type that forges an event', { type: 'a\ndata: forged\n\n', data: 'x' }, TypeError, /type/],
  ['a type with NUL', { type: 'a\u0000', data: 'x' }, TypeError, /type/],
  ['an empty type, which a reader would take for message', { type: '', data: 'x' }, TypeError, /type/],
  ['an id with LF', { id: '1\n2', data: 'x' }, TypeError, /id/],
  ['an id with CR', { id: '1\r2', data: 'x' }, TypeError, /id/],
  ['an id that ends with CRLF', { id: '1\r\n', data: 'x' }, TypeError, /id/],
  ['an id that forges an event', { id: '1\ndata: forged\n\n' }, TypeError, /id/],
  ['an id with NUL, which a reader would ignore', { id: '1\u0000', data: 'x' }, TypeError, /id/],
  ['an id that is only NUL', { id: '\u0000' }, TypeError, /id/],
  ['nothing at all', {}, TypeError, /nothing/],
  ['a type alone, which dispatches nothing', { type: 'a' }, TypeError, /nothing/],
  ['a type with an id and no data: the type would be lost', { type: 'a', id: '1' }, TypeError, /nothing/],
  ['a type with retryMs and no data: the type would be lost', { type: 'a', retryMs: 1 }, TypeError, /nothing/],
  ['a negative retryMs', { data: 'x', retryMs: -1 }, RangeError, /retryMs/],
  ['a retryMs with a fraction', { data: 'x', retryMs: 1.5 }, RangeError, /retryMs/],
  ['a retryMs of NaN', { data: 'x', retryMs: Number.NaN }, RangeError, /retryMs/],
  ['an infinite retryMs', { data: 'x', retryMs: Number.POSITIVE_INFINITY }, RangeError, /retryMs/],
  ['a retryMs that would be written with an exponent', { data: 'x', retryMs: 1e21 }, RangeError, /retryMs/],
  ['a retryMs past the whole numbers', { data: 'x', retryMs: 2 ** 53 }, RangeError, /retryMs/],
  ['a bad retryMs alone', { retryMs: -1 }, RangeError, /retryMs/],
];

describe('encodeEvent', () => {
  test.each(sent)('sends %s', (_name, outgoing, frames) => {
    const wire = encodeEvent(outgoing);
    expect(wire.endsWith('\n\n'), 'ends its block').toBe(true);
    expect(wire).not.toContain('\r');
    expect(parseChunks([wire])).toStrictEqual(frames);
    expect(peerParse([wire]), 'eventsource-parser').toStrictEqual(frames);
    expect(parseChunks([wire, wire]), 'twice: nothing leaks out of the block').toStrictEqual([...frames, ...frames]);
    expect(
      expectedFrames(outgoing).map((frame) => (frame.kind === 'retry' ? retry(frame.retryMs + 0) : frame)),
    ).toStrictEqual(frames);
  });

  test.each(refused)('refuses %s, naming it', (_name, outgoing, error, names) => {
    expect(() => encodeEvent(outgoing)).toThrow(error);
    expect(() => encodeEvent(outgoing)).toThrow(names);
  });

  test('writes what people expect to read', () => {
    expect(encodeEvent({ data: 'a' })).toBe('data: a\n\n');
    expect(encodeEvent({ type: 'add', data: '1\n2' })).toMatch(/^event: add\ndata: 1\ndata: 2\n\n$/);
  });
});

describe('encodeComment', () => {
  const comments: readonly (readonly [name: string, text: string | undefined, frames: readonly Frame[]])[] = [
    ['nothing', undefined, [comment('')]],
    ['the empty text', '', [comment('')]],
    ['one line', 'hello', [comment('hello')]],
    ['a leading space', ' a', [comment(' a')]],
    ['one space', ' ', [comment(' ')]],
    ['a leading colon', ':a', [comment(':a')]],
    ['two lines, as two comments', 'a\nb', [comment('a'), comment('b')]],
    ['lines of every kind', 'a\rb\r\nc\nd', [comment('a'), comment('b'), comment('c'), comment('d')]],
    ['an empty line in the middle, which ends no block', 'a\n\nb', [comment('a'), comment(''), comment('b')]],
    ['a trailing line end', 'a\n', [comment('a'), comment('')]],
    [
      'what looks like an event',
      'data: a\n\ndata: b\n\n',
      [comment('data: a'), comment(''), comment('data: b'), comment(''), comment('')],
    ],
    ['NUL and LS', 'a\u0000\u2028b', [comment('a\u0000\u2028b')]],
  ];

  test.each(comments)('sends %s', (_name, text, frames) => {
    const wire = encodeComment(text);
    expect(parseChunks([wire])).toStrictEqual(frames);
    expect(peerParse([wire]), 'eventsource-parser').toStrictEqual(frames);
    expect(parseChunks(['data: x\n', wire, '\n']), 'inside a block it ends nothing').toStrictEqual([
      ...frames,
      event('x'),
    ]);
  });
});

describe('the round trip', () => {
  const EVENTS = 1_000_000;
  const PEER_EVENTS = 100_000;
  const PIECES = [
    'a',
    'b c',
    ' ',
    ':',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    'data: ',
    'id: 1',
    'event: e',
    ': ',
    '\t',
    '\u0000',
    '\uFEFF',
    '\u0085',
    '\u2028',
    '\u4E16',
    '\uD83D\uDE00',
    '{"a":[1,2]}',
    '0',
    '__proto__',
    '\uD83D',
  ];
  const SAFE_PIECES = PIECES.filter((piece) => !/[\r\n\0]/.test(piece));
  const RETRIES = [0, 1, 250, 3000, 2 ** 31, Number.MAX_SAFE_INTEGER];
  const BAD_RETRIES = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21];

  function randomText(random: Random, pieces: readonly string[]): string {
    let text = '';
    for (let count = random.below(6); count > 0; count -= 1) text += random.pick(pieces);
    return text;
  }

  function randomEvent(random: Random): OutgoingEvent {
    const pieces = random.chance(0.1) ? PIECES : SAFE_PIECES;
    return {
      ...(random.chance(0.4) && { type: randomText(random, pieces) }),
      ...(random.chance(0.85) && { data: randomText(random, PIECES) }),
      ...(random.chance(0.4) && { id: randomText(random, pieces) }),
      ...(random.chance(0.1) && { retryMs: random.pick(random.chance(0.8) ? RETRIES : BAD_RETRIES) }),
    };
  }

  /** The contract once more, in other words: what must be refused, and by which error. */
  function refusal({ type, data, id, retryMs }: OutgoingEvent): readonly Function[] {
    const errors: Function[] = [];
    const forges = (value: string): boolean => value.includes('\r') || value.includes('\n') || value.includes('\u0000');
    if (type === '' || (type !== undefined && forges(type))) errors.push(TypeError);
    if (id !== undefined && forges(id)) errors.push(TypeError);
    if (type !== undefined && data === undefined) errors.push(TypeError);
    if (data === undefined && id === undefined && retryMs === undefined) errors.push(TypeError);
    if (retryMs !== undefined && !RETRIES.includes(retryMs)) errors.push(RangeError);
    return errors;
  }

  /** The event's text, or `undefined` if it was refused; fails when it should not have been, or the other way round. */
  function encodeOrRefuse(outgoing: OutgoingEvent, where: string): string | undefined {
    const errors = refusal(outgoing);
    let wire: string;
    try {
      wire = encodeEvent(outgoing);
    } catch (error) {
      if (!errors.some((kind) => Object.getPrototypeOf(error)?.constructor === kind)) {
        throw new Error(`refused ${JSON.stringify(outgoing)}, ${where}`, { cause: error });
      }
      return undefined;
    }
    if (errors.length > 0) throw new Error(`not refused: ${JSON.stringify(outgoing)}, ${where}`);
    return wire;
  }

  test(`gives back each of ${EVENTS.toLocaleString('en')} random events up to line-end normalisation, or it was refused`, () => {
    const seed = testSeed();
    const random = createRandom(seed);
    let returned = 0;
    let refusedCount = 0;
    for (let events = 0, index = 0; events < EVENTS; index += 1) {
      random.reseed(caseSeed(seed, index));
      const where = `stream ${index}, ${replayHint(seed)}`;
      // A few events on one connection, so that what leaks from one block into the next is seen.
      let wire = '';
      const expected: Frame[] = [];
      for (let count = random.between(1, 8); count > 0; count -= 1, events += 1) {
        const outgoing = randomEvent(random);
        const block = encodeOrRefuse(outgoing, where);
        if (block === undefined) {
          refusedCount += 1;
          continue;
        }
        wire += block;
        for (const frame of expectedFrames(outgoing)) expected.push(frame);
        if (random.chance(0.05)) {
          const text = randomText(random, PIECES);
          wire += encodeComment(text);
          for (const line of text.split(/\r\n|\r|\n/)) expected.push(comment(line));
        }
      }
      const chunks = random.chance(0.5) ? [wire] : randomChunks(random, wire);
      const frames = parseChunks(chunks);
      returned += frames.length;
      if (!sameFrames(frames, expected)) expect(frames, `${JSON.stringify(chunks)}, ${where}`).toStrictEqual(expected);
      if (events < PEER_EVENTS) {
        const peer = peerParse(chunks);
        if (!sameFrames(peer, expected)) {
          expect(peer, `eventsource-parser: ${JSON.stringify(chunks)}, ${where}`).toStrictEqual(expected);
        }
      }
    }
    expect(returned).toBeGreaterThan(EVENTS / 2);
    expect(refusedCount).toBeGreaterThan(EVENTS / 50);
  }, 600_000);
});
