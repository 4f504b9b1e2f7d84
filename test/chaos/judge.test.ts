import { describe, expect, test } from 'vitest';
import { createTranscript, createWitness, type ResetRule, type Told, type Verdict } from './judge.ts';
import type { Stored } from './ledger.ts';

const stored = (epoch: string, seq: number, channel = 'lobby'): Stored => ({
  epoch,
  seq,
  channel,
  type: 'chat.said',
  label: `${epoch} ${seq}`,
});

const got = (id: string, connection = 1): Told => ({
  kind: 'event',
  id,
  label: id.replace('.', ' '),
  connection,
  at: 0,
});

const reset = (reason: string, resumedFrom: string, requested = 'a.0'): Told => ({
  kind: 'reset',
  reason,
  requested,
  resumedFrom,
  connection: 1,
  at: 0,
});

const log = [1, 2, 3, 4, 5].map((seq) => stored('a', seq));

function judge(
  entries: readonly Stored[],
  told: readonly Told[],
  rule?: ResetRule,
  wants: (entry: Stored) => boolean = () => true,
): Verdict {
  const transcript = createTranscript();
  transcript.append(entries);
  return createWitness(transcript, wants).judge(told, rule);
}

const ids = (...numbers: readonly number[]): Told[] => numbers.map((number) => got(`a.${number}`));

describe('the judge', () => {
  test('has nothing to say about everything, once, in order', () => {
    expect(judge(log, ids(1, 2, 3, 4, 5))).toMatchObject({ delivered: 5, lost: 0, violations: [] });
  });

  test('goes by what is stored, not by numbers: some are nobody’s', () => {
    const some = [stored('a', 1), stored('a', 4), stored('a', 5, 'other')];
    expect(judge(some, ids(1, 4), undefined, ({ channel }) => channel === 'lobby').violations).toEqual([]);
  });

  test.each<[string, Told[], Partial<Verdict>]>([
    ['a hole', ids(1, 2, 4, 5), { lost: 1 }],
    ['an end that is missing', ids(1, 2, 3), { lost: 2 }],
    ['a repetition', ids(1, 2, 2, 3, 4, 5), { duplicated: 1, hidden: 0 }],
    [
      'a repetition on the next connection',
      [...ids(1, 2), got('a.2', 2), ...ids(3, 4, 5)],
      { duplicated: 1, hidden: 1 },
    ],
    ['two that are exchanged', ids(1, 3, 2, 4, 5), { outOfOrder: 1 }],
    ['one that nobody has published', [...ids(1, 2, 3, 4, 5), got('a.6')], { lost: 0 }],
    ['another one under that id', [...ids(1, 2, 3, 4), { ...got('a.5'), label: 'a 4' } as Told], { lost: 1 }],
    ['one without an id', [...ids(1, 2, 3, 4, 5), { ...got('a.5'), id: undefined } as Told], {}],
    ['a reset for nothing', [...ids(1, 2, 3, 4, 5), reset('epoch', 'a.5')], { resets: { epoch: 1 } }],
  ])('sees %s', (_, told, expected) => {
    const verdict = judge(log, told);
    expect(verdict.violations).not.toEqual([]);
    expect(verdict).toMatchObject(expected);
  });

  test('sees what comes again from an earlier cycle', () => {
    const transcript = createTranscript();
    const witness = createWitness(transcript, () => true);
    transcript.append(log.slice(0, 3));
    witness.judge(ids(1, 2, 3), undefined);
    transcript.append(log.slice(3));
    expect(witness.judge(ids(3, 4, 5), undefined)).toMatchObject({ duplicated: 1, lost: 0 });
  });

  test('takes one reset with the right reason for what it covers', () => {
    const rule = { reason: 'trimmed', isForAll: false };
    const verdict = judge(log, [...ids(1), reset('trimmed', 'a.4'), ...ids(5)], rule);
    expect(verdict).toMatchObject({ covered: 3, lost: 0, violations: [] });
  });

  test('sees a reset of who was behind everything that was trimmed', () => {
    const rule = { reason: 'trimmed', isForAll: false, trimmed: 'a.3' };
    const from = (requested: string): Verdict =>
      judge(log, [...ids(1, 2), reset('trimmed', 'a.4', requested), ...ids(5)], rule);
    expect(from('a.2').violations).toEqual([]);
    expect(from('a.3').violations).toHaveLength(1);
  });

  test('takes a reset into an epoch before its first event', () => {
    const rule = { reason: 'epoch', isForAll: true };
    const verdict = judge([...log, stored('b', 1)], [...ids(1, 2), reset('epoch', 'b.0'), got('b.1')], rule);
    expect(verdict).toMatchObject({ covered: 3, lost: 0, violations: [] });
  });

  test.each<[string, Told[]]>([
    ['with another reason', [reset('ahead', 'a.5')]],
    ['that comes twice', [reset('epoch', 'a.2'), reset('epoch', 'a.5')]],
    ['that leads back', [...ids(1, 2, 3, 4, 5), reset('epoch', 'a.2'), ...ids(3, 4, 5)]],
    ['that leads nowhere', [...ids(1, 2, 3, 4, 5), reset('epoch', 'c.0')]],
    ['that does not come', ids(1, 2, 3, 4, 5)],
  ])('sees a reset %s', (_, told) => {
    expect(judge(log, told, { reason: 'epoch', isForAll: true }).violations).not.toEqual([]);
  });
});
