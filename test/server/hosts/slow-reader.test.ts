import * as http from 'node:http';
import * as http2 from 'node:http2';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { setTimeout as elapse } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createParser } from '../../../packages/protocol/src/index.ts';
import { createPushStream, memoryLog, type PushStream } from '../../../packages/server/src/index.ts';
import { until } from '../../support/until.ts';
import { type Host, http2Host, honoHost, nodeHost, type Running } from './hosts.ts';

const STALLED_MS = 1_500;
/** More than the buffers of the system take, by more than patience lasts at that pace. */
const EVENT_BYTES = 24 * 1_048_576;
const BYTES_PER_MS = 6_000;

let push: PushStream;
let running: Running | undefined;
let leave = (): void => {};

afterEach(async () => {
  leave();
  await push.close();
  await running?.[Symbol.asyncDispose]();
});

/** The body of a stream that is asked for, unread. */
async function ask({ start }: Host): Promise<Readable> {
  const limits = { stalledMs: STALLED_MS, eventBytes: 2 * EVENT_BYTES };
  push = createPushStream({ log: memoryLog({ maxBytes: 4 * EVENT_BYTES }), limits, heartbeatMs: 60_000 });
  running = await start(push);
  const { origin, version } = running;
  if (version === 2) {
    const session = http2.connect(origin);
    leave = () => session.destroy();
    return session.request({ ':path': '/events' });
  }
  return new Promise((resolve, reject) => {
    const asked = http.get(`${origin}/events`, resolve).on('error', reject);
    leave = () => void asked.destroy();
  });
}

/** Takes what comes at an even pace, up to a number of bytes, or to a word at its end. */
async function readEvenly(body: Readable, most: number, word = '\0'): Promise<string> {
  const pieces: Buffer[] = [];
  const begin = performance.now();
  let length = 0;
  for await (const piece of body.iterator({ destroyOnReturn: false })) {
    pieces.push(piece);
    length += piece.length;
    if (length >= most || piece.subarray(-100).includes(word)) break;
    const aheadMs = length / BYTES_PER_MS - (performance.now() - begin);
    if (aheadMs > 1) await elapse(aheadMs);
  }
  return Buffer.concat(pieces).toString();
}

const big = 'x'.repeat(EVENT_BYTES);

test.each([nodeHost, http2Host, honoHost])(
  '$name: a client that reads all the time, but an event for longer than stalledMs, is not ended for it',
  async (host) => {
    const body = await ask(host);
    await until(() => push.sessions().length === 1);
    const begin = performance.now();
    await push.publish('big', big);
    await push.publish('small', 'after');
    const received = await readEvenly(body, Infinity, 'after');
    expect(push.stats().ended).toEqual({});
    expect(performance.now() - begin).toBeGreaterThan(2 * STALLED_MS);
    const data = createParser({ maxEventLength: 2 * EVENT_BYTES })
      .push(received)
      .flatMap((frame) => (frame.kind === 'event' && /^(big|small)$/.test(frame.type) ? [frame.data] : []));
    expect(data.map((one) => one.length)).toEqual([EVENT_BYTES + 2, 7]);
  },
);

test.each([nodeHost, http2Host, honoHost])(
  '$name: one that stops in the middle of an event is ended within stalledMs',
  async (host) => {
    const body = await ask(host);
    await until(() => push.sessions().length === 1);
    await push.publish('big', big);
    await readEvenly(body, EVENT_BYTES / 8);
    expect(push.stats().ended).toEqual({});
    const begin = performance.now();
    await until(() => push.sessions().length === 0);
    expect(push.stats().ended).toEqual({ stalled: 1 });
    expect(performance.now() - begin).toBeLessThan(3 * STALLED_MS);
    expect(push.stats().bufferedBytes).toBe(0);
  },
);

test('a stream that is ended in the middle of an event ends whole: the event, and then the end', async () => {
  const body = await ask(nodeHost);
  await until(() => push.sessions().length === 1);
  await push.publish('big', big);
  await readEvenly(body, EVENT_BYTES / 8);
  void push.drain({ windowMs: 0 });
  const rest = await text(body);
  expect(rest.slice(-200)).toMatch(/x"\nid: \S+\.1\n\n$/);
});
