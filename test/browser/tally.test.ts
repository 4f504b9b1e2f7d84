import { describe, expect, test } from 'vitest';
import { createTally, type Tally } from '../../playground/src/tally.ts';

function count(baseline: string, ...ids: string[]): Tally {
  const tally = createTally(baseline);
  for (const id of ids) tally.deliver(id);
  return tally;
}

/** Ids of an epoch, first and last included. */
const ids = (epoch: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${epoch}.${from + index}`);

const clean = { lost: 0, duplicated: 0, outOfOrder: 0, skipped: 0, toCome: 0 };

describe('the judge of the pages', () => {
  test('what came in order is delivered, whoever tells of it first', () => {
    const tally = count('a.5', 'a.6', 'a.7');
    expect(tally.counts).toEqual({ ...clean, published: 2, delivered: 2 });
    tally.publish(ids('a', 6, 9));
    expect(tally.counts).toEqual({ ...clean, published: 4, delivered: 2, toCome: 2 });
    tally.deliver('a.8');
    tally.deliver('a.9');
    expect(tally.counts).toEqual({ ...clean, published: 4, delivered: 4 });
  });

  test('a gap is lost once the ledger tells of it, also the first event', () => {
    const tally = count('a.5', 'a.8');
    expect(tally.counts).toMatchObject({ delivered: 1, lost: 0 });
    tally.publish(ids('a', 6, 9));
    expect(tally.counts).toEqual({ ...clean, published: 4, delivered: 1, lost: 2, toCome: 1 });
  });

  test('a gap is lost also where the ledger told of it before', () => {
    const tally = createTally('a.0');
    tally.publish(ids('a', 1, 5));
    tally.deliver('a.3');
    expect(tally.counts).toEqual({ ...clean, published: 5, delivered: 1, lost: 2, toCome: 2 });
  });

  test.each([
    ['before', (tally: Tally) => tally.publish(ids('a', 6, 7))],
    ['after', () => {}],
  ])('what comes late is out of order, not lost: the ledger told of it %s', (_when, tell) => {
    const tally = createTally('a.5');
    tally.deliver('a.7');
    tell(tally);
    tally.deliver('a.6');
    tally.publish(ids('a', 6, 7));
    expect(tally.counts).toEqual({ ...clean, published: 2, delivered: 2, outOfOrder: 1 });
  });

  test('a repetition counts as one, and so does what was there before the baseline', () => {
    const tally = count('a.5', 'a.6', 'a.6', 'a.4');
    tally.publish(['a.6']);
    tally.deliver('a.6');
    expect(tally.counts).toEqual({ ...clean, published: 1, delivered: 1, duplicated: 3 });
  });

  test('what the ledger tells twice was published once', () => {
    const tally = createTally('a.0');
    tally.publish(ids('a', 1, 5));
    tally.publish(ids('a', 4, 7));
    expect(tally.counts).toMatchObject({ published: 7, toCome: 7 });
    expect(tally.audited).toBe('a.7');
  });

  test.each([
    ['before', true],
    ['after', false],
  ])('what a reset of the same epoch says is skipped, not lost: the ledger told of it %s', (_when, before) => {
    const tally = count('a.0', 'a.1');
    if (before) tally.publish(ids('a', 1, 10));
    tally.reset('a.10');
    tally.publish(ids('a', 1, 12));
    tally.deliver('a.11');
    expect(tally.counts).toEqual({ ...clean, published: 12, delivered: 2, skipped: 9, toCome: 1 });
  });

  test.each([
    ['before', true],
    ['after', false],
  ])('a reset to another epoch covers the rest of this one and the beginning of that: told of %s', (_when, before) => {
    const tally = count('a.5', 'a.6');
    const told = [...ids('a', 6, 8), ...ids('b', 1, 4)];
    if (before) tally.publish(told);
    tally.reset('b.3');
    tally.publish(told);
    tally.deliver('b.4');
    tally.deliver('b.5');
    expect(tally.counts).toEqual({ ...clean, published: 8, delivered: 3, skipped: 5 });
  });

  test('what was lost before a reset stays lost: no reset makes good for it', () => {
    const tally = createTally('a.0');
    tally.publish(ids('a', 1, 3));
    tally.deliver('a.1');
    tally.deliver('a.3');
    expect(tally.counts).toMatchObject({ lost: 1 });
    tally.reset('b.0');
    expect(tally.counts).toMatchObject({ lost: 1, skipped: 0 });
  });

  test('a gap behind a reset is lost', () => {
    const tally = count('a.0', 'a.1');
    tally.reset('b.0');
    tally.deliver('b.2');
    tally.publish(['a.1', 'a.2', ...ids('b', 1, 2)]);
    expect(tally.counts).toEqual({ ...clean, published: 4, delivered: 2, skipped: 1, lost: 1 });
  });
});
