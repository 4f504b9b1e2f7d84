import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { ClosedError } from '../../../packages/server/src/errors.ts';
import type { Log, LogEntry, LogPage, NewEntry } from '../../../packages/server/src/log/log.ts';
import { type MemoryLogOptions, memoryLog } from '../../../packages/server/src/log/memory.ts';
import { createTestEnvironment } from '../support.ts';

const HOUR = 3_600_000;

function setUp(options: MemoryLogOptions = {}) {
  const environment = createTestEnvironment();
  return { environment, log: memoryLog(options, environment) };
}

const entry = (data: string, rest: Partial<NewEntry> = {}): NewEntry => ({
  type: 't',
  channel: 'c',
  data,
  ...rest,
});

const start = async (log: Log) => ({ epoch: (await log.head()).epoch, seq: 0 });

/** The data of everything that is stored. */
async function stored(log: Log): Promise<string[]> {
  const { epoch, first } = await log.head();
  const page = await log.read({ epoch, seq: first - 1 }, Infinity);
  return page.kind === 'entries' ? page.entries.map(({ data }) => data) : [page.reason];
}

async function publish(log: Log, ...data: string[]): Promise<void> {
  for (const one of data) await log.publish(entry(one));
}

test.each<[string, unknown, string]>([
  ['no object', 5, 'options: expected object, got 5'],
  ['null', null, 'options: expected object, got null'],
  [
    'an option that does not exist',
    { maxEvent: 1 },
    'options: expected maxEvents, maxBytes, maxAgeMs, keyWindowMs, maxKeys, got "maxEvent"',
  ],
  ['no events', { maxEvents: 0 }, 'options.maxEvents: expected whole 1..16777216, got 0'],
  ['half an event', { maxEvents: 1.5 }, 'options.maxEvents: expected whole 1..16777216, got 1.5'],
  ['endless events', { maxEvents: Infinity }, 'options.maxEvents: expected whole 1..16777216, got Infinity'],
  ['a text', { maxBytes: '1' }, 'options.maxBytes: expected 1..Infinity, got "1"'],
  ['no bytes', { maxBytes: 0 }, 'options.maxBytes: expected 1..Infinity, got 0'],
  ['no age', { maxAgeMs: NaN }, 'options.maxAgeMs: expected 1..Infinity, got NaN'],
  ['no window', { keyWindowMs: -1 }, 'options.keyWindowMs: expected 1..Infinity, got -1'],
  ['no keys', { maxKeys: 0 }, 'options.maxKeys: expected whole 1..16777216, got 0'],
])('misuse is told: %s', (_, options, message) => {
  expect(() => memoryLog(options as MemoryLogOptions)).toThrow(message);
});

test('an option that is undefined is left out', async () => {
  const { log } = setUp({ maxEvents: undefined, maxAgeMs: undefined });
  await publish(log, 'a', 'b');
  expect(await stored(log)).toEqual(['a', 'b']);
});

test.each<[string, unknown]>([
  ['no data', { type: 't', channel: 'c' }],
  ['no type', { data: 'a', channel: 'c' }],
  ['tags that are null', { type: 't', channel: 'c', data: 'a', tags: null }],
  ['a tag without a value', { type: 't', channel: 'c', data: 'a', tags: { a: undefined } }],
  ['nothing', undefined],
])('what cannot be stored is refused whole, and takes no number and no key: %s', async (_, wrong) => {
  const { log } = setUp();
  await expect(log.publish(wrong as NewEntry)).rejects.toThrow(TypeError);
  await expect(log.publish({ ...(wrong as NewEntry), key: 'k' })).rejects.toThrow(TypeError);
  expect(await log.publish(entry('a', { key: 'k' }))).toMatchObject({ seq: 1, duplicate: false });
});

test('the errors of a closed log are the server’s', async () => {
  const { log } = setUp();
  await log.close();
  await expect(log.publish(entry('a'))).rejects.toBeInstanceOf(ClosedError);
});

test('an entry is stored within the call, not when its promise is awaited', async () => {
  const { log } = setUp();
  void log.publish(entry('a'));
  const head = log.head();
  void log.publish(entry('b'));
  expect((await head).last).toBe(1);
});

test('entries and their tags are frozen', async () => {
  const { log } = setUp();
  await log.publish(entry('a', { tags: { tenant: 'a' } }));
  const page = await log.read(await start(log), 1);
  const [found] = page.kind === 'entries' ? page.entries : [];
  expect(Object.isFrozen(found)).toBe(true);
  expect(Object.isFrozen(found?.tags)).toBe(true);
});

