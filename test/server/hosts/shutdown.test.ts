import { afterEach, describe, expect, test, vi } from 'vitest';
import { memoryLog, type PushStream, type PushStreamOptions } from '../../../packages/server/src/index.ts';
import { elapse, until } from '../../support/until.ts';
import { leaveAll, read } from './client.ts';
import { type Host, hosts, type Running } from './hosts.ts';
import { publishNumbers, type WatchedPush, watchedPush } from './push.ts';

let watched: WatchedPush;
let push: PushStream;
let running: Running;

async function start(host: Host, options: PushStreamOptions = {}): Promise<void> {
  watched = watchedPush(options);
  ({ push } = watched);
  running = await host.start(push);
}

afterEach(async () => {
  leaveAll();
  await push.close();
  await running[Symbol.asyncDispose]();
  expect(watched.reports).toEqual([]);
});

const took = async (what: () => Promise<unknown>): Promise<number> => {
  const before = performance.now();
  await what();
  return performance.now() - before;
};

const claimed = hosts.filter(({ kind, name }) => kind === 'node' && !/^node:http2 (without|over) TLS$/.test(name));
const shared = hosts.filter((host) => !claimed.includes(host));

describe.each(claimed)('$name:', (host) => {
  test.each([
    ['before', async () => void (await Promise.all([running.close(), push.close()]))],
    [
      'after',
      async () => {
        await push.close();
        await running.close();
      },
    ],
  ])('a server that closes %s its hub is closed within a moment, whoever keeps connections', async (_name, close) => {
    await start(host);
    const idle = await read(running, { path: '/events?session=%20' });
    await until(() => idle.end !== undefined);
    const streams = await Promise.all([read(running), read(running)]);
    expect(await took(close)).toBeLessThan(1_500);
    for (const stream of streams) await until(() => stream.end === 'complete');
    expect(running.sockets.size).toBe(0);
  });
});

describe.each(shared)('$name:', (host) => {
  test('its connections are the host’s: after close() they are idle, and it is closed when they are', async () => {
    await start(host);
    const streams = await Promise.all([read(running), read(running)]);
    await push.close();
    for (const stream of streams) await until(() => stream.end === 'complete');
    // As browsers do at some time, or `closeIdleConnections()` of the server at once.
    leaveAll();
    expect(await took(() => running.close())).toBeLessThan(1_500);
  });
});

describe.each(hosts)('$name:', (host) => {
  test('a stream that is given up in the middle of its beginning is forgotten', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
    await start(host, { limits: { bufferedBytes: 1, eventBytes: 2 ** 24 } });
    // More than the system takes at once.
    const { id } = await push.publish('tick', 'x'.repeat(2 ** 23));
    await until(() => push.stats().lag === 0);
    await elapse(10);
    const from = String(id).replace(/\d+$/, '0');
    void read(running, { headers: { 'last-event-id': from } }).catch(() => {});
    await until(() => push.stats().opened === 1 && push.sessions().length === 0);
    expect(push.stats()).toMatchObject({ connections: 0, bufferedBytes: 0 });
    complaints.mockRestore();
  });

  test('S32: drain() refuses, spreads the goodbyes over its window, and goes on publishing meanwhile', async () => {
    await start(host);
    const streams = await Promise.all(Array.from({ length: 8 }, () => read(running)));
    const ends: number[] = [];
    const before = performance.now();
    const drained = push.drain({ windowMs: 400 });
    const refused = await read(running);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    await publishNumbers(push, 1, 1);
    await Promise.all(
      streams.map(async (stream) => {
        await until(() => stream.end !== undefined);
        ends.push(performance.now() - before);
        expect(stream.end).toBe('complete');
        expect(stream.control('closing')).toEqual([{ reason: 'drain', retryMs: 1_000 }]);
      }),
    );
    await drained;
    // One in each eighth of the window.
    for (const [at, end] of ends.sort((a, b) => a - b).entries()) {
      expect(end).toBeGreaterThan(at * 50 - 10);
      expect(end).toBeLessThan(2_000);
    }
    expect(streams.at(-1)?.data).toEqual([1]);
    await push.publish('tick', 2);
  });
});

/** It takes its time: all at once. */
test('a client that does not read has five seconds when the server drains, and then everything can close', async () => {
  const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
  const all = await Promise.all(
    hosts.map(async ({ start: on }) => {
      const { push: hub } = watchedPush({ log: memoryLog({ maxBytes: 67_108_864 }) });
      const host = await on(hub);
      const stuck = await read(host);
      stuck.pause();
      await publishNumbers(hub, 1, 200, 60_000);
      await until(() => hub.stats().spilled > 0);
      return { hub, host };
    }),
  );
  const times = await Promise.all(
    all.map(({ hub, host }) =>
      took(async () => {
        await hub.drain({ windowMs: 0 });
        await hub.close();
        // The end of a session of HTTP/2 is its client's, where no stream is left.
        if (host.version === 1) await host.close();
      }),
    ),
  );
  for (const time of times) {
    expect(time).toBeGreaterThan(4_000);
    expect(time).toBeLessThan(8_000);
  }
  leaveAll();
  await Promise.all(all.map(({ host }) => host[Symbol.asyncDispose]()));
  complaints.mockRestore();
});
