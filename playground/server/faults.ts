import type { ActiveFault, FaultName } from '../contract.ts';
import type { Span } from './span.ts';

/** How somebody wants it. */
export interface FaultOptions {
  /** For how long, where it lasts; 0 ends it. @default the fault's own */
  readonly ms?: number | undefined;
  /** Of an event's bytes, 0 to 1. @default 0.5 */
  readonly share?: number | undefined;
}

/** A way to break streams. */
export interface Fault {
  /** Resolves when it has begun. */
  begin(options: FaultOptions): void | Promise<void>;
  /** How long it still lasts; `null`: until something happens, 0: it does not. */
  remainingMs?(): number | null;
}

/** One that lasts for a span, and begins with something that happens at once. */
export function lasting(span: Span, defaultMs: number, begin: () => void = () => {}): Fault {
  return {
    begin({ ms = defaultMs }) {
      span.last(ms);
      if (ms > 0) begin();
    },
    remainingMs: () => span.remainingMs,
  };
}

/** One that is done by the time it has begun, and shown until then. */
export function passing(act: (ms: number | undefined) => Promise<void>): Fault {
  let running = 0;
  return {
    async begin({ ms }) {
      if (ms === 0) return;
      running += 1;
      try {
        await act(ms);
      } finally {
        running -= 1;
      }
    },
    remainingMs: () => (running > 0 ? null : 0),
  };
}

/** In the order of the page's buttons. */
const ORDER: readonly FaultName[] = [
  'cut',
  'cut-mid-event',
  'stall',
  'refuse',
  'unavailable',
  'unauthorized',
  'slow',
  'duplicate',
  'restart',
  'restart-empty',
  'trim',
  'expire',
  'drain',
];

/** Everything that can be done to streams here. */
export interface Faults {
  readonly names: readonly FaultName[];
  find(name: string): Fault | undefined;
  /** Those that last, now. */
  active(): ActiveFault[];
  /** Ends all that last. */
  end(): Promise<void>;
}

export function createFaults(...parts: readonly Partial<Record<FaultName, Fault>>[]): Faults {
  const all: Partial<Record<FaultName, Fault>> = Object.assign({}, ...parts);
  const faults = new Map<string, Fault>(Object.entries(all));
  const names = ORDER.filter((name) => faults.has(name));
  function remaining(name: FaultName): number | null {
    const fault = faults.get(name);
    const ms = fault?.remainingMs ? fault.remainingMs() : 0;
    return ms === null ? null : Math.ceil(ms);
  }
  return {
    names,
    find: (name) => faults.get(name),
    active: () =>
      names.map((name) => ({ name, remainingMs: remaining(name) })).filter(({ remainingMs }) => remainingMs !== 0),
    async end() {
      for (const name of names) if (remaining(name) !== 0) await faults.get(name)?.begin({ ms: 0 });
    },
  };
}
