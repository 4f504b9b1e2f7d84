import { Buffer } from 'node:buffer';
import { encodeEvent } from 'pushstream-protocol';
import { type Chunk, createChunk } from './chunk.ts';
import { formatCursor } from './cursor.ts';
import type { LogEntry } from './log/log.ts';

/** An event as filters see it; without a number it is ephemeral. */
export type FrameEntry = Omit<LogEntry, 'seq'> & { readonly seq: number | undefined };

/** An event on its way to streams: encoded once. */
export interface Frame {
  readonly entry: FrameEntry;
  /** Its block, blank line included. */
  readonly text: string;
  /** How long the block is. */
  readonly size: number;
}

/**
 * @throws {TypeError} For an entry that cannot be a block: whoever stored it, it does not get out.
 */
export function createFrame(entry: FrameEntry, epoch: string): Frame {
  const { type, data, seq } = entry;
  const id = seq === undefined ? undefined : formatCursor({ epoch, seq });
  const text = encodeEvent(id === undefined ? { type, data } : { type, data, id });
  return { entry, text, size: Buffer.byteLength(text) };
}

/** Several frames as one chunk. */
export const joinFrames = (frames: readonly Frame[]): Chunk => createChunk(frames.map(({ text }) => text).join(''));
