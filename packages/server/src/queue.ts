import { formatCursor } from './cursor.ts';
import type { Frame, FrameEntry } from './frame.ts';

/** Events that a stream will not get. */
export interface Loss {
  readonly count: number;
  /** Ids of the first and the last. */
  readonly from: string;
  readonly to: string;
}

/** The frames that wait for one stream. */
export interface Queue {
  readonly size: number;
  readonly bytes: number;
  push(frame: Frame): void;
  /** Takes the oldest away. */
  shift(): Frame | undefined;
  /** Everything, in order; the queue is empty then. */
  take(): Frame[];
}

/** What is in no log may never come, so it takes the place of nothing that is. */
const nameOf = ({ entry }: Frame, key: (event: FrameEntry) => string): string =>
  `${entry.seq === undefined ? 'ephemeral' : 'stored'} ${key(entry)}`;

/** Frames in their order. With `key`, a newer one takes the place of an older one at the end. */
export function createQueue(key?: (event: FrameEntry) => string): Queue {
  /** Maps keep their order, and are walked from the front while they lose it. */
  const frames = new Map<unknown, Frame>();
  let bytes = 0;

  function remove(name: unknown): Frame | undefined {
    const frame = frames.get(name);
    if (frame) {
      bytes -= frame.size;
      frames.delete(name);
    }
    return frame;
  }

  return {
    get size() {
      return frames.size;
    },
    get bytes() {
      return bytes;
    },
    push(frame) {
      const name = key ? nameOf(frame, key) : frame;
      remove(name);
      frames.set(name, frame);
      bytes += frame.size;
    },
    shift() {
      for (const name of frames.keys()) return remove(name);
      return undefined;
    },
    take() {
      const all = [...frames.values()];
      frames.clear();
      bytes = 0;
      return all;
    },
  };
}

/** A loss that grows by one more frame; ephemeral ones were promised to nobody. */
export function addLoss(loss: Loss | undefined, { entry: { seq } }: Frame, epoch: string): Loss | undefined {
  if (seq === undefined) return loss;
  const id = formatCursor({ epoch, seq });
  return { count: (loss?.count ?? 0) + 1, from: loss?.from ?? id, to: id };
}
