import type { Frame } from './frame.ts';

/** The newest events of a log, encoded: what nearly every replay asks for. */
export interface Ring {
  /** Numbers have to follow each other. */
  push(seq: number, frame: Frame): void;
  /** What follows a number, up to another; `undefined` where its beginning is no longer there. */
  slice(after: number, upTo: number): readonly Frame[] | undefined;
  clear(): void;
}

/** What a page has at most. */
export interface PageLimit {
  readonly count: number;
  readonly bytes: number;
}

export function createRing(limit: PageLimit, page: PageLimit): Ring {
  /** A number's place is its remainder. */
  const frames: Array<Frame | undefined> = [];
  let first = 1;
  let last = 0;
  let bytes = 0;

  function shift(): void {
    const at = first % limit.count;
    bytes -= frames[at]?.size ?? 0;
    frames[at] = undefined;
    first += 1;
  }

  return {
    push(seq, frame) {
      if (last < first) first = seq;
      last = seq;
      if (last - first === limit.count) shift();
      frames[seq % limit.count] = frame;
      bytes += frame.size;
      while (bytes > limit.bytes && first < last) shift();
    },
    slice(after, upTo) {
      if (after >= upTo) return [];
      if (after + 1 < first || last < first) return undefined;
      const found: Frame[] = [];
      let size = 0;
      for (let seq = after + 1; seq <= Math.min(upTo, last); seq += 1) {
        const frame = frames[seq % limit.count];
        if (!frame) return undefined;
        size += frame.size;
        if (found.length === page.count || (size > page.bytes && found.length > 0)) break;
        found.push(frame);
      }
      return found;
    },
    clear() {
      frames.length = 0;
      bytes = 0;
      first = 1;
      last = 0;
    },
  };
}
