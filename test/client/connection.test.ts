import { effect, signal } from '@preact/signals-core';
import { describe, expect, test, vi } from 'vitest';
import { HttpError, NetworkError } from '../../packages/client/src/index.ts';
import { VirtualTime } from '../support/virtual-time.ts';
import { ScriptedConnection } from '../support/scripted-transport.ts';
import { bench, opened } from './support.ts';

const lost = new NetworkError('lost');

test('construction does nothing: no request, no timer', () => {
  const { client, transport, time } = bench();
  expect(client.status).toBe('idle');
  expect(transport.connections).toHaveLength(0);
  expect(time.pending).toBe(0);
});

describe('status', () => {
  test('connecting at first, reconnecting after a failure and after the first opening', () => {
    const { client, transport, time } = bench();
    client.connect();
    expect(client.status).toBe('connecting');
    transport.last.report({ type: 'failed', error: lost });
    expect(client.status).toBe('reconnecting');
    time.advance(750);
    expect(client.status).toBe('reconnecting');
    transport.last.open();
    expect(client.status).toBe('open');
    client.pause();
    expect(client.status).toBe('paused');
    client.resume();
    expect(client.status).toBe('reconnecting');
  });

  test('lifecycle tells each change once, with the one before', () => {
    const { transport, announced, client } = opened();
    transport.last.report({ type: 'failed', error: lost });
    client.disconnect();
    client.disconnect();
    expect(announced.filter(([name]) => name === 'status').map(([, change]) => change)).toEqual([
      { status: 'connecting', previous: 'idle' },
      { status: 'open', previous: 'connecting' },
      { status: 'reconnecting', previous: 'open' },
      { status: 'closed', previous: 'reconnecting' },
    ]);
  });
});

describe('the snapshot', () => {
  test('follows at the next frame, many changes at once; no event changes it', () => {
    const { client, transport, time } = bench();
    const seen: string[] = [];
    effect(() => void seen.push(client.snapshot.value.status));
    client.connect();
    transport.last.open();
    transport.last.report({ type: 'failed', error: lost });
    expect(seen).toEqual(['idle']);
    time.advance(16);
    expect(seen).toEqual(['idle', 'reconnecting']);
    expect(client.snapshot.value).toEqual({
      status: 'reconnecting',
      error: lost,
      retry: { attempt: 1, delayMs: 750, at: time.wall - 16 + 750, error: lost },
      opens: 1,
      hasOpened: true,
    });
    time.advance(1_000);
    transport.last.open();
    time.advance(16);
    const { value } = client.snapshot;
    for (let n = 0; n < 100; n += 1) transport.last.send('data: 1\n\n: hb\n');
    time.advance(100);
    expect(client.snapshot.value).toBe(value);
  });

  test("'sync' follows at once, a number after so many milliseconds", () => {
    const sync = opened({ flush: 'sync' });
    expect(sync.client.snapshot.value.status).toBe('open');
    const late = opened({ flush: 500 });
    late.time.advance(499);
    expect(late.client.snapshot.value.status).toBe('idle');
    late.time.advance(1);
    expect(late.client.snapshot.value.status).toBe('open');
  });

  test('rule 10: disconnect is told at once, nothing fires and no timer lives after it', () => {
    for (const flush of ['frame', 'sync', 100] as const) {
      const { client, time, announced } = opened({ flush, heartbeatTimeoutMs: 1_000 });
      client.disconnect();
      expect(client.snapshot.value).toMatchObject({ status: 'closed', retry: null, error: null });
      expect(time.pending).toBe(0);
      const before = announced.length;
      time.advance(1e9);
      expect(announced).toHaveLength(before);
    }
  });

  test('a host whose frames come at once keeps the snapshot going', () => {
    const requestFrame = (callback: () => void): (() => void) => {
      callback();
      return () => {};
    };
    const { client, transport } = bench({ environment: { ...new VirtualTime().environment, requestFrame } });
    client.connect();
    transport.last.open();
    expect(client.snapshot.value.status).toBe('open');
    client.disconnect();
  });

  test('connecting inside an effect does not make it depend on what listeners read', () => {
    const { client } = bench();
    const read = signal(0);
    client.lifecycle.on('status', () => void read.value);
    let runs = 0;
    effect(() => {
      runs += 1;
      client.connect();
    });
    read.value = 1;
    expect(runs).toBe(1);
  });

  test('the longest timeouts are timeouts, not at once', () => {
    const { client, time } = bench({ connectTimeoutMs: 2 ** 31 - 1 });
    time.advance(1_000.3);
    client.connect();
    time.advance(1e6);
    expect(client.status).toBe('connecting');
  });

  test('is read-only, also where no compiler looks', () => {
    const { client } = opened({ flush: 'sync' });
    const writable = client.snapshot as unknown as { value: unknown };
    expect(() => (writable.value = null)).toThrow(TypeError);
    expect(Object.isFrozen(client.snapshot.value)).toBe(true);
  });

  test('an effect that throws is reported and harms nothing', () => {
    const { client, transport, time } = bench({ flush: 'sync' });
    client.snapshot.subscribe(({ status }) => {
      if (status === 'connecting') throw new Error('mine');
    });
    client.connect();
    transport.last.open();
    expect(time.reported).toHaveLength(1);
    expect(client.status).toBe('open');
  });
});

