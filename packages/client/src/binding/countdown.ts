import type { EventClient } from '../event-client.ts';
import { streams } from '../stream.ts';

/** Milliseconds are for machines: a countdown shows whole seconds. */
const TICK_MS = 1_000;

/** The seconds until the next attempt; `null` while none is waited for. */
export interface Countdown {
  /** Calls back now and at each change; ticks only while somebody is subscribed, and while there is a wait. */
  readonly subscribe: (run: (seconds: number | null) => void) => () => void;
  /** The seconds as they were told last. */
  readonly getSnapshot: () => number | null;
}

/** Counts down to a client's next attempt: the only thing of a stream that changes by itself. */
export function createCountdown<Events extends object>(client: EventClient<Events> | undefined): Countdown {
  const environment = client && streams.get(client)?.environment;
  const read = (): number | null => {
    const retry = client?.snapshot.peek().retry;
    return retry && environment ? Math.max(0, Math.ceil((retry.at - environment.now()) / TICK_MS)) : null;
  };
  const runs = new Set<(seconds: number | null) => void>();
  let value = read();
  let cancel: (() => void) | undefined;
  let end: (() => void) | undefined;

  function look(): void {
    cancel?.();
    const next = read();
    const retry = client?.snapshot.peek().retry;
    const left = retry && environment ? retry.at - environment.now() : 0;
    // To the moment at which the number changes.
    cancel = left > 0 ? environment?.setTimer(look, left % TICK_MS || TICK_MS) : undefined;
    if (next === value) return;
    value = next;
    for (const run of runs) run(value);
  }

  return {
    subscribe(run) {
      // The same function may be subscribed twice.
      const one = (seconds: number | null): void => run(seconds);
      if (runs.size === 0) end = client?.snapshot.subscribe(look);
      runs.add(one);
      run(value);
      return () => {
        if (!runs.delete(one) || runs.size > 0) return;
        end?.();
        cancel?.();
      };
    },
    getSnapshot: () => value,
  };
}