test('an entry has the time of the wall clock, and no key', async () => {
  const { log, environment } = setUp();
  environment.jump(HOUR);
  await log.publish(entry('a', { key: 'k' }));
  const page = await log.read(await start(log), 1);
  expect(page).toMatchObject({ entries: [{ time: environment.now() }] });
  expect(page.kind === 'entries' && page.entries[0]).not.toHaveProperty('key');
});

test('each log has a token of the environment as its epoch', async () => {
  const { log, environment } = setUp();
  expect((await log.head()).epoch).toBe('t1');
  expect((await memoryLog({}, environment).head()).epoch).toBe('t2');
});

test('no timer runs, whatever is stored and whoever waits', async () => {
  const { log, environment } = setUp();
  const pages = log.tail(await start(log), new AbortController().signal)[Symbol.asyncIterator]();
  const page = pages.next();
  await log.publish(entry('a', { key: 'k' }));
  await page;
  void pages.next();
  expect(environment.pending).toBe(0);
});

test('the oldest entries go when there are more than maxEvents', async () => {
  const { log } = setUp({ maxEvents: 3 });
  await publish(log, 'a', 'b', 'c');
  expect(await stored(log)).toEqual(['a', 'b', 'c']);
  await publish(log, 'd', 'e');
  expect(await stored(log)).toEqual(['c', 'd', 'e']);
  expect(await log.head()).toMatchObject({ first: 3, last: 5 });
});

/** Type and channel are a byte each. */
test.each<[string, NewEntry, number]>([
  ['ASCII', entry('abc'), 5],
  ['letters of two bytes', entry('éß'), 6],
  ['letters of three bytes', entry('你好'), 8],
  ['a pair of surrogates', entry('👍'), 6],
  ['types and channels', entry('', { type: 'éé', channel: 'abc' }), 7],
  ['an addressee', entry('', { to: 'ann' }), 5],
  ['tags', entry('', { tags: { name: 'é', b: 'cd' } }), 11],
  ['a key does not count', entry('', { key: 'key' }), 2],
])('maxBytes counts UTF-8: %s', async (_, one, bytes) => {
  const filler = entry('x');
  const fits = setUp({ maxBytes: 3 + bytes }).log;
  const tooMuch = setUp({ maxBytes: 3 + bytes - 1 }).log;
  for (const log of [fits, tooMuch]) {
    await log.publish(filler);
    await log.publish(one);
  }
  expect((await fits.head()).first).toBe(1);
  expect((await tooMuch.head()).first).toBe(2);
});

test('as many entries go as one large one needs, and bytes that are gone are free again', async () => {
  const { log } = setUp({ maxBytes: 30 });
  await publish(log, 'a', 'b', 'c', 'd', 'x'.repeat(22));
  expect(await stored(log)).toEqual(['c', 'd', 'x'.repeat(22)]);
  await publish(log, ...'efghijklmn');
  expect(await stored(log)).toEqual([...'efghijklmn']);
});

test('an entry above maxBytes is kept until the next one comes', async () => {
  const { log } = setUp({ maxBytes: 10 });
  await publish(log, 'a', 'x'.repeat(100));
  expect(await stored(log)).toEqual(['x'.repeat(100)]);
  await publish(log, 'b');
  expect(await stored(log)).toEqual(['b']);
});

test('the oldest entries go when they are older than maxAgeMs', async () => {
  const { log, environment } = setUp({ maxAgeMs: 1_000 });
  await publish(log, 'a');
  await environment.advance(600);
  await publish(log, 'b');
  await environment.advance(400);
  expect(await stored(log)).toEqual(['a', 'b']);
  await environment.advance(1);
  expect(await stored(log)).toEqual(['b']);
});

test.each<[string, (log: Log, epoch: string) => Promise<unknown>]>([
  ['head', (log) => log.head()],
  ['read', (log, epoch) => log.read({ epoch, seq: 0 }, 1)],
  [
    'tail',
    async (log, epoch) => {
      const pages = log.tail({ epoch, seq: 0 }, new AbortController().signal)[Symbol.asyncIterator]();
      return ((await pages.next()) as { value: unknown }).value;
    },
  ],
])('an idle log expires too, by whoever looks first: %s', async (_, look) => {
  const { log, environment } = setUp({ maxAgeMs: 1_000 });
  await publish(log, 'a', 'b');
  const { epoch } = await log.head();
  await environment.advance(1_001);
  const seen = (await look(log, epoch)) as LogPage;
  expect('head' in seen ? seen.head : seen).toEqual({ epoch, first: 3, last: 2 });
  expect(await log.read({ epoch, seq: 2 }, 1)).toMatchObject({ kind: 'entries', entries: [] });
  expect(await log.read({ epoch, seq: 1 }, 1)).toMatchObject({ kind: 'gap', reason: 'trimmed' });
});

