/** Something that lasts for a while. It has no timer: whoever wants to know looks. */
export interface Span {
  readonly isOn: boolean;
  /** 0: it is over. */
  readonly remainingMs: number;
  /** Lasts so long from now on. 0: ends it. */
  last(ms: number): void;
}

export function createSpan(): Span {
  let until = 0;
  const span: Span = {
    get isOn() {
      return span.remainingMs > 0;
    },
    get remainingMs() {
      return Math.max(0, until - performance.now());
    },
    last(ms) {
      until = performance.now() + ms;
    },
  };
  return span;
}
