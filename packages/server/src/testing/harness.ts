import type { Log } from '../log/log.ts';

/** How a log is to be created. */
export interface LogHarnessOptions {
  /** How long a key is known, in milliseconds. @default the engine's own, at least a minute */
  readonly keyWindowMs?: number | undefined;
}

/**
 * How `logBehaviours` gets hold of an engine. Beyond `create` everything is a power that a harness may
 * lack: behaviours that need it are then not listed.
 */
export interface LogHarness {
  /** A new, empty log, on a store of its own that keeps at least 10,000 entries for at least a minute. */
  create(options?: LogHarnessOptions): Promise<Log>;
  /** Another log on the store of this one, as another instance of the server has it. */
  join?(log: Log): Promise<Log>;
  /** Leaves nothing but the newest `keep` entries stored, 0 or more. Also behind the engine's back. */
  trim?(log: Log, keep: number): Promise<void>;
  /**
   * Loses everything that is stored, as a store does that was emptied or started anew. Resolves to the
   * log of from then on: this one, or one that takes its place.
   */
  wipe?(log: Log): Promise<Log>;
  /** Lets that many milliseconds pass for the engine: by a clock of the test's, or by waiting. */
  advance?(ms: number): Promise<void>;
  /** How long a behaviour may take, in milliseconds, until it has failed. @default 10_000 */
  readonly patienceMs?: number | undefined;
}

/** What a harness may lack. */
export type Power = 'join' | 'trim' | 'wipe' | 'advance';

/** One promise of the contract, as a test for any framework. */
export interface Behaviour {
  /** A sentence. */
  readonly name: string;
  /** Rejects with what was expected and what came. Leaves no log and no tail behind. */
  run(): Promise<void>;
}
