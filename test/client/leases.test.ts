import { describe, expect, test } from 'vitest';
import { NetworkError } from '../../packages/client/src/index.ts';
import { bench, opened } from './support.ts';

describe('leases', () => {
  test('the first connects, the last disconnects one macrotask later', () => {
    const { client, transport, time } = bench();
    const first = client.retain();
    const second = client.retain();
    expect(client.leases).toBe(2);
    expect(transport.connections).toHaveLength(1);
    first();
    expect(client.status).toBe('connecting');
    second();
    expect(client.leases).toBe(0);
    expect(client.status).toBe('connecting');
    time.advance(0);
    expect(client.status).toBe('closed');
    expect(transport.live).toHaveLength(0);
  });

  test('giving back twice gives back once', () => {
    const { client, time } = bench();
    const release = client.retain();
    client.retain();
    release();
    release();
    time.advance(1_000);
    expect(client.leases).toBe(1);
    expect(client.status).toBe('connecting');
  });

  test('mount, unmount, mount in one tick keeps one connection', () => {
    const { client, transport, time } = bench();
    const first = client.retain();
    transport.last.open();
    first();
    client.retain();
    time.advance(1_000);
    expect(client.status).toBe('open');
    expect(transport.connections).toHaveLength(1);
  });

  test('lingerMs is how long the connection outlives the last of them', () => {
    const { client, transport, time } = bench({ lingerMs: 5_000 });
    client.retain()();
    transport.last.open();
    time.advance(4_999);
    const again = client.retain();
    time.advance(10_000);
    expect(client.status).toBe('open');
    again();
    time.advance(5_000);
    expect(client.status).toBe('closed');
    expect(transport.connections).toHaveLength(1);
  });

  test('a connection that was made by hand is for the hand to end', () => {
    const { client, time } = bench();
    client.connect();
    client.retain()();
    time.advance(1_000);
    expect(client.status).toBe('connecting');
    client.disconnect();
    client.retain()();
    time.advance(1_000);
    expect(client.status).toBe('closed');
  });

  test('connect() and reconnect() while somebody holds a lease take nothing over', () => {
    const { client, time } = bench();
    const release = client.retain();
    client.connect();
    client.reconnect();
    release();
    time.advance(0);
    expect(client.status).toBe('closed');
  });

  test('connect() during the linger takes over', () => {
    const { client, time } = bench({ lingerMs: 100 });
    client.retain()();
    client.connect();
    time.advance(1_000);
    expect(client.status).toBe('connecting');
    expect(time.pending).toBe(1);
  });

  test('disconnect() ends it for everybody; the next first lease connects again', () => {
    const { client, transport, time } = bench();
    const release = client.retain();
    client.disconnect();
    client.retain();
    expect(client.status).toBe('closed');
    release();
    time.advance(16);
    expect(time.pending).toBe(0);
    expect(transport.connections).toHaveLength(1);
    const { client: other } = bench();
    const one = other.retain();
    other.disconnect();
    one();
    other.retain();
    expect(other.status).toBe('connecting');
  });

  test('no timer is left after disconnect() during the linger', () => {
    const { client, time } = bench({ lingerMs: 60_000 });
    client.retain()();
    client.disconnect();
    time.advance(16);
    expect(time.pending).toBe(0);
  });

  test('a lease on a paused client waits with it', () => {
    const { client, transport } = bench();
    client.pause();
    client.retain();
    expect(client.status).toBe('paused');
    client.resume();
    expect(transport.connections).toHaveLength(1);
  });

  test('a disposed client has forgotten its leases', () => {
    const { client, time } = bench();
    const release = client.retain();
    client[Symbol.dispose]();
    expect(client.leases).toBe(0);
    release();
    time.advance(16);
    expect(time.pending).toBe(0);
  });
});

describe('taking a lease hurries nobody', () => {
  test('a component that is mounted anew at each failure keeps to the wait that the server asked for', () => {
    const { client, transport, time } = bench();
    let release = client.retain();
    client.lifecycle.on('retry', () => {
      release();
      release = client.retain();
    });
    transport.last.report({ type: 'failed', error: new NetworkError('down'), retryAfterMs: 60_000 });
    time.advance(59_000);
    expect(transport.connections).toHaveLength(1);
    time.advance(2_000);
    expect(transport.connections).toHaveLength(2);
  });

  test('nor does the first lease on a client that waits after connect() by hand', () => {
    const { client, transport } = bench();
    client.connect();
    transport.last.report({ type: 'failed', error: new NetworkError('down') });
    client.retain();
    expect(client.status).toBe('reconnecting');
    expect(transport.connections).toHaveLength(1);
  });
});

describe('in a listener', () => {
  const event = 'event: a\ndata: 1\n\n';

  test('disconnect() and connect() is by hand: a lease that is given back does not end it', () => {
    const { client, transport, time } = opened();
    client.once('a', () => {
      client.disconnect();
      client.connect();
    });
    transport.last.send(event);
    client.retain()();
    time.advance(1_000);
    expect(client.status).toBe('reconnecting');
  });

  test('disconnect() and a lease that is taken and given back leaves nothing behind', () => {
    const { client, transport, time } = opened();
    const release = client.retain();
    client.once('a', () => {
      client.disconnect();
      release();
      client.retain()();
    });
    transport.last.send(event);
    time.advance(60_000);
    expect([client.leases, client.status, transport.live.length, time.pending]).toEqual([0, 'closed', 0, 0]);
  });
});
