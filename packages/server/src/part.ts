import type { Chunk } from './chunk.ts';
import { type Frame, joinFrames } from './frame.ts';

/**
 * Some frames of a batch. The same ones in the same order are the same part, by whatever way one
 * comes to it: what is made of them is made once, however many audiences they go to.
 */
export class Part {
  readonly #before: Part | undefined;
  readonly #last: Frame | undefined;
  /** Parts with one frame more. */
  #longer: Map<Frame, Part> | undefined;
  #frames: readonly Frame[] | undefined;
  #chunk: Chunk | undefined;

  /** Without anything before it: the empty one. */
  constructor(before?: Part, last?: Frame) {
    this.#before = before;
    this.#last = last;
  }

  with(frame: Frame): Part {
    const longer = (this.#longer ??= new Map());
    let part = longer.get(frame);
    if (!part) longer.set(frame, (part = new Part(this, frame)));
    return part;
  }

  get frames(): readonly Frame[] {
    return (this.#frames ??= this.#collect([]));
  }

  get chunk(): Chunk {
    return (this.#chunk ??= joinFrames(this.frames));
  }

  /** Those before it, then its own: at most a page. */
  #collect(frames: Frame[]): Frame[] {
    if (this.#before && this.#last) this.#before.#collect(frames).push(this.#last);
    return frames;
  }
}
