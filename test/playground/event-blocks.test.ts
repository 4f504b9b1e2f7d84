import { expect, test } from 'vitest';
import { createEventBlocks, firstEvent, lastEvent, type Place } from '../../playground/server/event-blocks.ts';

const BEAT = 'id: a.1\n\n';
const COMMENT = ': heartbeat\n\n';
const READY = 'event: pushstream.ready\ndata: {}\nid: a.1\n\n';
const ONE = 'event: one\ndata: 1\nid: a.2\n\n';
const TWO = 'event: two\ndata: 2\ndata: 3\nid: a.3\n\n';

test('whole blocks are given, the rest waits for its end', () => {
  const blocks = createEventBlocks();
  const text = READY + ONE + BEAT + TWO;
  let came = '';
  for (const character of text) {
    const whole = blocks.push(Buffer.from(character)).toString();
    expect(whole === '' || whole.endsWith('\n\n')).toBe(true);
    came += whole;
  }
  expect(came).toBe(text);
  expect(blocks.push(Buffer.from(`${ONE}data: ha`)).toString()).toBe(ONE);
  expect(blocks.rest.toString()).toBe('data: ha');
});

test.each([
  ['nothing', '', '', ''],
  ['a sign of life', BEAT + COMMENT, '', ''],
  ["the stream's own events", READY, '', ''],
  ['one event', ONE, ONE, ONE],
  ['events among others', COMMENT + READY + ONE + BEAT + TWO + BEAT, ONE, TWO],
])('%s: the first and the last event', (_name, text, first, last) => {
  const blocks = Buffer.from(text);
  const at = (place: Place | undefined): string => (place ? blocks.subarray(place.from, place.to).toString() : '');
  expect([at(firstEvent(blocks)), at(lastEvent(blocks))]).toEqual([first, last]);
});
