import { expect, test } from 'vitest';
import { createParser } from '../../packages/protocol/src/index.ts';
import { codeBlocks, pages } from './support/markdown.ts';

const blocks = pages
  .flatMap(codeBlocks)
  .filter(({ language }) => language === 'event-stream')
  .map((block) => [`${block.page}:${block.line}`, block.code] as const);

test('there are examples of the wire', () => {
  expect(blocks.length).toBeGreaterThan(5);
});

test.each(blocks)('%s is an event stream, every line of it', (_place, code) => {
  const lines = code.split('\n').filter((line) => line !== '');
  expect(lines.filter((line) => !/^(event|data|id|retry)(:|$)|^:/.test(line))).toEqual([]);

  const frames = createParser().push(`${code}\n\n`);
  expect(frames.length).toBeGreaterThan(0);
  for (const frame of frames) {
    if (frame.kind !== 'event' || !frame.type.startsWith('pushstream.')) continue;
    expect(JSON.parse(frame.data), frame.type).toEqual(expect.any(Object));
  }
});
