import type { Environment } from './environment.ts';

/** Counts who needs the connection. */
export interface Leases {
  readonly count: number;
  /** The first connects; what it returns gives the lease back, once. */
  take(): () => void;
  /** Somebody connects by hand: where nobody holds a lease, that is for the caller to end. */
  takeOver(): void;
  /** The client closed: there is nothing left to end. */
  closed(): void;
  /** Runs it when it is known whether the connection stays: at once, unless it lingers. */
  settled(run: () => void): void;
  /** Those who hold one have nothing to give back any more. */
  clear(): void;
}

/** The last lease that is given back disconnects after a linger; taking one meanwhile changes nothing. */
export function createLeases(
  lingerMs: number,
  { setTimer }: Environment,
  connection: { connect(): void; disconnect(): void; isDown(): boolean },
  changed: () => void,
): Leases {
  const held = new Set<object>();
  let isByHand = false;
  let cancel: (() => void) | undefined;
  const unsettled = new Set<() => void>();

  function settle(): void {
    cancel?.();
    cancel = undefined;
    const runs = [...unsettled];
    unsettled.clear();
    for (const run of runs) run();
  }

  return {
    get count() {
      return held.size;
    },
    take() {
      const lease = {};
      held.add(lease);
      changed();
      settle();
      // A wait goes on: nobody hurries a server by coming back.
      if (held.size === 1 && connection.isDown()) connection.connect();
      return () => {
        if (!held.delete(lease)) return;
        changed();
        if (held.size > 0 || isByHand || connection.isDown()) return;
        cancel = setTimer(() => connection.disconnect(), lingerMs);
      };
    },
    takeOver() {
      if (held.size > 0) return;
      isByHand = true;
      settle();
    },
    closed() {
      isByHand = false;
      settle();
    },
    settled(run) {
      if (cancel) unsettled.add(run);
      else run();
    },
    clear() {
      held.clear();
      changed();
    },
  };
}
