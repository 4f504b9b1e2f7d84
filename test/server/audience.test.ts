import { expect, test } from 'vitest';
import { createAudiences } from '../../packages/server/src/audience.ts';
import type { Subscription } from '../../packages/server/src/filter.ts';
import { createFrame, type Frame } from '../../packages/server/src/frame.ts';
import { Part } from '../../packages/server/src/part.ts';

const frame = (seq: number, channel = 'news', to?: string): Frame =>
  createFrame({ seq, type: 'tick', data: String(seq), channel, to, tags: undefined, time: 0 }, 'epoch');

const reads = (...channels: string[]): Subscription => ({ channels, types: [], tags: [] });

interface Reader {
  readonly name: string;
  readonly clientId: string | undefined;
}

/** Who gets the events of which numbers, and whether all who get the same get the same bytes. */
function plan(readers: readonly (readonly [Reader, Subscription])[], frames: readonly Frame[]): Map<string, number[]> {
  const audiences = createAudiences<Reader>();
  for (const [reader, subscription] of readers) audiences.enter(subscription).live.add(reader);
  const got = new Map<string, number[]>();
  const chunks = new Map<string, unknown>();
  for (const { members, frames: part, chunk } of audiences.plan(frames)) {
    const numbers = part.map(({ entry }) => entry.seq ?? 0);
    const known = chunks.get(numbers.join()) ?? chunk;
    chunks.set(numbers.join(), known);
    expect(chunk, 'made once').toBe(known);
    expect(Buffer.from(chunk.bytes).toString()).toBe(part.map(({ text }) => text).join(''));
    for (const { name } of members) got.set(name, numbers);
  }
  return got;
}

const reader = (name: string, clientId?: string): Reader => ({ name, clientId });

test('audiences that get the same events of a batch write the same chunk', () => {
  const got = plan(
    [
      [reader('all'), reads()],
      [reader('news'), reads('news')],
      [reader('both'), reads('news', 'sport')],
      [reader('sport'), reads('sport')],
      [reader('pattern'), reads('*')],
    ],
    [frame(1), frame(2, 'sport'), frame(3)],
  );
  expect(Object.fromEntries(got)).toEqual({
    all: [1, 2, 3],
    both: [1, 2, 3],
    news: [1, 3],
    pattern: [1, 2, 3],
    sport: [2],
  });
});

test('what is meant for one client is in nobody else’s part', () => {
  const got = plan(
    [
      [reader('ann', 'ann'), reads()],
      [reader('ben', 'ben'), reads('news')],
      [reader('somebody'), reads('news')],
      [reader('ann on sport', 'ann'), reads('sport')],
    ],
    [frame(1), frame(2, 'news', 'ann'), frame(3, 'news', 'ben'), frame(4, 'sport', 'cid')],
  );
  expect(Object.fromEntries(got)).toEqual({ ann: [1, 2], ben: [1, 3], somebody: [1] });
});

test('an audience without anybody who is live gets nothing', () => {
  const audiences = createAudiences<Reader>();
  audiences.enter(reads());
  expect(audiences.plan([frame(1)])).toEqual([]);
});

test('the same frames in the same order are the same part, however one comes to it', () => {
  const [one, two, three] = [frame(1), frame(2), frame(3)];
  const none = new Part();
  expect(none.frames).toEqual([]);
  expect(none.with(one).with(two)).toBe(none.with(one).with(two));
  expect(none.with(one).with(three)).not.toBe(none.with(one).with(two));
  expect(none.with(one).with(two).with(three).frames).toEqual([one, two, three]);
});

test('a part may be as long as a page', () => {
  const frames = Array.from({ length: 512 }, (_, at) => frame(at + 1));
  expect(frames.reduce((part, one) => part.with(one), new Part()).frames).toEqual(frames);
});
