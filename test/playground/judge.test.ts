import { describe, expect, test } from 'vitest';
import { judge, type Reset, type Verdict } from './judge.ts';

/** Numbers that are missing here were no events. */
const ids = ['a.1', 'a.2', 'a.4', 'a.6', 'a.7', 'b.2', 'b.3'];
const without = (...lost: readonly string[]): string[] => ids.filter((id) => !lost.includes(id));

describe('the judge of the playground', () => {
  test.each<[string, readonly string[], readonly Reset[], Partial<Verdict>]>([
    ['nothing where everything came', ids, [], { lost: 0, duplicated: 0, outOfOrder: 0 }],
    ['a hole', without('a.4'), [], { lost: 1 }],
    ['an end that is missing', without('b.3'), [], { lost: 1 }],
    ['a repetition', [...ids, 'b.3'], [], { duplicated: 1 }],
    ['two that are exchanged', ['a.2', 'a.1', ...without('a.1', 'a.2')], [], { outOfOrder: 1 }],
    ['what a reset covers as said', without('a.4', 'a.6'), [{ requested: 'a.2', resumedFrom: 'a.6' }], { lost: 0 }],
    [
      'what a reset covers from where no event was as said',
      without('a.6', 'a.7', 'b.2'),
      [{ requested: 'a.5', resumedFrom: 'b.2' }],
      { lost: 0 },
    ],
    ['a loss before a reset', without('a.1', 'a.6'), [{ requested: 'a.5', resumedFrom: 'a.6' }], { lost: 1 }],
    ['a loss behind a reset', without('a.6', 'b.3'), [{ requested: 'a.4', resumedFrom: 'a.6' }], { lost: 1 }],
    [
      'a loss behind a reset to where no event was',
      without('a.4', 'a.7'),
      [{ requested: 'a.2', resumedFrom: 'a.5' }],
      { lost: 1 },
    ],
    [
      'a loss in the epoch that a reset began',
      without('a.7', 'b.2'),
      [{ requested: 'a.6', resumedFrom: 'b.1' }],
      { lost: 1 },
    ],
    [
      'a reset to an epoch in which nothing has happened yet as covering the rest',
      ids.slice(0, 3),
      [{ requested: 'a.4', resumedFrom: 'c.0' }],
      { lost: 0 },
    ],
  ])('sees %s', (_name, delivered, resets, expected) => {
    expect(judge('a.0', ids, delivered, resets)).toMatchObject(expected);
  });
});
