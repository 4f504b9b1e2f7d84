import { createParser } from '../../packages/protocol/src/index.ts';
import type { Frame } from '../../packages/protocol/src/index.ts';

/** Every frame of one connection that brought these chunks. */
export function parseChunks(chunks: readonly string[], maxEventLength?: number): Frame[] {
  const parser = maxEventLength === undefined ? createParser() : createParser({ maxEventLength });
  const frames: Frame[] = [];
  for (const chunk of chunks) {
    for (const frame of parser.push(chunk)) frames.push(frame);
  }
  return frames;
}

/** Whether two lists hold the same frames: `toEqual` for a million of them. */
export function sameFrames(left: readonly Frame[], right: readonly Frame[]): boolean {
  return left.length === right.length && left.every((frame, at) => sameFrame(frame, right[at]));
}

function sameFrame(left: Frame, right: Frame | undefined): boolean {
  if (right === undefined) return false;
  switch (left.kind) {
    case 'event':
      return right.kind === 'event' && left.data === right.data && left.type === right.type && left.id === right.id;
    case 'id':
      return right.kind === 'id' && left.id === right.id;
    case 'retry':
      return right.kind === 'retry' && Object.is(left.retryMs, right.retryMs);
    case 'comment':
      return right.kind === 'comment' && left.text === right.text;
    case 'oversized':
      return right.kind === 'oversized' && left.type === right.type && left.id === right.id;
  }
}
