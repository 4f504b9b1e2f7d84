import { entry, numbered, publishAll, range, readAll, start } from '../entries.ts';
import { equal } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';

/** Short enough to be waited for. */
const WINDOW_MS = 2_000;

const likely = ['a', 'A', 'á', 'a\u0301', ' a', 'a ', 'a\n', '__proto__', 'constructor', '*', '0', '00'];
const long = 'k'.repeat(255);

export const keys: readonly Rule[] = [
  rule('an entry with a known key is not stored again: the first one’s position is told', async (world) => {
    const log = await world.create();
    await log.publish(entry('before'));
    const first = await log.publish(entry('first', { key: 'a' }));
    await log.publish(entry('between'));
    const second = await log.publish(entry('second', { key: 'a' }));
    equal('the first', first.duplicate, false);
    equal('the second', second, { ...first, duplicate: true });
    equal('what is stored', numbered(await readAll(log, await start(log))), ['1:before', '2:first', '3:between']);
  }),
  rule('the same key at once: the first call is stored, the others are duplicates of it', async (world) => {
    const log = await world.create();
    const { epoch } = await log.head();
    const stored = await Promise.all(range(1, 20).map((number) => log.publish(entry(number, { key: 'a' }))));
    const expected = range(1, 20).map((number) => ({ epoch, seq: 1, duplicate: number > 1 }));
    equal('the answers', stored, expected);
    equal('what is stored', numbered(await readAll(log, await start(log))), ['1:1']);
  }),
  rule('a duplicate takes no number', async (world) => {
    const log = await world.create();
    for (const key of ['a', 'a', 'b', 'a', 'b', 'c']) await log.publish(entry(key, { key }));
    equal('what is stored', numbered(await readAll(log, await start(log))), ['1:a', '2:b', '3:c']);
  }),
  rule('a tail does not see a duplicate', async (world) => {
    const log = await world.create();
    const tail = world.follow(log, await start(log));
    for (const key of ['a', 'a', 'b', 'a', 'b', 'c']) await log.publish(entry(key, { key }));
    equal('what it sees', numbered(await tail.take(3)), ['1:a', '2:b', '3:c']);
    await log.publish(entry('next'));
    equal('what follows', numbered(await tail.take(1)), ['4:next']);
  }),
  rule('keys are compared whole and as they are', async (world) => {
    const log = await world.create();
    const different = [...likely, `${long}1`, `${long}2`];
    for (const key of different) {
      equal(`${JSON.stringify(key)} is new`, (await log.publish(entry('a', { key }))).duplicate, false);
    }
    for (const [at, key] of different.entries()) {
      const { seq, duplicate } = await log.publish(entry('a', { key }));
      equal(`${JSON.stringify(key)} is known`, { seq, duplicate }, { seq: at + 1, duplicate: true });
    }
  }),
  rule('a key belongs to the log, whatever type, channel or addressee it comes with', async (world) => {
    const log = await world.create();
    const first = await log.publish(entry('a', { key: 'a' }));
    for (const other of [{ type: 'test.other' }, { channel: 'others' }, { to: 'ann' }, { tags: { tenant: 'a' } }]) {
      equal('an entry that differs', await log.publish(entry('a', { ...other, key: 'a' })), {
        ...first,
        duplicate: true,
      });
    }
  }),
  rule('entries without a key are never duplicates', async (world) => {
    const log = await world.create();
    const same = [entry('a'), entry('a'), entry('a', { key: undefined }), entry('a', { key: 'undefined' })];
    const stored = await Promise.all(same.map((one) => log.publish(one)));
    const duplicates = stored.filter(({ duplicate }) => duplicate);
    equal('duplicates', duplicates, []);
    equal('the last number', (await log.head()).last, 4);
  }),
  rule('two logs share no keys', async (world) => {
    const [one, other] = [await world.create(), await world.create()];
    await one.publish(entry('a', { key: 'a' }));
    equal('the key in the other', (await other.publish(entry('a', { key: 'a' }))).duplicate, false);
  }),
  rule(
    'a key is known within its window, and new behind it',
    async (world) => {
      const log = await world.create({ keyWindowMs: WINDOW_MS });
      const first = await log.publish(entry('first', { key: 'a' }));
      await world.advance(WINDOW_MS / 2);
      equal('within', await log.publish(entry('second', { key: 'a' })), { ...first, duplicate: true });
      await world.advance(WINDOW_MS + 1);
      const again = await log.publish(entry('third', { key: 'a' }));
      equal('behind', again, { epoch: first.epoch, seq: 2, duplicate: false });
      equal('known again', await log.publish(entry('fourth', { key: 'a' })), { ...again, duplicate: true });
    },
    'advance',
  ),
  rule(
    'a key is known within its window, also when its entry is no longer stored',
    async (world) => {
      const log = await world.create();
      const first = await log.publish(entry('first', { key: 'a' }));
      await publishAll(log, range(2, 5));
      await world.trim(log, 2);
      equal('the second', await log.publish(entry('second', { key: 'a' })), { ...first, duplicate: true });
      equal('the last number', (await log.head()).last, 5);
      await world.trim(log, 0);
      equal('the third', await log.publish(entry('third', { key: 'a' })), { ...first, duplicate: true });
    },
    'trim',
  ),
];
