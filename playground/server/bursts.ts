import type { Burst } from '../contract.ts';
import type { Tasks } from './tasks.ts';

/** Many events of one task, at once or at a pace. */
export interface Bursts {
  /** Begins one; resolves when its first events are stored, without a pace all of them. */
  begin(burst: Burst): Promise<void>;
  /** Ends all that go on. */
  stop(): void;
}

const PACE_MS = 20;

/** `failed`: takes why an event could not be published that nobody waits for. */
export function createBursts(tasks: Tasks, failed: (error: unknown) => void): Bursts {
  const paces = new Set<NodeJS.Timeout>();
  return {
    async begin({ count, perSecond }) {
      const next = tasks.burst(count);
      let left = count;
      async function publish(most: number): Promise<void> {
        const now = Math.min(left, most);
        left -= now;
        await Promise.all(Array.from({ length: now }, next));
      }
      if (perSecond === undefined) {
        await publish(count);
        return;
      }
      const begun = performance.now();
      // A turn may come late.
      const due = (): number => 1 + Math.floor(((performance.now() - begun) * perSecond) / 1_000);
      const pace = setInterval(() => {
        publish(due() - (count - left)).catch(failed);
        if (left > 0) return;
        clearInterval(pace);
        paces.delete(pace);
      }, PACE_MS);
      paces.add(pace);
      await publish(1);
    },
    stop() {
      for (const pace of paces) clearInterval(pace);
      paces.clear();
    },
  };
}