describe('commands', () => {
  test('connect is idempotent; while waiting it skips the wait', () => {
    const { client, transport, time } = opened();
    client.connect();
    client.connect();
    expect(transport.connections).toHaveLength(1);
    transport.last.report({ type: 'failed', error: lost });
    client.connect();
    expect(transport.connections).toHaveLength(2);
    time.advance(1);
    expect(transport.live).toHaveLength(1);
  });

  test('rule 10: disconnect and connect in one tick connect', () => {
    const { client, transport } = opened();
    client.disconnect();
    client.connect();
    expect(transport.connections).toHaveLength(2);
    expect(transport.live).toHaveLength(1);
    transport.last.open();
    expect(client.status).toBe('open');
  });

  test('rule 10: connect after 204 connects', () => {
    const { client, transport } = bench();
    client.connect();
    transport.last.report({ type: 'fatal', error: null });
    expect(client.status).toBe('closed');
    client.connect();
    transport.last.open();
    expect(client.status).toBe('open');
  });

  test('reconnect: a new connection now, from the cursor, from every status', () => {
    const { client, transport } = opened();
    transport.last.send('id: 7\n\n');
    client.reconnect();
    expect(transport.connections).toHaveLength(2);
    expect(transport.last.request.lastEventId).toBe('7');
    transport.last.report({ type: 'failed', error: lost });
    client.reconnect();
    expect(transport.connections).toHaveLength(3);
    client.disconnect();
    client.reconnect();
    expect(transport.connections).toHaveLength(4);
    expect(transport.live).toHaveLength(1);
  });

  test('pause is a set of reasons: the last one taken back resumes, from the cursor', () => {
    const { client, transport, time } = opened();
    transport.last.send('id: 7\n\n');
    client.pause();
    client.pause('hidden');
    client.pause('hidden');
    expect(transport.live).toHaveLength(0);
    expect(time.pending).toBe(1); // the snapshot's frame
    client.resume('hidden');
    expect(client.status).toBe('paused');
    client.resume();
    expect(transport.last.request.lastEventId).toBe('7');
    expect(transport.live).toHaveLength(1);
  });

  test('what a left connection still says is dropped', () => {
    const { client, transport } = opened();
    const first = transport.last;
    const listener = vi.fn();
    client.on('*', listener);
    client.reconnect();
    first.send('id: 9\ndata: 1\n\n');
    first.report({ type: 'fatal', error: new HttpError('x', 404) });
    expect(listener).not.toHaveBeenCalled();
    expect(client).toMatchObject({ status: 'reconnecting', lastEventId: '' });
  });
});

describe('shouldRetry', () => {
  test('overrides either way; undefined leaves the default', () => {
    const answers = new Map<number, boolean | undefined>([
      [404, true],
      [503, false],
      [500, undefined],
    ]);
    const { client, transport } = bench({
      reconnect: { shouldRetry: (error) => (error instanceof HttpError ? answers.get(error.status) : undefined) },
    });
    client.connect();
    transport.last.report({ type: 'fatal', error: new HttpError('x', 404) });
    expect(client.status).toBe('reconnecting');
    client.connect();
    transport.last.report({ type: 'failed', error: new HttpError('x', 500) });
    expect(client.status).toBe('reconnecting');
    client.connect();
    transport.last.report({ type: 'failed', error: new HttpError('x', 503) });
    expect(client.status).toBe('closed');
  });

  test('is not asked about a 204, and a throw of it is reported', () => {
    const shouldRetry = vi.fn(() => {
      throw new Error('mine');
    });
    const { client, transport, time } = bench({ reconnect: { shouldRetry } });
    client.connect();
    transport.last.report({ type: 'failed', error: lost });
    expect(client.status).toBe('reconnecting');
    expect(time.reported).toHaveLength(1);
    client.connect();
    transport.last.report({ type: 'fatal', error: null });
    expect(shouldRetry).toHaveBeenCalledTimes(1);
  });
});

describe('a transport', () => {
  test('that throws at once is a failure like any', () => {
    const { client, time } = bench({
      transport: {
        open() {
          throw new Error('no');
        },
      },
    });
    client.connect();
    expect(client.status).toBe('reconnecting');
    expect(client.snapshot.peek().error).toBeNull();
    time.advance(16);
    expect(client.snapshot.value.error).toMatchObject({ code: 'network', cause: expect.any(Error) });
    client.disconnect();
  });

  test('that says everything at once loses nothing of it', () => {
    const { client, announced } = bench({
      transport: {
        open(request, report) {
          const connection = new ScriptedConnection(request, report);
          connection.open().send('id: 1\ndata: 1\n\n').report({ type: 'ended' });
          return () => {};
        },
      },
    });
    const seen: unknown[] = [];
    client.on('*', (data) => seen.push(data));
    client.connect();
    expect(seen).toEqual([1]);
    expect(announced.map(([name]) => name)).toEqual(['status', 'status', 'open', 'status', 'error', 'retry']);
    client.disconnect();
  });

  test('that ends while a listener runs: what came before is delivered', () => {
    const { client, transport } = opened();
    const seen: unknown[] = [];
    client.on('*', (data) => {
      seen.push(data);
      if (data === 1) transport.last.report({ type: 'ended' });
    });
    transport.last.send('data: 1\n\ndata: 2\n\n');
    expect(seen).toEqual([1, 2]);
    expect(client.status).toBe('reconnecting');
  });

  test('whose abort throws is reported', () => {
    const { client, time } = bench({
      transport: {
        open: () => () => {
          throw new Error('no');
        },
      },
    });
    client.connect();
    client.disconnect();
    expect(client.status).toBe('closed');
    expect(time.reported).toHaveLength(1);
  });

  test('reconnect: false is one connection', () => {
    const { client, transport } = opened({ reconnect: false });
    transport.last.report({ type: 'ended' });
    expect(client.status).toBe('closed');
    expect(client.snapshot.value.error).toBeNull();
  });
});
