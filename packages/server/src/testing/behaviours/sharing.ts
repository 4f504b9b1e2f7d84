import type { Changes, Pages, Shared } from '../../log/shared.ts';
import type { Log } from '../../log/log.ts';
import { range } from '../entries.ts';
import { equal, fail, rejects } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';

/** Short enough to be waited for. */
const TTL_MS = 1_000;
const LONG_MS = 60_000;

const sharedOf = (log: Log): Shared => log.shared ?? fail('a log', 'one with `shared`', 'one without');
const changes = (entries: Record<string, string | null>): Changes => new Map(Object.entries(entries));

/** As data that can be compared. */
const plain = (pages: Pages): object =>
  Object.fromEntries(Array.from(pages, ([page, entries]) => [page, Object.fromEntries(entries)]));

const odd = ['__proto__', 'constructor', 'a b', ' a', 'a\nb', 'ä', 'a\u0301', '😀', '*', '0', '-1', '{a}', ':'];

const pages: readonly Rule[] = [
  rule('a page has what was written, name by name', async (world) => {
    const shared = sharedOf(await world.create());
    equal('a board that nobody has written to', plain(await shared.read('board')), {});
    await shared.write('board', 'page', changes({ a: '1', b: '2' }), LONG_MS);
    await shared.write('board', 'page', changes({ b: '3', c: '' }), LONG_MS);
    equal('the board', plain(await shared.read('board')), { page: { a: '1', b: '3', c: '' } });
    await shared.write('board', 'page', changes({ a: null, d: null, e: '5' }), LONG_MS);
    equal('what is left', plain(await shared.read('board')), { page: { b: '3', c: '', e: '5' } });
  }),
  rule('a page without names is none', async (world) => {
    const shared = sharedOf(await world.create());
    await shared.write('board', 'page', changes({ a: '1' }), LONG_MS);
    await shared.write('board', 'page', changes({ a: null }), LONG_MS);
    equal('the board', plain(await shared.read('board')), {});
    equal('whether it is there', await shared.write('board', 'page', changes({ b: '1' }), LONG_MS), false);
  }),
  rule('who writes is told whether there was a page', async (world) => {
    const shared = sharedOf(await world.create());
    const write = (): Promise<boolean> => shared.write('board', 'page', changes({ a: '1' }), LONG_MS);
    equal('at first', await write(), false);
    equal('then', await write(), true);
    equal('without a change', await shared.write('board', 'page', changes({}), LONG_MS), true);
    equal('a page of another board', await shared.write('other', 'page', changes({ a: '1' }), LONG_MS), false);
  }),
  rule('pages of a board, and boards, are apart', async (world) => {
    const shared = sharedOf(await world.create());
    await shared.write('board', 'one', changes({ a: '1' }), LONG_MS);
    await shared.write('board', 'two', changes({ a: '2', b: '2' }), LONG_MS);
    await shared.write('other', 'one', changes({ a: '3' }), LONG_MS);
    await shared.write('board', 'two', changes({ a: null }), LONG_MS);
    equal('the board', plain(await shared.read('board')), { one: { a: '1' }, two: { b: '2' } });
    equal('the other', plain(await shared.read('other')), { one: { a: '3' } });
  }),
  rule('pages of a board, and boards, are apart, whatever they are called', async (world) => {
    const shared = sharedOf(await world.create());
    const places = odd.flatMap((one) => ['a', ...odd].map((other) => [one + other, other + one] as const));
    const all = [...places, ['a', 'b'], ['a:b', 'c'], ['a', 'b:c'], ['a:1:b', 'c'], ['a', '1:b:c']] as const;
    for (const [board, page] of all) await shared.write(board, page, changes({ [`${board}/${page}`]: '1' }), LONG_MS);
    for (const [board, page] of all) {
      const read = (await shared.read(board)).get(page);
      equal(JSON.stringify([board, page]), read && [...read.keys()], [`${board}/${page}`]);
    }
  }),
  rule('who asks for names gets those, of every page that has one', async (world) => {
    const shared = sharedOf(await world.create());
    await shared.write('board', 'one', changes({ a: '1', b: '1' }), LONG_MS);
    await shared.write('board', 'two', changes({ a: '2', c: '2' }), LONG_MS);
    await shared.write('board', 'three', changes({ d: '3' }), LONG_MS);
    equal('two names', plain(await shared.read('board', ['a', 'b'])), { one: { a: '1', b: '1' }, two: { a: '2' } });
    equal('names that nobody has', plain(await shared.read('board', ['e'])), {});
    equal('no names', plain(await shared.read('board', [])), {});
  }),
  rule('names and texts are kept as they are', async (world) => {
    const shared = sharedOf(await world.create());
    const written = new Map(odd.map((name) => [name, `${name}\r\n${name}`]));
    await shared.write('board', 'page', written, LONG_MS);
    const read = (await shared.read('board')).get('page');
    for (const name of odd) equal(JSON.stringify(name), read?.get(name), written.get(name));
    equal('names', read?.size, odd.length);
    equal('some', (await shared.read('board', odd)).get('page')?.size, odd.length);
  }),
  rule('a page of thousands of names is read whole', async (world) => {
    const shared = sharedOf(await world.create());
    const written = new Map(range(1, 5_000).map((number) => [`name-${number}`, 'x'.repeat(100)]));
    await shared.write('board', 'page', written, LONG_MS);
    const read = (await shared.read('board')).get('page');
    equal('names', read?.size, 5_000);
    equal('the last one', read?.get('name-5000'), 'x'.repeat(100));
  }),
  rule('what is read is a copy', async (world) => {
    const shared = sharedOf(await world.create());
    await shared.write('board', 'page', changes({ a: '1' }), LONG_MS);
    const before = await shared.read('board');
    await shared.write('board', 'page', changes({ a: '2' }), LONG_MS);
    equal('what was read before', plain(before), { page: { a: '1' } });
  }),
];

