import type { Shared } from './shared.ts';

/** A place in a log: behind the entry with that number. */
export interface Position {
  /** The log's own word: another one whenever history may have been lost or forked. */
  readonly epoch: string;
  /** The number of an entry; 0 is before the first. */
  readonly seq: number;
}

/** An event as it is stored. */
export interface LogEntry {
  /** Counts from 1 within an epoch, without gaps. */
  readonly seq: number;
  /** When it was stored, in milliseconds since the epoch, by the engine's clock. */
  readonly time: number;
  /** The event's name. */
  readonly type: string;
  /** The text of the `data` field, as it goes onto the wire. */
  readonly data: string;
  /** Where it was published. */
  readonly channel: string;
  /** The only client that may get it; `undefined`: everybody. */
  readonly to?: string | undefined;
  /** What connections may filter by. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** What is to be stored. */
export interface NewEntry extends Omit<LogEntry, 'seq' | 'time'> {
  /** Another entry with the same key, within the engine's window, is the same entry. */
  readonly key?: string | undefined;
}

/** Where it was stored. */
export interface Stored extends Position {
  /** An entry with the same key was there already; the position is that one's. */
  readonly duplicate: boolean;
}

/** What a log holds. */
export interface LogHead {
  /** The log's own word. */
  readonly epoch: string;
  /** The number of the oldest entry that can still be read; `last + 1` where there is none. */
  readonly first: number;
  /** The number of the newest entry; 0 before the first. */
  readonly last: number;
}

/** Why a log cannot go on from a position. */
export type GapReason =
  /** It has another epoch. */
  | 'epoch'
  /** What follows is no longer stored. */
  | 'trimmed'
  /** It is behind the newest entry. */
  | 'ahead';

/** What follows a position, in order and without gaps; or why that cannot be told. */
export type LogPage =
  | { readonly kind: 'entries'; readonly epoch: string; readonly entries: readonly LogEntry[] }
  | { readonly kind: 'gap'; readonly reason: GapReason; readonly head: LogHead };

/**
 * One totally ordered log: what a hub delivers from, and nothing else. `logBehaviours` of
 * `pushstream-server/testing` states what an engine owes, as tests.
 */
export interface Log {
  /**
   * Stores an entry; resolves when it is stored. Entries are numbered in the order of the calls.
   * Nothing is stored where it rejects, as far as the engine can know.
   */
  publish(entry: NewEntry): Promise<Stored>;
  /** What it holds now. */
  head(): Promise<LogHead>;
  /** At most `limit` entries after a position; none where it is the newest. */
  read(after: Position, limit: number): Promise<LogPage>;
  /**
   * Every entry after a position, from now on, without a gap, until the signal is aborted, which
   * ends the loop without an error. After a gap it goes on from `head.last` of that gap.
   *
   * An iterator that throws may be asked for again from the last position that it gave.
   */
  tail(after: Position, signal: AbortSignal): AsyncIterable<LogPage>;
  /** Ends what it holds; every tail ends. */
  close(): Promise<void>;
  /** What the instances on it tell each other beside it. Without it each one knows itself only. */
  readonly shared?: Shared | undefined;
}
