/** Pieces that are joined at the latest. */
const MAX_PIECES = 64;

/** Text that arrives in pieces. */
export interface Gatherer {
  readonly length: number;
  add(piece: string): void;
  /** All of it; nothing is left. */
  take(): string;
}

/**
 * Joins pieces in linear time and holds little more than their characters. A piece cut out of a
 * chunk keeps the whole chunk alive, and a string that was put together keeps its pieces, until
 * something reads it.
 */
export function createGatherer(): Gatherer {
  let joined = '';
  let recent = '';
  let pieces = 0;
  return {
    get length() {
      return joined.length + recent.length;
    },
    add(piece) {
      recent += piece;
      pieces += 1;
      if (pieces < MAX_PIECES) return;
      // To read one character makes one flat string of it. The sum never is NaN, which only the engine has to find out.
      if (recent.charCodeAt(0) >= 0) joined += recent;
      recent = '';
      pieces = 0;
    },
    take() {
      const text = joined + recent;
      joined = recent = '';
      pieces = 0;
      return text;
    },
  };
}
