/** What one reading of the stream took, and what it did to the page. */
export interface Reading {
  readonly sum: number;
  readonly wallMs: number;
  /** How long each task was that held the thread for 50 ms or more. */
  readonly longTasksMs: readonly number[];
  /** The longest time between two frames. */
  readonly frameGapMs: number;
}

const nextFrame = (): Promise<number> =>
  new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Reads while it watches the main thread. */
export async function watch(read: () => Promise<number>): Promise<Reading> {
  const tasks: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
  observer.observe({ type: 'longtask' });
  let frame = await nextFrame();
  let frameGapMs = 0;
  let end = Number.POSITIVE_INFINITY;
  async function watchFrames(): Promise<void> {
    while (frame < end) {
      const next = await nextFrame();
      frameGapMs = Math.max(frameGapMs, next - frame);
      frame = next;
    }
  }
  const frames = watchFrames();

  const begin = performance.now();
  const sum = await read();
  end = performance.now();
  await frames;
  // A task is reported after it has ended, the one of the last event too.
  await nextFrame();
  await nextTask();
  tasks.push(...observer.takeRecords());
  observer.disconnect();
  const longTasksMs = tasks
    .filter(({ startTime, duration }) => startTime < end && startTime + duration > begin)
    .map(({ duration }) => duration);
  return { sum, wallMs: end - begin, longTasksMs, frameGapMs };
}
