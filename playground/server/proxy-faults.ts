import type { FaultName } from '../contract.ts';
import { type Fault, lasting } from './faults.ts';
import type { FaultProxy } from './proxy.ts';

const STALL_MS = 10_000;
const REFUSE_MS = 5_000;
const SLOW_MS = 10_000;

/** What a network does. `step`: publishes one event. */
export function proxyFaults(proxy: FaultProxy, step: () => Promise<void>): Partial<Record<FaultName, Fault>> {
  return {
    cut: {
      begin() {
        for (const link of proxy.streams()) link.end();
      },
    },
    'cut-mid-event': {
      begin({ share = 0.5 }) {
        for (const link of proxy.streams()) link.tear(share);
        // The one that is torn.
        return step();
      },
    },
    stall: {
      begin({ ms = STALL_MS }) {
        for (const link of ms > 0 ? proxy.streams() : proxy.links) link.stall(ms);
      },
      remainingMs: () => Math.max(0, ...[...proxy.links].map((link) => link.stalledMs)),
    },
    refuse: lasting(proxy.refusing, REFUSE_MS, () => {
      for (const link of proxy.links) link.reset();
    }),
    slow: lasting(proxy.slow, SLOW_MS),
    duplicate: {
      begin() {
        for (const link of proxy.streams()) link.repeat();
      },
    },
  };
}
