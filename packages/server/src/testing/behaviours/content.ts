import type { NewEntry } from '../../log/log.ts';
import { content as contentOf, entry, later, publishAll, range, readAll, readEntries, start } from '../entries.ts';
import { equal, fail } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';

/** Whatever can be the data of an event. Halves of surrogate pairs cannot: the wire is UTF-8. */
const texts: ReadonlyArray<readonly [what: string, data: string]> = [
  ['nothing at all', ''],
  ['JSON', '{"a":[1,null,"\\u0000"],"b":"é"}'],
  ['CR, LF and CRLF', '\r\n\n\ra\rb\nc\r\nd\r\n'],
  ['U+2028, U+2029 and U+0085', 'a\u2028b\u2029c\u0085d'],
  ['letters of many alphabets, and emoji', 'Grüße, Привет, 你好, שלום, 👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301'],
  ['NUL and other controls', '\u0000\u0001\u0007\u001b[0m\u007f\u0080'],
  ['blanks and a byte order mark at both ends', '\uFEFF \t a \t \uFEFF'],
  ['what looks like a stream', 'id: 7\nevent: x\ndata: y\n\n:\nretry: 1\n\n'],
  ['what looks like a number, null or a list', '-0'],
  ['half a megabyte', 'é\n"\\'.repeat(100_000)],
];

const names = ['a', 'a.b.c', '0', '-1', 'null', 'undefined', '__proto__', 'constructor', 'a:b', 'a*b', '{tag}', 'é'];

const tags: ReadonlyArray<Readonly<Record<string, string>> | undefined> = [
  undefined,
  { tenant: 'a' },
  { z: '1', a: '2', 10: '3', 9: '4' },
  { empty: '', spaces: ' a ', lines: 'a\r\nb', pair: 'k=v,k:v&k;v' },
  { 'é:=': '👍', 'a.b': 'c' },
  // Names that come from outside: here each is a name like any other.
  Object.fromEntries([
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['toString', 'c'],
  ]),
];

/** What is published comes back as it was. */
const roundTrip = (name: string, entries: readonly NewEntry[]): Rule =>
  rule(name, async (world) => {
    const log = await world.create();
    for (const one of entries) await log.publish(one);
    const found = await readAll(log, await start(log));
    for (const [at, one] of entries.entries()) {
      const got = found[at] ?? fail(`entry ${at + 1}`, 'to be stored', 'none');
      equal(`entry ${at + 1}`, contentOf(got), contentOf(one));
    }
  });

export const content: readonly Rule[] = [
  ...texts.map(([what, data]) => roundTrip(`data is stored as it is: ${what}`, [entry(data)])),
  roundTrip(
    'types are stored as they are',
    names.map((type) => entry('a', { type })),
  ),
  roundTrip(
    'channels are stored as they are',
    names.map((channel) => entry('a', { channel })),
  ),
  roundTrip('an addressee is stored, and everybody is nobody in particular', [
    entry('a', { to: 'ann' }),
    entry('b'),
    entry('c', { to: undefined }),
    ...names.map((to) => entry('d', { to })),
  ]),
  roundTrip(
    'tags are stored as they are',
    tags.map((one) => entry('a', { tags: one })),
  ),
  rule('an entry looks the same in every page', async (world) => {
    const log = await world.create();
    const from = await start(log);
    await log.publish(entry('a', { to: 'ann', tags: { tenant: 'a' } }));
    const first = await readEntries(log, from, 1);
    await publishAll(log, range(1, 3));
    equal('the entry, read again', await readEntries(log, from, 1), first);
    equal('the entry in a tail', await world.follow(log, from).take(1), first);
  }),
  rule('the time of an entry is in milliseconds since the epoch', async (world) => {
    const log = await world.create();
    await log.publish(entry('a'));
    const [found] = await readAll(log, await start(log));
    const time: unknown = found?.time;
    // The clock is the engine's own; seconds or microseconds are told from milliseconds without knowing it.
    if (typeof time === 'number' && time > 1e12 && time < 1e14) return;
    fail('the time', 'milliseconds since the epoch', String(time));
  }),
  rule('what is stored is not what the publisher still holds', async (world) => {
    const log = await world.create();
    const held = { type: 'test.entry', channel: 'tests', data: 'a', tags: { tenant: 'a' } };
    const publishing = later(log.publish(held));
    held.data = held.tags.tenant = 'b';
    await publishing;
    const [found] = await readAll(log, await start(log));
    equal('data and tags', { data: found?.data, tags: found?.tags }, { data: 'a', tags: { tenant: 'a' } });
  }),
];
