import { describe, expect, test } from 'vitest';
import { createTally } from '../../playground/src/tally.ts';

function count(baseline: string, ...ids: string[]) {
  const tally = createTally(baseline);
  for (const id of ids) tally.deliver(id);
  return tally;
}

describe('the judge of the pages', () => {
  test('counts what came in order as delivered', () => {
    expect(count('a.5', 'a.6', 'a.7').counts).toEqual({
      published: 2,
      delivered: 2,
      lost: 0,
      lostUnknown: false,
      duplicated: 0,
      outOfOrder: 0,
    });
  });

  test('counts a gap as lost, also the first event', () => {
    expect(count('a.5', 'a.8').counts).toMatchObject({ published: 3, delivered: 1, lost: 2 });
  });

  test('counts what comes after all as out of order, not as lost', () => {
    expect(count('a.5', 'a.7', 'a.6').counts).toMatchObject({ published: 2, delivered: 2, lost: 0, outOfOrder: 1 });
  });

  test('counts a repetition, and what was there before the baseline', () => {
    expect(count('a.5', 'a.6', 'a.6', 'a.4').counts).toMatchObject({ delivered: 1, duplicated: 2 });
  });

  test('does not take what is on its way for lost', () => {
    const tally = count('a.5', 'a.6');
    tally.publishedUpTo('a.9');
    expect(tally.counts).toMatchObject({ published: 4, delivered: 1, lost: 0 });
  });

  test('counts what a reset of the same epoch skips as lost', () => {
    const tally = count('a.0', 'a.1');
    tally.reset('a.10');
    expect(tally.counts).toMatchObject({ published: 10, delivered: 1, lost: 9 });
  });

  test('counts what a new epoch had before the stream went on as lost', () => {
    const tally = count('a.0', 'a.1', 'a.2');
    tally.reset('b.7');
    tally.deliver('b.8');
    expect(tally.counts).toMatchObject({ published: 10, delivered: 3, lost: 7, lostUnknown: true, duplicated: 0 });
  });

  test('goes on in a new epoch with what it had', () => {
    const tally = count('a.5', 'a.6', 'a.8');
    tally.reset('b.0');
    tally.deliver('b.1');
    tally.publishedUpTo('b.3');
    tally.publishedUpTo('a.99');
    expect(tally.counts).toEqual({
      published: 6,
      delivered: 3,
      lost: 1,
      lostUnknown: true,
      duplicated: 0,
      outOfOrder: 0,
    });
  });
});