const ends: readonly Rule[] = [
  rule('a page that is to live for no time ends', async (world) => {
    const shared = sharedOf(await world.create());
    await shared.write('board', 'page', changes({ a: '1', b: '1' }), LONG_MS);
    equal('whether it was there', await shared.write('board', 'page', changes({}), 0), true);
    equal('the board', plain(await shared.read('board')), {});
  }),
  rule(
    'a page ends its time after the last time that it was written, and not before',
    async (world) => {
      const shared = sharedOf(await world.create());
      await shared.write('board', 'stays', changes({ a: '1' }), LONG_MS);
      await shared.write('board', 'page', changes({ a: '1' }), TTL_MS);
      await world.advance(0.6 * TTL_MS);
      equal('in between', await shared.write('board', 'page', changes({}), TTL_MS), true);
      await world.advance(0.6 * TTL_MS);
      equal('the board', plain(await shared.read('board')), { page: { a: '1' }, stays: { a: '1' } });
      await world.advance(0.5 * TTL_MS);
      equal('behind its end', plain(await shared.read('board')), { stays: { a: '1' } });
      equal('names behind its end', plain(await shared.read('board', ['a'])), { stays: { a: '1' } });
      equal('whether it is there', await shared.write('board', 'page', changes({ b: '1' }), TTL_MS), false);
      equal('what it has', plain(await shared.read('board')), { page: { b: '1' }, stays: { a: '1' } });
    },
    'advance',
  ),
  rule(
    'what was lost is not there: who writes is told',
    async (world) => {
      const log = await world.create();
      await sharedOf(log).write('board', 'page', changes({ a: '1' }), LONG_MS);
      const after = await world.wipe(log);
      equal('the board', plain(await sharedOf(after).read('board')), {});
      equal('whether it is there', await sharedOf(after).write('board', 'page', changes({ b: '1' }), LONG_MS), false);
    },
    'wipe',
  ),
  rule('a log that is closed shares nothing more', async (world) => {
    const log = await world.create();
    const shared = sharedOf(log);
    await log.close();
    await rejects('writing', shared.write('board', 'page', changes({ a: '1' }), LONG_MS), 'closed');
    await rejects('reading', shared.read('board'), 'closed');
    await rejects('claiming', shared.claim('it', 'one', LONG_MS), 'closed');
    await rejects('telling', shared.tell('topic', 'text'), 'closed');
  }),
];

const claims: readonly Rule[] = [
  rule('what is claimed is one owner’s, who may keep it and give it back', async (world) => {
    const shared = sharedOf(await world.create());
    equal('the first', await shared.claim('it', 'one', LONG_MS), true);
    equal('another', await shared.claim('it', 'two', LONG_MS), false);
    equal('the first again', await shared.claim('it', 'one', LONG_MS), true);
    equal('something else', await shared.claim('else', 'two', LONG_MS), true);
    equal('given back by another', await shared.claim('it', 'two', 0), false);
    equal('still his', await shared.claim('it', 'two', LONG_MS), false);
    equal('given back', await shared.claim('it', 'one', 0), true);
    equal('free', await shared.claim('it', 'two', LONG_MS), true);
  }),
  rule('of many who claim something at once one has it', async (world) => {
    const shared = sharedOf(await world.create());
    const had = await Promise.all(range(1, 20).map((number) => shared.claim('it', `owner-${number}`, LONG_MS)));
    equal('owners', had.filter(Boolean).length, 1);
  }),
  rule(
    'a claim ends its time after the last time that it was made, and not before',
    async (world) => {
      const shared = sharedOf(await world.create());
      await shared.claim('it', 'one', TTL_MS);
      await world.advance(0.6 * TTL_MS);
      await shared.claim('it', 'one', TTL_MS);
      await world.advance(0.6 * TTL_MS);
      equal('another, too early', await shared.claim('it', 'two', TTL_MS), false);
      await world.advance(0.5 * TTL_MS);
      equal('another', await shared.claim('it', 'two', TTL_MS), true);
    },
    'advance',
  ),
];

const together: readonly Rule[] = [
  rule('two logs share nothing', async (world) => {
    const [one, other] = [sharedOf(await world.create()), sharedOf(await world.create())];
    await one.write('board', 'page', changes({ a: '1' }), LONG_MS);
    await one.claim('it', 'one', LONG_MS);
    equal('the board', plain(await other.read('board')), {});
    equal('a claim', await other.claim('it', 'two', LONG_MS), true);
  }),
  rule(
    'what one instance writes and claims all know',
    async (world) => {
      const log = await world.create();
      const [one, other] = [sharedOf(log), sharedOf(await world.join(log))];
      await one.write('board', 'one', changes({ a: '1' }), LONG_MS);
      await other.write('board', 'other', changes({ a: '2' }), LONG_MS);
      equal('at the other', plain(await other.read('board')), { one: { a: '1' }, other: { a: '2' } });
      equal('a page of the other', await one.write('board', 'other', changes({ a: null }), LONG_MS), true);
      equal('at the first', plain(await one.read('board')), { one: { a: '1' } });
      await one.claim('it', 'one', LONG_MS);
      equal('a claim', await other.claim('it', 'other', LONG_MS), false);
      await log.close();
      equal('when the first is closed', plain(await other.read('board')), { one: { a: '1' } });
    },
    'join',
  ),
];

export const sharing: readonly Rule[] = [...pages, ...ends, ...claims, ...together];
