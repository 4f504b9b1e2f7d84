import { dropped } from './control.ts';
import { type Chunk, createChunk } from './chunk.ts';
import type { Frame, FrameEntry } from './frame.ts';
import type { SlowConsumerStrategy } from './options.ts';
import { addLoss, createQueue, type Loss } from './queue.ts';

/** How much may wait for one stream, and then. */
export interface BacklogPolicy {
  readonly strategy: SlowConsumerStrategy;
  readonly capacity: number;
  readonly capacityBytes: number;
  readonly key: (event: FrameEntry) => string;
}

/** What waits for one stream that takes nothing at the moment. */
export interface Backlog {
  /** Nothing is to be written, and nothing to be told. */
  readonly isEmpty: boolean;
  readonly bytes: number;
  /**
   * `held`: bytes that the response itself is stuck with; they count, too. `false`: it is more than may
   * wait, and nothing here can be done about it.
   */
  add(frames: readonly Frame[], epoch: string, held: number): boolean;
  /** More than one batch over its bounds: even who is waited for gets no more. */
  readonly isOverflowing: boolean;
  /** What is to be written, with what has been dropped before it; empty then. */
  take(): { readonly chunk: Chunk; readonly events: number };
  /** Returns how many of them are in no log. */
  clear(): number;
  /** Events that were dropped since it was made. */
  readonly lost: number;
}

export function createBacklog(policy: BacklogPolicy): Backlog {
  const { strategy, capacity, key } = policy;
  let { capacityBytes } = policy;
  const queue = createQueue(strategy === 'conflate' ? key : undefined);
  const isFull = (): boolean => queue.size > capacity || queue.bytes > capacityBytes;
  let loss: Loss | undefined;
  let lost = 0;

  return {
    get isEmpty() {
      return queue.size === 0 && !loss;
    },
    get bytes() {
      return queue.bytes;
    },
    add(frames, epoch, held) {
      capacityBytes = policy.capacityBytes - held;
      for (const frame of frames) queue.push(frame);
      if (strategy !== 'drop' && strategy !== 'conflate') return !isFull();
      while (isFull()) {
        const frame = queue.shift();
        if (!frame) break;
        loss = addLoss(loss, frame, epoch);
        lost += 1;
      }
      return true;
    },
    get isOverflowing() {
      return queue.size > 2 * capacity || queue.bytes > capacityBytes;
    },
    take() {
      const frames = queue.take();
      const texts = frames.map(({ text }) => text);
      if (loss) texts.unshift(dropped(loss));
      loss = undefined;
      return { chunk: createChunk(texts.join('')), events: frames.length };
    },
    clear() {
      loss = undefined;
      return queue.take().filter(({ entry }) => entry.seq === undefined).length;
    },
    get lost() {
      return lost;
    },
  };
}
