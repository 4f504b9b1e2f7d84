import { expect, test } from 'vitest';
import type { Inspection } from '../../packages/client/src/index.ts';
import { bench, opened } from './support.ts';

const kinds = (seen: readonly Inspection[]): string[] =>
  seen.map((one) => {
    if (one.kind === 'input') return `input ${one.input.type}`;
    if (one.kind === 'transition') return `${one.from} → ${one.to}`;
    if (one.kind === 'frame') return `frame ${one.frame.kind}: ${one.outcome}`;
    if (one.kind === 'leases') return `leases ${one.leases}`;
    return `listeners ${[...one.listeners].map(([name, count]) => `${name} ${count}`).join(', ')}`;
  });

test('an observer begins with what there is, and sees inputs, transitions, frames, listeners and leases', () => {
  const { client, transport } = bench();
  client.on('task.*', () => {});
  const seen: Inspection[] = [];
  client.inspect((inspection) => seen.push(inspection));
  const release = client.retain();
  transport.last
    .open()
    .send('event: task.a\nid: 1\ndata: 1\n\n: hb\n\nevent: other\ndata: 1\n\nevent: task.a\ndata: {\n\n');
  client.on('other', () => {});
  release();
  expect(kinds(seen)).toEqual([
    'listeners task.* 1',
    'leases 0',
    'leases 1',
    'input connect',
    'idle → connecting',
    'input opened',
    'connecting → open',
    'input frames',
    'open → open',
    'frame event: dispatched',
    'frame comment: noted',
    'frame event: unheard',
    'frame event: failed',
    'listeners task.* 1, other 1',
    'leases 0',
  ]);
  const frames = seen.flatMap((one) => (one.kind === 'frame' ? [one.cursor] : []));
  expect(frames).toEqual(['1', '1', '1', '1']);
});

test('repeated events, control events and inputs that change nothing are seen too', () => {
  const { client, transport, time } = opened();
  client.on('*', () => {});
  const event = 'id: 1\ndata: 1\n\n';
  transport.last.send(event).report({ type: 'ended' });
  time.advance(2_000);
  const seen: Inspection[] = [];
  client.inspect((inspection) => seen.push(inspection));
  transport.last.open().send(`${event}event: pushstream.ready\ndata: {"heartbeatMs":1000}\n\n`);
  client.connect();
  expect(kinds(seen)).toEqual(
    expect.arrayContaining(['frame event: repeated', 'frame event: control', 'input heartbeat', 'input connect']),
  );
});

test('it costs nothing while nobody looks, and ends where it is told to', () => {
  const { client, transport } = opened();
  const seen: Inspection[] = [];
  const end = client.inspect((inspection) => seen.push(inspection));
  end();
  end();
  const before = seen.length;
  transport.last.send('data: 1\n\n');
  client.disconnect();
  expect(seen).toHaveLength(before);
});

test('one that throws is reported, and harms neither the other ones nor the stream', () => {
  const { client, transport, time } = opened();
  const seen: Inspection[] = [];
  client.inspect(() => {
    throw new Error('mine');
  });
  client.inspect((inspection) => seen.push(inspection));
  transport.last.send('data: 1\n\n');
  expect(kinds(seen)).toContain('frame event: unheard');
  expect(time.reported.length).toBeGreaterThan(0);
  expect(client.status).toBe('open');
});

test('one that is no function is refused at once', () => {
  expect(() => opened().client.inspect({} as never)).toThrow('observer: expected function, got object');
});

test('a command of an observer counts: what it ended stays ended, and nothing is left', () => {
  for (const kind of ['input', 'transition', 'frame'] as const) {
    const { client, transport, time } = bench();
    client.connect();
    const end = client.inspect((seen) => {
      if (seen.kind === kind && client.status !== 'closed') client.disconnect();
    });
    transport.last.open().send('data: 1\n\n');
    end();
    time.advance(600_000);
    expect([client.status, transport.live.length, time.pending, time.listeners]).toEqual(['closed', 0, 0, 0]);
  }
});

test('a new observer tells the others nothing, and a disposed client has forgotten all of them', () => {
  const { client } = opened();
  const seen: Inspection[] = [];
  client.inspect((inspection) => seen.push(inspection));
  expect(seen).toHaveLength(2);
  client.inspect(() => {});
  expect(seen).toHaveLength(2);
  client[Symbol.dispose]();
  const before = seen.length;
  client.connect();
  client.disconnect();
  expect(seen).toHaveLength(before);
});
