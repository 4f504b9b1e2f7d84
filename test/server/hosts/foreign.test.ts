import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PushStream } from '../../../packages/server/src/index.ts';
import { elapse, until } from '../../support/until.ts';
import { type ForeignEvent, type ForeignReader, readers } from './foreign.ts';
import { nodeHost, type Running } from './hosts.ts';
import { numbers, publishNumbers, type WatchedPush, watchedPush } from './push.ts';

const READY = 'pushstream.ready';

let watched: WatchedPush;
let push: PushStream;
let running: Running;
/** What each request named as the last event. */
let cursors: Array<string | null>;
let got: ForeignEvent[];
const close: Array<() => void> = [];

beforeEach(async () => {
  // One of them lives in pages only.
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('document', { hidden: false, addEventListener: () => {}, removeEventListener: () => {} });
  cursors = [];
  got = [];
  watched = watchedPush({
    heartbeatMs: 100,
    retryMs: 20,
    authorize({ headers }) {
      cursors.push(headers.get('last-event-id'));
      return {};
    },
  });
  ({ push } = watched);
  running = await nodeHost.start(push);
});

afterEach(async () => {
  for (const end of close.splice(0)) end();
  await push.close();
  await running[Symbol.asyncDispose]();
  vi.unstubAllGlobals();
  expect(watched.reports).toEqual([]);
});

const of = (type: string): unknown[] =>
  got.filter((event) => event.type === type).map(({ data }): unknown => JSON.parse(data));

async function open(reader: ForeignReader, query = ''): Promise<void> {
  close.push(
    reader.open(`${running.origin}/events${query}`, [READY, 'tick', 'pushstream.closing'], (event) => got.push(event)),
  );
  await until(() => of(READY).length === 1);
}

const cut = (): void => {
  for (const socket of running.sockets) socket.destroy();
};

describe.each(readers)('$name', (reader) => {
  test('gets ready first, typed events, and over three cuts each of them once', async () => {
    await open(reader);
    expect(got.find(({ data }) => data !== '')?.type).toBe(READY);
    for (const round of [0, 1, 2]) {
      await publishNumbers(push, round * 200 + 1, round * 200 + 100);
      await until(() => of('tick').length > round * 200 + 50);
      cut();
      await publishNumbers(push, round * 200 + 101, round * 200 + 200);
      await until(() => of(READY).length === round + 2);
    }
    await until(() => of('tick').length >= 600);
    await elapse(50);
    expect(of('tick')).toEqual(numbers(1, 600));
    expect(of(READY)).toMatchObject([{ resumed: false }, { resumed: true }, { resumed: true }, { resumed: true }]);
    const known = new Set([READY, 'tick', ...(reader.bareId === 'an empty event' ? ['message'] : [])]);
    expect(got.filter(({ type }) => !known.has(type))).toEqual([]);
  });

  test(`bare ids move its cursor past what is not for it: ${reader.bareId}`, async () => {
    await open(reader, '?type=tick');
    await publishNumbers(push, 1, 3);
    await until(() => of('tick').length === 3);
    const last = await push.cursor();
    for (let n = 0; n < 20; n += 1) await push.publish('other', n);
    const position = await push.cursor();
    await elapse(400);
    cut();
    await publishNumbers(push, 4, 6);
    await until(() => of('tick').length === 6);
    expect(of('tick')).toEqual(numbers(1, 6));
    expect(cursors[1]).toBe(reader.bareId === 'nothing' ? last : position);
    const empty = got.filter(({ type, data }) => type === 'message' && data === '');
    if (reader.bareId === 'an empty event') expect(empty.length).toBeGreaterThan(0);
    else expect(empty).toEqual([]);
  });

  test('the end of a server is told to it, and it comes back to the next one from where it was', async () => {
    await open(reader);
    await publishNumbers(push, 1, 5);
    await until(() => of('tick').length === 5);
    const last = await push.cursor();
    for (const { connectionId } of push.sessions()) await push.kill(connectionId);
    await until(() => of('pushstream.closing').length === 1);
    expect(of('pushstream.closing')).toEqual([{ reason: 'killed', retryMs: 0 }]);
    await until(() => of(READY).length === 2);
    expect(cursors[1]).toBe(last);
  });
});

test.each(readers.filter(({ name }) => name !== 'eventsource-parser' && !name.startsWith('@microsoft')))(
  '$name: a session that is killed comes back once, gets a 204, and stays away',
  async (reader) => {
    await open(reader, '?session=tab-7');
    expect(await push.kill('tab-7')).toBe(true);
    await until(() => push.sessions().length === 0);
    await elapse(400);
    // A 204 is said before anybody is asked.
    expect(cursors).toHaveLength(1);
    expect(of(READY)).toHaveLength(1);
    expect(push.sessions()).toEqual([]);
  },
);
