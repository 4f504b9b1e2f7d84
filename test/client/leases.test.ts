import { describe, expect, test } from 'vitest';
import { bench } from './support.ts';

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
