import { describe, expect, test } from 'vitest';
import type { EventClientOptions } from '../../packages/client/src/index.ts';
import { type Bench, bench, opened } from './support.ts';

const PROBE_MS = 2_500;

describe('a page that was away', () => {
  test.each([
    ['thawed', (made: Bench<Record<string, unknown>>) => made.time.tell('resume')],
    [
      'back from the cache of pages',
      (made: Bench<Record<string, unknown>>) => made.time.tell('pageshow', { persisted: true }),
    ],
    ['online again', (made: Bench<Record<string, unknown>>) => made.time.tell('online')],
  ] as const)('%s: a stream that shows no byte within the probe is opened anew from the cursor', (_name, tell) => {
    const made = opened();
    made.transport.last.send('id: 7\ndata: 1\n\n');
    tell(made);
    made.time.advance(PROBE_MS - 1);
    expect(made.client.status).toBe('open');
    made.time.advance(1);
    expect(made.client.status).toBe('reconnecting');
    made.time.advance(1_250);
    expect(made.transport.last.request.lastEventId).toBe('7');
    expect(made.transport.live).toHaveLength(1);
  });

  test('a byte within the probe proves that it is alive', () => {
    const { client, transport, time } = opened();
    time.tell('resume');
    time.advance(PROBE_MS - 1);
    transport.last.send(':');
    time.advance(60_000);
    expect(client.status).toBe('open');
    expect(transport.connections).toHaveLength(1);
  });

  test('a page that is merely loaded, hidden or shown doubts nothing', () => {
    const { client, time } = opened();
    time.tell('pageshow', { persisted: false });
    time.show(false);
    time.show(true);
    time.advance(60_000);
    expect(client.status).toBe('open');
  });

  test('a page that is shown again doubts a stream whose heartbeat is overdue', () => {
    const { client, transport, time } = opened();
    transport.last.send('event: pushstream.ready\ndata: {"heartbeatMs":15000}\n\n');
    time.show(false);
    time.advance(16_000);
    time.show(true);
    time.advance(PROBE_MS);
    expect(client.status).toBe('reconnecting');
  });

  test('online again while waiting: the next attempt is made at the floor, and flapping makes no more of them', () => {
    const { client, transport, time } = opened({ reconnect: { baseDelayMs: 30_000 } });
    transport.last.report({ type: 'ended' });
    expect(client.status).toBe('reconnecting');
    for (let n = 0; n < 50; n += 1) {
      time.tell('online');
      time.advance(20);
    }
    expect(transport.connections.length).toBeGreaterThan(1);
    expect(transport.connections.length).toBeLessThanOrEqual(1 + 1_000 / 250);
  });
});

describe('a clock that jumped', () => {
  test('a machine that slept while its timers stood still: caught up within five seconds', () => {
    const { client, transport, time } = opened();
    time.advance(10_500);
    time.wall += 8 * 3_600_000;
    time.advance(5_000);
    expect(transport.connections).toHaveLength(2);
    expect(client.status).toBe('reconnecting');
  });

  test('a machine whose monotonic clock ran on: its timers are late', () => {
    const { transport, time } = opened();
    time.wall += 60_000;
    time.monotonic += 60_000;
    time.advance(5_000);
    expect(transport.connections).toHaveLength(2);
  });

  test('in a hidden page timers are late without any sleep', () => {
    const { transport, time } = opened();
    time.show(false);
    time.wall += 60_000;
    time.monotonic += 60_000;
    time.advance(5_000);
    expect(transport.connections).toHaveLength(1);
  });

  test('a timer that was set in a hidden page may be late when the page is shown again', () => {
    const { transport, time } = opened();
    time.show(false);
    time.advance(1_500);
    time.wall += 59_000;
    time.monotonic += 59_000;
    time.show(true);
    time.advance(5_000);
    expect(transport.connections).toHaveLength(1);
  });

  test.each([-3_600_000, 1_500])('a wall clock that is corrected by %i ms is none', (ms) => {
    const { transport, time } = opened();
    time.wall += ms;
    time.advance(60_000);
    expect(transport.connections).toHaveLength(1);
  });
});

describe('hidden', () => {
  const hide = (options: EventClientOptions): Bench<Record<string, unknown>> => {
    const made = opened(options);
    made.transport.last.send('id: 7\ndata: 1\n\n');
    made.time.show(false);
    return made;
  };

  test("'keep', the default: the connection stays", () => {
    const { client, time } = hide({});
    time.advance(3_600_000);
    expect(client.status).toBe('open');
  });

  test('releaseAfterMs: given back after so long, resumed from the cursor when the page is shown', () => {
    const { client, transport, time } = hide({ hidden: { releaseAfterMs: 30_000 } });
    time.advance(29_999);
    expect(client.status).toBe('open');
    time.advance(1);
    expect(client.status).toBe('paused');
    expect(transport.live).toHaveLength(0);
    time.advance(3_600_000);
    time.show(true);
    expect(client.status).toBe('reconnecting');
    expect(transport.last.request.lastEventId).toBe('7');
  });

  test('a page that flickers keeps its connection', () => {
    const { client, transport, time } = hide({ hidden: { releaseAfterMs: 1_000 } });
    for (let n = 0; n < 20; n += 1) {
      time.advance(900);
      time.show(true);
      time.advance(10);
      time.show(false);
    }
    time.show(true);
    time.advance(60_000);
    expect(client.status).toBe('open');
    expect(transport.connections).toHaveLength(1);
  });

  test('a page that is hidden from the beginning gives back what connect() opens', () => {
    const { client, time } = bench({ hidden: { releaseAfterMs: 1_000 } });
    time.hidden = true;
    client.connect();
    time.advance(1_000);
    expect(client.status).toBe('paused');
  });

  test('a reason of its own: another one outlives it, and it outlives another', () => {
    const { client, time } = hide({ hidden: { releaseAfterMs: 0 } });
    time.advance(0);
    client.pause('dialog');
    time.show(true);
    expect(client.status).toBe('paused');
    time.show(false);
    time.advance(0);
    client.resume('dialog');
    expect(client.status).toBe('paused');
    time.show(true);
    expect(client.status).toBe('reconnecting');
  });

  test('what was given back and disconnected connects again', () => {
    const { client, time } = hide({ hidden: { releaseAfterMs: 0 } });
    time.advance(0);
    client.disconnect();
    time.show(true);
    client.connect();
    expect(client.status).toBe('reconnecting');
  });
});

test('nobody listens to the page, and no timer runs, before connect() and after disconnect()', () => {
  const { client, transport, time } = bench({ hidden: { releaseAfterMs: 5_000 } });
  expect([time.listeners, time.pending]).toEqual([0, 0]);
  client.connect();
  transport.last.open();
  expect(time.listeners).toBe(4);
  time.show(false);
  client.disconnect();
  time.advance(16);
  expect([time.listeners, time.pending]).toEqual([0, 0]);
});

test("a pause for a reason called 'hidden' is the caller's own: showing the page does not end it", () => {
  const { client, time } = opened({ hidden: { releaseAfterMs: 0 } });
  client.pause('hidden');
  time.show(false);
  time.advance(0);
  time.show(true);
  expect(client.status).toBe('paused');
});
