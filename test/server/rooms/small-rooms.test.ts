import { describe, expect, test } from 'vitest';
import { createChunk } from '../../../packages/server/src/chunk.ts';
import { classify } from '../../../packages/server/src/classify.ts';
import { formatCursor, parseCursor } from '../../../packages/server/src/cursor.ts';
import { createFrame } from '../../../packages/server/src/frame.ts';
import { createHeld } from '../../../packages/server/src/held.ts';
import { createKilled } from '../../../packages/server/src/killed.ts';
import { createRevoked } from '../../../packages/server/src/revoked.ts';
import { createRoom } from '../../../packages/server/src/room.ts';
import { createTestEnvironment } from '../support.ts';

test.each(['', 'a', 'é€😀', 'x'.repeat(70_000), '\r\n'])('a chunk of %#: its bytes, and the same framed', (text) => {
  const { bytes, framed } = createChunk(text);
  expect(Buffer.from(bytes).toString()).toBe(text);
  const length = Buffer.byteLength(text).toString(16);
  expect(Buffer.from(framed).toString()).toBe(`${length}\r\n${text}\r\n`);
});

test.each([
  ['e.0', { epoch: 'e', seq: 0 }],
  ['A-_z9.12', { epoch: 'A-_z9', seq: 12 }],
  ['e.9007199254740991', { epoch: 'e', seq: Number.MAX_SAFE_INTEGER }],
  ['e.9007199254740992', undefined],
  ['e.01', undefined],
  ['e.-1', undefined],
  ['e.1.2', undefined],
  ['.1', undefined],
  ['e.', undefined],
  ['e', undefined],
  ['e.1 ', undefined],
  ['é.1', undefined],
  ['', undefined],
  [`${'e'.repeat(200)}.1`, undefined],
])('the cursor %j', (id, position) => {
  expect(parseCursor(id)).toEqual(position);
  if (position) expect(formatCursor(position)).toBe(id);
});

test.each([
  ['', { kind: 'fresh' }],
  ['e.20', { kind: 'resume', seq: 20 }],
  ['e.10', { kind: 'resume', seq: 10 }],
  ['e.9', { kind: 'reset', reason: 'too-far' }],
  ['e.4', { kind: 'reset', reason: 'too-far' }],
  ['e.3', { kind: 'reset', reason: 'trimmed' }],
  ['e.21', { kind: 'reset', reason: 'ahead' }],
  ['f.20', { kind: 'reset', reason: 'epoch' }],
  ['?', { kind: 'reset', reason: 'malformed' }],
])('in a log of 5 to 20, of which 10 may be replayed, %j is %j', (id, verdict) => {
  expect(classify(id, { epoch: 'e', first: 5, last: 20 }, 10)).toEqual(verdict);
});

test('a place is given back once', () => {
  const room = createRoom();
  const bounds = { connections: 2, connectionsPerClient: 1 };
  const leave = room.take('a');
  expect(room.isFullFor('a', bounds)).toBe(true);
  expect(room.isFullFor('b', bounds)).toBe(false);
  expect(room.isFullFor(undefined, bounds)).toBe(false);
  room.take(undefined);
  expect(room.isFull(bounds)).toBe(true);
  leave();
  leave();
  expect(room.isFull(bounds)).toBe(false);
  expect(room.isFull({ ...bounds, connections: 1 })).toBe(true);
  expect(room.isFullFor('a', bounds)).toBe(false);
});

test('who was killed is remembered for an hour, and no more than a hundred thousand are', async () => {
  const environment = createTestEnvironment();
  const killed = createKilled(environment);
  killed.add('a');
  await environment.advance(3_599_000);
  expect(killed.has('a')).toBe(true);
  await environment.advance(2_000);
  expect(killed.has('a')).toBe(false);
  for (let n = 0; n <= 100_000; n += 1) killed.add(`s${n}`);
  expect(killed.has('s0')).toBe(false);
  expect(killed.has('s1')).toBe(true);
  expect(killed.has('s100000')).toBe(true);
});

test('who was revoked is known since when, and of what is forgotten everybody may have been meant', () => {
  const revoked = createRevoked();
  revoked.add(['a']);
  const { moment } = revoked;
  expect([revoked.isSince(0, ['a']), revoked.isSince(moment, ['a']), revoked.isSince(0, ['b'])]).toEqual([
    true,
    false,
    false,
  ]);
  revoked.add(Array.from({ length: 10_000 }, (_, number) => `n${number}`));
  expect([revoked.isSince(0, ['b']), revoked.isSince(moment, ['b']), revoked.isSince(moment, ['n1'])]).toEqual([
    true,
    false,
    true,
  ]);
});

describe('ephemeral events that wait for the log', () => {
  const frame = (data: string) =>
    createFrame({ seq: undefined, time: 0, type: 'typing', data, channel: 'default' }, 'e');

  test('go when it is there, in their order, and are lost with what they wait for', () => {
    const held = createHeld();
    const [one, two, three] = [frame('1'), frame('2'), frame('3')];
    held.add(5, one);
    held.add(4, two);
    held.add(6, three);
    expect(held.take(4)).toEqual([]);
    expect(held.take(5)).toEqual([one, two]);
    expect([held.clear(), held.clear()]).toEqual([1, 0]);
  });

  test('are no more than ten thousand, and 16 MiB: the oldest are lost', () => {
    const held = createHeld();
    const small = frame('1');
    for (let n = 0; n < 10_000; n += 1) expect(held.add(1, small)).toBe(0);
    expect(held.add(1, small)).toBe(1);
    expect(held.take(1)).toHaveLength(10_000);
    const large = frame('x'.repeat(1_048_576));
    for (let n = 0; n < 15; n += 1) expect(held.add(1, large)).toBe(0);
    expect(held.add(1, large)).toBe(1);
    expect(held.take(1)).toHaveLength(15);
    held.add(1, small);
    expect(held.add(1, frame('x'.repeat(17 * 1_048_576)))).toBe(1);
    expect(held.take(1)).toHaveLength(1);
  });
});
