/** What a storm cost. */
export interface Cost {
  /** From the first of its events until the last of them is shown. */
  readonly tookMs: number;
  readonly renders: number;
  /** Longest time between two frames. */
  readonly worstFrameMs: number;
  /** Frames that came later than 50 ms after the one before. */
  readonly lateFrames: number;
}

const LATE_MS = 50;

export interface Meter {
  /** To be called at each commit of what is measured. */
  rendered(): void;
  /** Ends measuring, a frame later. */
  stop(): Promise<Cost>;
  /** Ends it without a result. */
  cancel(): void;
}

/** Measures frames and renders from now on. */
export function startMeter(): Meter {
  const start = performance.now();
  let renders = 0;
  let worstFrameMs = 0;
  let lateFrames = 0;

  let before = start;
  let asked = requestAnimationFrame(watch);

  function watch(now: number): void {
    worstFrameMs = Math.max(worstFrameMs, now - before);
    if (now - before > LATE_MS) lateFrames += 1;
    before = now;
    asked = requestAnimationFrame(watch);
  }

  return {
    rendered() {
      renders += 1;
    },
    async stop() {
      const tookMs = performance.now() - start;
      // The frame in which the last of them is drawn counts too.
      await new Promise(requestAnimationFrame);
      cancelAnimationFrame(asked);
      return { tookMs, renders, worstFrameMs, lateFrames };
    },
    cancel() {
      cancelAnimationFrame(asked);
    },
  };
}
