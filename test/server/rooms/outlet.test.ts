import { beforeEach, expect, test } from 'vitest';
import { createChunk } from '../../../packages/server/src/chunk.ts';
import { createFrame } from '../../../packages/server/src/frame.ts';
import { Outlet } from '../../../packages/server/src/outlet.ts';
import type { Sink } from '../../../packages/server/src/sink.ts';
import { createStats } from '../../../packages/server/src/stats.ts';

const PART = 65_536;
const BIG = createChunk('x'.repeat(3 * PART + 1_000));

/** Takes something when the test says so. */
class FakeSink implements Sink {
  isFramed = false;
  takes = false;
  bufferedBytes = 0;
  readonly written: Uint8Array[] = [];
  readonly ends: string[] = [];
  /** In the middle of a write. */
  inside = (): void => {};

  get sizes(): readonly number[] {
    return this.written.map(({ length }) => length);
  }

  get text(): string {
    return this.written.map((bytes) => Buffer.from(bytes).toString()).join('');
  }

  write(bytes: Uint8Array): boolean {
    this.written.push(bytes);
    if (!this.takes) this.bufferedBytes = bytes.length;
    this.inside();
    return this.takes;
  }

  end(): void {
    this.ends.push('end');
  }

  destroy(): void {
    this.ends.push('destroy');
  }
}

let now = 0;
let held = 0;
let sink: FakeSink;
let outlet: Outlet;

beforeEach(() => {
  now = 0;
  held = 0;
  sink = new FakeSink();
  const host = {
    epoch: 'one',
    stats: createStats(),
    now: () => now,
    account: (bytes: number) => void (held += bytes),
  };
  const policy = { strategy: 'spill', capacity: 200, capacityBytes: 1_000_000, key: () => '' } as const;
  outlet = new Outlet(host, sink, policy);
});

/** The network has taken what the sink had. */
function take(): void {
  now += 1_000;
  sink.bufferedBytes = 0;
  outlet.drained();
}

const frame = (data: string): ReturnType<typeof createFrame> =>
  createFrame({ seq: 7, time: 0, type: 'tick', data, channel: 'default' }, 'one');

test('a small chunk is one write, and no copy', () => {
  sink.isFramed = true;
  sink.takes = true;
  const chunk = createChunk('small');
  outlet.write(chunk, 1);
  expect(sink.written[0]).toBe(chunk.framed);
  expect([outlet.isBlocked, held]).toEqual([false, 0]);
});

test('a large one goes part by part, each when the one before is taken, and each is a sign of life', () => {
  outlet.write(BIG, 1);
  expect([sink.sizes, outlet.wroteAt]).toEqual([[PART], 0]);
  take();
  expect([sink.sizes, outlet.wroteAt]).toEqual([[PART, PART], 1_000]);
  take();
  take();
  expect([sink.sizes, outlet.wroteAt]).toEqual([[PART, PART, PART, 1_000], 3_000]);
  expect(outlet.isBlocked).toBe(true);
  take();
  expect([outlet.isBlocked, outlet.wroteAt]).toEqual([false, 3_000]);
  expect(sink.text).toBe(Buffer.from(BIG.bytes).toString());
});

test('its parts are views: nothing is copied', () => {
  outlet.write(BIG, 1);
  take();
  expect(new Set(sink.written.map(({ buffer }) => buffer))).toEqual(new Set([BIG.bytes.buffer]));
});

test('framed, it is one chunk of HTTP, however many writes', () => {
  sink.isFramed = true;
  outlet.write(BIG, 1);
  while (outlet.isBlocked) take();
  expect(sink.sizes.length).toBeGreaterThan(3);
  expect(sink.text).toBe(Buffer.from(BIG.framed).toString());
});

test('who takes everything gets it at once', () => {
  sink.takes = true;
  outlet.write(BIG, 1);
  expect(sink.text.length).toBe(BIG.bytes.length);
  expect([outlet.isBlocked, held]).toEqual([false, 0]);
});

test('what is still to come counts as held, until it is gone', () => {
  const all: number[] = [];
  outlet.write(BIG, 1);
  all.push(held);
  while (outlet.isBlocked) {
    take();
    all.push(held);
  }
  expect(all).toEqual([3 * PART + 1_000, 2 * PART + 1_000, PART + 1_000, 1_000, 0]);
});

test('what is kept meanwhile comes behind the last part', () => {
  outlet.write(BIG, 1);
  expect(outlet.keep([frame('"kept"')])).toBe(true);
  take();
  expect(outlet.isEmpty).toBe(false);
  while (outlet.isBlocked) take();
  expect(outlet.isEmpty).toBe(true);
  expect(sink.text.replace(/^x+/, '')).toBe(frame('"kept"').text);
});

test('cleared, what has begun is still brought to its end', () => {
  outlet.write(BIG, 1);
  outlet.keep([frame('"forgotten"')]);
  outlet.clear();
  while (outlet.isBlocked) take();
  expect(sink.text).toBe(Buffer.from(BIG.bytes).toString());
});

test('ended in the middle of a chunk, it hands over the rest and no last word', () => {
  outlet.write(BIG, 1);
  outlet.end(createChunk('word'));
  expect(sink.sizes).toEqual([PART, 2 * PART + 1_000]);
  expect(sink.ends).toEqual(['end']);
});

test('given up in the middle of a chunk, it writes nothing more and holds nothing', () => {
  outlet.write(BIG, 1);
  outlet.destroy();
  outlet.drained();
  expect([sink.sizes, sink.ends, held]).toEqual([[PART], ['destroy'], 0]);
});

test('closed in the middle of a write, it does not go on with the next part', () => {
  sink.takes = true;
  sink.inside = () => outlet.release();
  outlet.write(BIG, 1);
  expect([sink.sizes, outlet.isBlocked, held]).toEqual([[PART], false, 0]);
});