test.each([HOUR, -HOUR])('S53: a wall clock that jumps by %d ms expires nothing, and forgets no key', async (jump) => {
  const { log, environment } = setUp({ maxAgeMs: 1_000, keyWindowMs: 1_000 });
  await publish(log, 'a');
  await log.publish(entry('b', { key: 'k' }));
  environment.jump(jump);
  await publish(log, 'c');
  expect(await stored(log)).toEqual(['a', 'b', 'c']);
  expect(await log.publish(entry('b', { key: 'k' }))).toMatchObject({ seq: 2, duplicate: true });
  await environment.advance(1_001);
  expect(await stored(log)).toEqual([]);
  expect(await log.publish(entry('b', { key: 'k' }))).toMatchObject({ seq: 4, duplicate: false });
});

test('Infinity keeps whatever its age and its size', async () => {
  const { log, environment } = setUp({ maxAgeMs: Infinity, maxBytes: Infinity, keyWindowMs: Infinity });
  await log.publish(entry('x'.repeat(1_000_000), { key: 'k' }));
  await publish(log, 'x'.repeat(20_000_000));
  await environment.advance(1_000 * HOUR);
  expect(await log.head()).toMatchObject({ first: 1, last: 2 });
  expect(await log.publish(entry('a', { key: 'k' }))).toMatchObject({ seq: 1, duplicate: true });
});

test('a key’s time runs from its first entry: a repetition does not prolong it', async () => {
  const { log, environment } = setUp({ keyWindowMs: 1_000 });
  await log.publish(entry('a', { key: 'k' }));
  await environment.advance(700);
  expect(await log.publish(entry('a', { key: 'k' }))).toMatchObject({ seq: 1, duplicate: true });
  await environment.advance(301);
  expect(await log.publish(entry('a', { key: 'k' }))).toMatchObject({ seq: 2, duplicate: false });
});

test('above maxKeys the oldest key is forgotten, the others are known', async () => {
  const { log } = setUp({ maxKeys: 3 });
  for (const key of ['a', 'b', 'c', 'd']) await log.publish(entry(key, { key }));
  for (const key of ['b', 'c', 'd']) expect(await log.publish(entry(key, { key }))).toMatchObject({ duplicate: true });
  expect(await log.publish(entry('a', { key: 'a' }))).toMatchObject({ seq: 5, duplicate: false });
});

test('100,000 keys are known where nothing else is said', async () => {
  const { log } = setUp();
  for (let key = 0; key < 100_001; key += 1) void log.publish(entry('', { key: String(key) }));
  expect(await log.publish(entry('', { key: '1' }))).toMatchObject({ duplicate: true });
  expect(await log.publish(entry('', { key: '0' }))).toMatchObject({ duplicate: false });
});

/** The next page of a tail, and how many entries it has. */
const size = async (page: Promise<IteratorResult<LogPage>>): Promise<number> => {
  const { value } = (await page) as { value: LogPage };
  return value.kind === 'entries' ? value.entries.length : -1;
};

test('what is published in one turn is one page of a tail that waits', async () => {
  const { log, environment } = setUp();
  const pages = log.tail(await start(log), new AbortController().signal)[Symbol.asyncIterator]();
  const next = pages.next();
  await environment.settle();
  for (let number = 0; number < 5_000; number += 1) void log.publish(entry(String(number)));
  expect(await size(next)).toBe(5_000);
});

test('a tail that is slower than what is kept sees one gap', async () => {
  const { log } = setUp({ maxEvents: 10 });
  const pages = log.tail(await start(log), new AbortController().signal)[Symbol.asyncIterator]();
  await publish(log, 'a');
  expect(await size(pages.next())).toBe(1);
  await publish(log, ...'bcdefghijklmnop');
  expect((await pages.next()).value).toMatchObject({ kind: 'gap', reason: 'trimmed' });
  await publish(log, 'q');
  expect((await pages.next()).value).toMatchObject({ entries: [{ data: 'q' }] });
});

test('nothing is kept for a tail that has seen it, or has its page', async () => {
  const { log, environment } = setUp({ maxEvents: 3 });
  const pages = log.tail(await start(log), new AbortController().signal)[Symbol.asyncIterator]();
  const first = pages.next();
  await environment.settle();
  await publish(log, 'a', 'b', 'c');
  await first;
  await pages.next();
  const next = pages.next();
  await environment.settle();
  void log.publish(entry('d'));
  expect(await log.head()).toMatchObject({ first: 2, last: 4 });
  await next;
  await publish(log, ...'efgh');
  expect(await log.head()).toMatchObject({ first: 6, last: 8 });
  expect((await pages.next()).value).toMatchObject({ kind: 'gap', reason: 'trimmed' });
});

