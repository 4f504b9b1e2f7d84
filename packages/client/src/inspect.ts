import type { Frame } from 'pushstream-protocol';
import type { RunnerInput } from './connection/runner.ts';
import type { ConnectionState, PhaseName } from './connection/state.ts';
import type { Environment } from './environment.ts';
import type { Unsubscribe } from './events.ts';

/** What became of a frame. `noted`: it was no event. `unheard`: nobody listens. `control`: it was for the client. */
export type FrameOutcome = 'dispatched' | 'unheard' | 'repeated' | 'control' | 'failed' | 'noted';

/** The machine's state as an inspector may show it; its parts may change with any version. */
export type InspectedState = Pick<
  ConnectionState,
  'attempt' | 'connectionId' | 'heartbeatMs' | 'opens' | 'pauseReasons' | 'probing' | 'reconnectionTimeMs' | 'silenceMs'
>;

type Said =
  /** An input of the machine; `connectionId` of the connection whose word it is. */
  | {
      readonly kind: 'input';
      readonly input: RunnerInput;
    }
  /** The machine went from one phase to another, or the same one with other facts. */
  | {
      readonly kind: 'transition';
      readonly from: PhaseName;
      readonly to: PhaseName;
      readonly state: InspectedState;
    }
  /** A frame was taken; `cursor` is where a reconnection would resume afterwards. */
  | { readonly kind: 'frame'; readonly frame: Frame; readonly outcome: FrameOutcome; readonly cursor: string }
  /** Who listens changed: names and patterns with the number of their listeners. */
  | { readonly kind: 'listeners'; readonly listeners: ReadonlyMap<string, number> }
  /** The number of leases changed. */
  | { readonly kind: 'leases'; readonly leases: number };

/** Something that happened inside a client, for debugging; `at` in milliseconds since the epoch. */
export type Inspection = Said & { readonly at: number };

/** Takes what happens; what it throws is reported. */
export type Observer = (inspection: Inspection) => void;

/** Hands what happens to whoever looks. */
export interface Inspector {
  /** Begins with how things are, for the new one alone. */
  observe(observer: Observer, opening: readonly Said[]): Unsubscribe;
  clear(): void;
  /** Only there while somebody looks: what is not told costs nothing. */
  tell: ((said: Said) => void) | undefined;
}

export function createInspector({ now, reportError }: Environment): Inspector {
  const observers = new Set<{ readonly observer: Observer }>();

  function hand({ observer }: { readonly observer: Observer }, said: Said): void {
    try {
      observer(Object.freeze({ ...said, at: now() }));
    } catch (error) {
      reportError(error);
    }
  }

  function tell(said: Said): void {
    for (const entry of observers) hand(entry, said);
  }

  const inspector: Inspector = {
    observe(observer, opening) {
      const entry = { observer };
      observers.add(entry);
      inspector.tell = tell;
      for (const said of opening) hand(entry, said);
      return () => {
        observers.delete(entry);
        if (observers.size === 0) inspector.tell = undefined;
      };
    },
    clear() {
      observers.clear();
      inspector.tell = undefined;
    },
    tell: undefined,
  };
  return inspector;
}
