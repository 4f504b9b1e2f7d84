import { expect, test } from 'vitest';
import { createFrame, type Frame } from '../../../packages/server/src/frame.ts';
import { createRing } from '../../../packages/server/src/ring.ts';
import { createRandom, replayHint, testSeed } from '../../support/random.ts';

const frame = (seq: number, size = 10): Frame =>
  createFrame({ seq, time: 0, type: 't', data: 'x'.repeat(size), channel: 'c' }, 'e');

const seqs = (frames: readonly Frame[] | undefined): unknown => frames?.map(({ entry }) => entry.seq);

test('what it does not hold, it does not pretend to', () => {
  const ring = createRing({ count: 3, bytes: 1e9 }, { count: 10, bytes: 1e9 });
  expect(ring.slice(0, 0)).toEqual([]);
  expect(ring.slice(0, 5)).toBeUndefined();
  for (let seq = 7; seq <= 12; seq += 1) ring.push(seq, frame(seq));
  expect(seqs(ring.slice(8, 12))).toBeUndefined();
  expect(seqs(ring.slice(9, 12))).toEqual([10, 11, 12]);
  expect(seqs(ring.slice(9, 11))).toEqual([10, 11]);
  expect(seqs(ring.slice(12, 12))).toEqual([]);
  ring.clear();
  expect(ring.slice(9, 12)).toBeUndefined();
  ring.push(1, frame(1));
  expect(seqs(ring.slice(0, 1))).toEqual([1]);
});

test('a page ends at its bounds, and has at least one frame', () => {
  const ring = createRing({ count: 100, bytes: 1e9 }, { count: 4, bytes: 1_000 });
  for (let seq = 1; seq <= 10; seq += 1) ring.push(seq, frame(seq, seq > 5 ? 600 : 10));
  expect(seqs(ring.slice(0, 10))).toEqual([1, 2, 3, 4]);
  expect(seqs(ring.slice(4, 10))).toEqual([5, 6]);
  expect(seqs(ring.slice(6, 10))).toEqual([7]);
});

test('the newest frame stays, however large', () => {
  const ring = createRing({ count: 100, bytes: 1_000 }, { count: 100, bytes: 1_000 });
  ring.push(1, frame(1));
  ring.push(2, frame(2, 5_000));
  expect(seqs(ring.slice(1, 2))).toEqual([2]);
  expect(ring.slice(0, 2)).toBeUndefined();
});

test('it holds what a list would hold', () => {
  const seed = testSeed();
  const random = createRandom(seed);
  for (let round = 0; round < 300; round += 1) {
    const count = random.between(1, 8);
    const bytes = random.between(50, 400);
    const ring = createRing({ count, bytes }, { count: 1e9, bytes: 1e9 });
    let list: Frame[] = [];
    let seq = random.below(5);
    for (let step = 0; step < 40; step += 1) {
      seq += 1;
      const next = frame(seq, random.below(80));
      ring.push(seq, next);
      list = [...list, next].slice(-count);
      while (list.length > 1 && list.reduce((sum, { size }) => sum + size, 0) > bytes) list = list.slice(1);
      const after = Math.max(0, seq - random.below(12));
      const first = list[0]?.entry.seq ?? 0;
      const expected = after + 1 < first ? undefined : list.filter(({ entry }) => (entry.seq ?? 0) > after);
      expect(seqs(ring.slice(after, seq)), replayHint(seed)).toEqual(seqs(expected));
    }
  }
});
