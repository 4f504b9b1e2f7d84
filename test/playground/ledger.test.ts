import { expect, test } from 'vitest';
import { createLedger } from '../../playground/server/ledger.ts';
import { createStageLog } from '../../playground/server/stage-log.ts';

const event = (type = 'task.created') => ({ type, data: '{}', channel: 'default' });

function noted(...ids: string[]) {
  const ledger = createLedger();
  for (const id of ids) {
    const [epoch = '', seq] = id.split('.');
    ledger.note({ epoch, seq: Number(seq) });
  }
  return ledger;
}

test.each([
  ['', ['a.1', 'a.2', 'a.4', 'b.1', 'b.2']],
  ['a.0', ['a.1', 'a.2', 'a.4', 'b.1', 'b.2']],
  ['a.2', ['a.4', 'b.1', 'b.2']],
  ['a.3', ['a.4', 'b.1', 'b.2']],
  ['a.9', ['b.1', 'b.2']],
  ['b.0', ['b.1', 'b.2']],
  ['b.1', ['b.2']],
  ['b.2', []],
])('behind %j, over epochs and over what was no event', (cursor, ids) => {
  expect(noted('a.1', 'a.2', 'a.4', 'b.1', 'b.2').idsAfter(cursor, 100)).toEqual(ids);
});

test('an epoch in which nothing has happened yet has nothing behind it but what follows', () => {
  const ledger = noted('a.1', 'a.2');
  ledger.begin({ epoch: 'b', seq: 0 });
  ledger.begin({ epoch: 'a', seq: 2 });
  expect([ledger.idsAfter('b.0', 9), ledger.idsAfter('a.1', 9)]).toEqual([[], ['a.2']]);
  ledger.note({ epoch: 'b', seq: 2 });
  ledger.note({ epoch: 'c', seq: 1 });
  expect([ledger.idsAfter('b.0', 9), ledger.idsAfter('a.1', 9)]).toEqual([
    ['b.2', 'c.1'],
    ['a.2', 'b.2', 'c.1'],
  ]);
});

test('what is acknowledged late stands in its own epoch, not behind the next one', () => {
  expect(noted('a.1', 'b.1', 'a.2', 'b.2').idsAfter('a.0', 100)).toEqual(['a.1', 'a.2', 'b.1', 'b.2']);
});

test('as many as are asked for, the oldest first', () => {
  expect(noted('a.1', 'a.2', 'a.3').idsAfter('', 2)).toEqual(['a.1', 'a.2']);
});

test('is told of events that are stored: once, and of nothing that servers tell each other', async () => {
  const ledger = createLedger();
  const log = createStageLog(10, ledger);
  const { epoch } = await log.publish({ ...event(), key: 'k' });
  await log.publish({ ...event(), key: 'k' });
  await log.publish(event('pushstream.order'));
  await log.publish(event());
  expect(ledger.idsAfter('', 10)).toEqual([`${epoch}.1`, `${epoch}.3`]);
});

test('a log that was trimmed says so, and outlives who closes it', async () => {
  const log = createStageLog(100, createLedger());
  for (let count = 0; count < 20; count += 1) await log.publish(event());
  const { epoch } = await log.head();
  await log.trim(5);
  await log.close();
  expect(await log.head()).toEqual({ epoch, first: 16, last: 20 });
  expect(await log.read({ epoch, seq: 14 }, 10)).toMatchObject({ kind: 'gap', reason: 'trimmed' });
  expect(await log.read({ epoch, seq: 15 }, 10)).toMatchObject({ kind: 'entries', entries: { length: 5 } });
});
