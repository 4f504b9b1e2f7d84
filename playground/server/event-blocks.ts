/** The bytes of an event stream, block by block. */
export interface EventBlocks {
  /** Takes some bytes; gives the whole blocks that they complete. */
  push(bytes: Buffer): Buffer;
  /** What has come of a block that is not complete. */
  readonly rest: Buffer;
}

/** What ends a block, as `pushstream-server` writes it; the standard knows other line ends, too. */
const BLANK_LINE = Buffer.from('\n\n');

export function createEventBlocks(): EventBlocks {
  let rest: Buffer = Buffer.alloc(0);
  return {
    get rest() {
      return rest;
    },
    push(bytes) {
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const end = all.lastIndexOf(BLANK_LINE);
      const whole = end < 0 ? 0 : end + BLANK_LINE.length;
      rest = all.subarray(whole);
      return all.subarray(0, whole);
    },
  };
}

/** Where a block is in some bytes. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** An event of somebody's: neither a sign of life nor one of the stream's own. */
function isEvent(block: Buffer): boolean {
  const text = block.toString('latin1');
  return /^data:/m.test(text) && !/^event: ?pushstream\./m.test(text);
}

/** The first event in whole blocks. */
export function firstEvent(blocks: Buffer): Place | undefined {
  for (let from = 0; from < blocks.length;) {
    const to = blocks.indexOf(BLANK_LINE, from) + BLANK_LINE.length;
    if (isEvent(blocks.subarray(from, to))) return { from, to };
    from = to;
  }
  return undefined;
}

/** The last event in whole blocks. */
export function lastEvent(blocks: Buffer): Place | undefined {
  for (let to = blocks.length; to > 0;) {
    const before = to > BLANK_LINE.length ? blocks.lastIndexOf(BLANK_LINE, to - BLANK_LINE.length - 1) : -1;
    const from = before < 0 ? 0 : before + BLANK_LINE.length;
    if (isEvent(blocks.subarray(from, to))) return { from, to };
    to = from;
  }
  return undefined;
}