test('a tail that expires everything behind its position waits, without a gap', async () => {
  const { log, environment } = setUp({ maxAgeMs: 1_000 });
  const pages = log.tail(await start(log), new AbortController().signal)[Symbol.asyncIterator]();
  await publish(log, 'a', 'b');
  expect(await size(pages.next())).toBe(2);
  const next = pages.next();
  await environment.advance(5_000);
  expect(await log.head()).toMatchObject({ first: 3, last: 2 });
  await publish(log, 'c');
  expect((await next).value).toMatchObject({ entries: [{ seq: 3, data: 'c' }] });
});

test('10,000 aborted tails leave no listener', async () => {
  const { log } = setUp();
  const from = await start(log);
  const { signal } = new AbortController();
  for (let number = 0; number < 10_000; number += 1) {
    const controller = new AbortController();
    const next = log.tail(from, controller.signal)[Symbol.asyncIterator]().next();
    expect(getEventListeners(controller.signal, 'abort').length).toBe(1);
    controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(getEventListeners(controller.signal, 'abort').length).toBe(0);
  }
  await publish(log, 'a');
  for await (const _ of log.tail(from, signal)) break;
  expect(getEventListeners(signal, 'abort').length).toBe(0);
});

test('what aborted tails held can be collected, while the log lives', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { log } = setUp();
  const from = await start(log);
  const held: Array<WeakRef<object>> = [];
  async function run(): Promise<void> {
    const controllers = Array.from({ length: 200 }, () => new AbortController());
    const waiting = controllers.map(({ signal }) => {
      const tail = log.tail(from, signal)[Symbol.asyncIterator]();
      held.push(new WeakRef(tail), new WeakRef(signal));
      return tail.next();
    });
    for (const controller of controllers) controller.abort();
    await Promise.all(waiting);
  }
  await run();
  for (let tries = 0; tries < 20 && held.some((one) => one.deref()); tries += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  expect(held).toHaveLength(400);
  expect(held.filter((one) => one.deref())).toEqual([]);
  expect((await log.head()).last).toBe(0);
});

test('entries that are trimmed can be collected', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { log } = setUp({ maxEvents: 10 });
  const from = await start(log);
  const seen: Array<WeakRef<LogEntry>> = [];
  async function run(): Promise<void> {
    await publish(log, ...'abcdefghij');
    const page = await log.read(from, 10);
    if (page.kind === 'entries') for (const one of page.entries) seen.push(new WeakRef(one));
  }
  await run();
  await publish(log, ...'klmnopqrst');
  for (let tries = 0; tries < 20 && seen.some((one) => one.deref()); tries += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  expect(seen).toHaveLength(10);
  expect(seen.filter((one) => one.deref())).toEqual([]);
});

test('a tail that waits gets everything of a turn, however much more than is kept', async () => {
  const log = memoryLog({ maxEvents: 10 });
  const ended = new AbortController();
  const seen: number[] = [];
  const { epoch } = await log.head();
  const reading = (async () => {
    for await (const page of log.tail({ epoch, seq: 0 }, ended.signal)) {
      if (page.kind === 'entries') seen.push(...page.entries.map(({ seq }) => seq));
    }
  })();
  await Promise.resolve();
  const all = Array.from({ length: 1_000 }, () => log.publish({ type: 't', data: '1', channel: 'c' }));
  await Promise.all(all);
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 1));
  const { first, last } = await log.head();
  expect(last - first + 1).toBe(10);
  ended.abort();
  await reading;
});

test.each<[string, MemoryLogOptions, number, string]>([
  ['65,536 entries', { maxEvents: 10 }, 65_536 + 10, ''],
  ['64 MiB', { maxBytes: 1024 * 1024 }, 65, 'x'.repeat(1024 * 1024 - 2)],
])('for a tail that waits at most %s more are kept; then it sees one gap', async (_, options, most, data) => {
  const { log, environment } = setUp({ maxEvents: 100_000, ...options });
  const { epoch } = await log.head();
  const pages = log.tail({ epoch, seq: 0 }, new AbortController().signal)[Symbol.asyncIterator]();
  const next = pages.next();
  await environment.settle();
  for (let number = 0; number < most; number += 1) void log.publish(entry(data));
  expect(await size(next)).toBe(most);

  const after = pages.next();
  await environment.settle();
  for (let number = 0; number < most + 1; number += 1) void log.publish(entry(data));
  const page = (await after).value as LogPage;
  expect(page).toMatchObject({ kind: 'gap', reason: 'trimmed', head: { last: 2 * most + 1 } });
  const last = pages.next();
  await log.publish(entry('next'));
  expect((await last).value).toMatchObject({ entries: [{ seq: 2 * most + 2, data: 'next' }] });
});
