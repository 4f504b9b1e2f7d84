import { formatCursor, parseCursor } from '../../cursor.ts';
import { entry, later, numbered, publishAll, range, readAll, readEntries, start } from '../entries.ts';
import { equal } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';

const MANY = 200;

export const numbering: readonly Rule[] = [
  rule('a new log is empty: its first number would be 1, its last is 0', async (world) => {
    const { first, last } = await (await world.create()).head();
    equal('the head', { first, last }, { first: 1, last: 0 });
  }),
  rule('a position of the log is a cursor on the wire, and can be read from it', async (world) => {
    const stored = await (await world.create()).publish(entry('a'));
    const position = { epoch: stored.epoch, seq: stored.seq };
    equal('the position', parseCursor(formatCursor(position)), position);
  }),
  rule('entries are numbered from 1 without gaps', async (world) => {
    const log = await world.create();
    const { epoch } = await log.head();
    for (const seq of range(1, 5)) {
      equal(`publish ${seq}`, await log.publish(entry(seq)), { epoch, seq, duplicate: false });
    }
  }),
  rule('the head knows the first and the last number', async (world) => {
    const log = await world.create();
    await publishAll(log, range(1, 3));
    const { first, last } = await log.head();
    equal('the head', { first, last }, { first: 1, last: 3 });
  }),
  rule('entries that are published at once are numbered in the order of the calls', async (world) => {
    const log = await world.create();
    const stored = await publishAll(log, range(1, MANY));
    const numbers = stored.map(({ seq }) => seq);
    equal('the numbers', numbers, range(1, MANY));
    const found = numbered(await readAll(log, await start(log)));
    const expected = numbers.map((seq) => `${seq}:${seq}`);
    equal('what is stored', found, expected);
  }),
  rule('an entry can be read as soon as its publishing has resolved', async (world) => {
    const log = await world.create();
    for (const seq of range(1, 20)) {
      const { epoch } = await log.publish(entry(seq));
      equal('the last number', (await log.head()).last, seq);
      equal('the entry', numbered(await readEntries(log, { epoch, seq: seq - 1 }, 1)), [`${seq}:${seq}`]);
    }
  }),
  rule('numbers have no gaps where publishing and reading overlap', async (world) => {
    const log = await world.create();
    const from = await start(log);
    const publishing: Array<Promise<unknown>> = [];
    for (const number of range(1, MANY)) {
      publishing.push(later(log.publish(entry(number))));
      if (number % 10 > 0) continue;
      const page = await readEntries(log, from, MANY);
      const numbers = page.map(({ seq }) => seq);
      equal('the numbers so far', numbers, range(1, numbers.length));
    }
    await Promise.all(publishing);
    equal('the last number', (await log.head()).last, MANY);
  }),
];
