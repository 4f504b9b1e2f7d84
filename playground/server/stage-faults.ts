import type { FaultName } from '../contract.ts';
import { type Fault, lasting, passing } from './faults.ts';
import type { FaultProxy } from './proxy.ts';
import type { Stage } from './stage.ts';

const UNAVAILABLE_MS = 5_000;
const EXPIRE_MS = 3_000;
const DRAIN_MS = 3_000;
/** While everybody is held away, so much happens, and so much of it is kept. */
const MISSED = 40;
const KEPT = 10;
/** Nobody is held away for longer than publishing takes. */
const TRIM_MS = 10_000;

export interface StageFaultParts {
  readonly stage: Stage;
  readonly proxy: FaultProxy;
  /** Publishes one event. */
  readonly step: () => Promise<void>;
  /** Takes why something failed that nobody waits for. */
  readonly failed: (error: unknown) => void;
}

/** What a server does, or what is done to it. */
export function stageFaults({ stage, proxy, step, failed }: StageFaultParts): Partial<Record<FaultName, Fault>> {
  const { tokens, unavailable, expiring } = stage.entrance;

  function cut(): void {
    for (const link of proxy.streams()) link.end();
  }

  async function trim(): Promise<void> {
    proxy.refusing.last(TRIM_MS);
    for (const link of proxy.links) link.reset();
    try {
      for (let missed = 0; missed < MISSED; missed += 1) await step();
      await stage.log.trim(KEPT);
    } finally {
      proxy.refusing.last(0);
    }
  }

  let drainUntil: number | undefined;

  return {
    unavailable: lasting(unavailable, UNAVAILABLE_MS, cut),
    unauthorized: {
      begin({ ms }) {
        if (ms === 0) tokens.fetch();
        else tokens.rotate();
      },
      remainingMs: () => (tokens.isKnown ? 0 : null),
    },
    restart: passing(() => stage.replace('same')),
    'restart-empty': passing(() => stage.replace('empty')),
    trim: passing(trim),
    expire: lasting(expiring, EXPIRE_MS, cut),
    drain: {
      begin({ ms = DRAIN_MS }) {
        if (ms === 0 || drainUntil !== undefined) return;
        drainUntil = performance.now() + ms;
        const over = stage.handOver(ms).finally(() => (drainUntil = undefined));
        over.catch(failed);
      },
      remainingMs: () => (drainUntil === undefined ? 0 : Math.max(0, drainUntil - performance.now()) || null),
    },
  };
}
