import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { memoryLog, type PushStream, type PushStreamOptions } from '../../../packages/server/src/index.ts';
import { elapse, until } from '../../support/until.ts';
import { type Asked, leaveAll, read, type Reading } from './client.ts';
import { hosts, type Running } from './hosts.ts';
import { numbers, publishNumbers, type WatchedPush, watchedPush } from './push.ts';

const MiB = 1_048_576;

const TEXTS = [
  'plain',
  '',
  ' a blank at both ends ',
  'grün 世界 🚀 \u2028 \0',
  'two\nlines',
  'three\r\nline\rends',
  'data: not a field\n\nid: 7',
  'x'.repeat(70_000),
];

describe.each(hosts)('$name:', ({ kind, start }) => {
  let watched: WatchedPush;
  let push: PushStream;
  let running: Running;

  async function begin(options: PushStreamOptions = {}): Promise<void> {
    watched = watchedPush(options);
    ({ push } = watched);
    running = await start(push);
  }
  const ask = (asked?: Asked): Promise<Reading> => read(running, asked);

  /** Some hosts have nowhere else to say that something failed. */
  let complaints: MockInstance<typeof console.error>;

  beforeEach(async () => {
    complaints = vi.spyOn(console, 'error');
    await begin();
  });
  afterEach(async () => {
    leaveAll();
    await push.close();
    await running[Symbol.asyncDispose]();
    expect(watched.reports).toEqual([]);
    expect(complaints.mock.calls).toEqual([]);
    complaints.mockRestore();
  });

  test('a stream has its headers, and begins with pushstream.ready', async () => {
    const stream = await ask();
    expect(stream.status).toBe(200);
    expect(stream.headers).toEqual({
      ...('date' in stream.headers ? { date: expect.any(String) } : {}),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      ...(running.version === 1 ? { 'transfer-encoding': 'chunked' } : {}),
      ...(running.version === 1 ? { connection: kind === 'node' ? 'close' : 'keep-alive' } : {}),
      ...(running.version === 1 && kind === 'fetch' ? { 'keep-alive': 'timeout=5' } : {}),
    });
    await until(() => stream.frames.length > 0);
    expect(stream.control('ready')).toMatchObject([{ resumed: false, replayed: 0, cursor: await push.cursor() }]);
  });

  test('what is published arrives, byte by byte as it was', async () => {
    const stream = await ask();
    for (const text of TEXTS) await push.publish('text.said', text);
    await until(() => stream.events.length === TEXTS.length);
    expect(stream.data).toEqual(TEXTS);
    expect(stream.events.map(({ type }) => type)).toEqual(TEXTS.map(() => 'text.said'));
    expect(stream.lastEventId).toBe(await push.cursor());
  });

  test('a burst arrives whole and in order', async () => {
    const streams = await Promise.all([ask(), ask(), ask()]);
    const published = Promise.all(numbers(1, 500).map((n) => push.publish('tick', n)));
    await published;
    for (const stream of streams) {
      await until(() => stream.events.length === 500);
      expect(stream.data).toEqual(numbers(1, 500));
    }
  });

  test.each([
    ['the header', (id: string) => ({ headers: { 'last-event-id': id } })],
    ['the query', (id: string) => ({ path: `/events?lastEventId=${id}` })],
    [
      'the header where the query is older',
      (id: string) => ({ path: '/events?lastEventId=x', headers: { 'last-event-id': id } }),
    ],
  ])('who was cut off goes on where it was, by %s', async (_name, cursor) => {
    const first = await ask();
    await publishNumbers(push, 1, 10);
    await until(() => first.events.length === 10);
    first.leave();
    await publishNumbers(push, 11, 20);
    const second = await ask(cursor(first.lastEventId));
    await publishNumbers(push, 21, 30);
    await until(() => second.events.length === 20);
    expect(second.data).toEqual(numbers(11, 30));
    expect(second.control('ready')).toMatchObject([{ resumed: true, replayed: 10 }]);
  });

  test('a client that leaves is forgotten, and nothing is left of it', async () => {
    const streams = await Promise.all(numbers(1, 5).map(() => ask()));
    await publishNumbers(push, 1, 3);
    for (const stream of streams) await until(() => stream.events.length === 3);
    expect(push.sessions()).toHaveLength(5);
    for (const stream of streams) stream.leave();
    await until(() => push.sessions().length === 0);
    expect(push.stats()).toMatchObject({ connections: 0, bufferedBytes: 0, ended: { client: 5 } });
    await until(() => watched.timers === 0 && running.sockets.size === 0);
  });

  test('a client that leaves while it is decided about has no session', async () => {
    let decide = (): void => {};
    const asked = new Promise<void>((resolve) => {
      push.configure({
        authorize: () => {
          resolve();
          return new Promise((grant) => {
            decide = () => grant({});
          });
        },
      });
    });
    void ask().catch(() => {});
    await asked;
    for (const socket of running.sockets) socket.destroy();
    await until(() => running.sockets.size === 0);
    await elapse(20);
    decide();
    await elapse(20);
    expect(push.sessions()).toEqual([]);
    // What was reserved for it is free again.
    push.configure({ authorize: undefined, limits: { connections: 1 } });
    expect(await ask()).toMatchObject({ status: 200 });
    expect(await ask()).toMatchObject({ status: 503 });
  });

  test('close() says why, ends the response as it should be, and then the host can close', async () => {
    const streams = await Promise.all([ask(), ask()]);
    await publishNumbers(push, 1, 3);
    for (const stream of streams) await until(() => stream.events.length === 3);
    const before = performance.now();
    await push.close();
    for (const stream of streams) {
      await until(() => stream.end !== undefined);
      expect(stream.end).toBe('complete');
      expect(stream.data).toEqual([1, 2, 3]);
      expect(stream.control('closing')).toMatchObject([{ reason: 'closed' }]);
    }
    if (running.version === 2) leaveAll();
    await running.close();
    expect(performance.now() - before).toBeLessThan(2_000);
    await until(() => watched.timers === 0);
  });

  test('HEAD gets the head, no body and no session', async () => {
    const answer = await ask({ method: 'HEAD' });
    await until(() => answer.end !== undefined);
    expect(answer).toMatchObject({ status: 200, text: '', end: 'complete' });
    expect(answer.headers).toMatchObject({ 'content-type': 'text/event-stream' });
    expect(push.sessions()).toEqual([]);
  });

  test.each([
    [{ headers: { accept: 'application/json' } }, 406],
    [{ path: '/events?channel=%00' }, 400],
    [{ path: '/events?session=%20' }, 400],
  ])('%j is refused with %d, in words', async (asked, status) => {
    const answer = await ask(asked);
    await until(() => answer.end !== undefined);
    expect(answer).toMatchObject({ status, end: 'complete' });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
    expect(JSON.parse(answer.text)).toMatchObject({ status, detail: expect.any(String) });
    expect(push.sessions()).toEqual([]);
  });

  test('S1: a client that does not read costs what may be buffered, and its neighbours nothing', async () => {
    await push.close();
    await running[Symbol.asyncDispose]();
    await begin({ log: memoryLog({ maxBytes: 64 * MiB, maxEvents: 50_000 }) });
    const [stuck, healthy] = await Promise.all([ask(), ask()]);
    stuck.pause();
    let most = 0;
    for (let round = 0; round < 24; round += 1) {
      await Promise.all(
        numbers(1, 1_000).map((n) => push.publish('tick', { n: round * 1_000 + n, pad: 'x'.repeat(1_000) })),
      );
      for (const { bufferedBytes } of push.sessions()) most = Math.max(most, bufferedBytes);
      await until(() => healthy.events.length === (round + 1) * 1_000);
    }
    expect(most).toBeLessThan(3 * MiB);
    expect(push.stats().spilled).toBeGreaterThan(0);
    // S3: then it goes on exactly where it stopped; what `write` refused was accepted, and is not written again.
    const has = stuck.events.length;
    expect(has).toBeLessThan(24_000);
    stuck.resume();
    await until(() => stuck.events.length >= 24_000, 30_000);
    expect((stuck.data as Array<{ n: number }>).map(({ n }) => n)).toEqual(numbers(1, 24_000));
    await until(() => push.stats().bufferedBytes === 0);
  });
});
