import { Session } from 'node:inspector/promises';
import type { HeapProfiler } from 'node:inspector';

/** Bytes between samples. At 100 MB and more, as here, the result wavers by about a percent. */
const SAMPLING_INTERVAL = 16 * 1024;

/**
 * Bytes that `work` takes from V8's heap, dead or alive in the end. Heap statistics only know what is alive, and
 * Node 24 has no counter of all allocations; the sampling heap profiler, told to keep the samples of what was
 * collected, has one. Buffers outside of the heap (the chunks of `fetch`) do not count.
 */
export async function allocatedBytes(work: () => Promise<unknown>): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLING_INTERVAL,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await work();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  return sizeOf(profile.head);
}

function sizeOf({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number {
  return children.reduce((sum, child) => sum + sizeOf(child), selfSize);
}
