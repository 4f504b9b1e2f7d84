/** Counts since the start, and what is now. */
export interface Stats {
  /** Open streams. */
  connections: number;
  /** Streams that were opened. */
  opened: number;
  /** Requests for streams that were refused, by status. */
  refused: Record<number, number>;
  /** Events that were stored or, ephemeral, handed out. */
  published: number;
  /** Repetitions that a `key` made harmless. */
  duplicates: number;
  /** Events that were written, over all streams. */
  delivered: number;
  /** Events that slow streams did not get: those of `pushstream.dropped`, and ephemeral ones that waited. */
  dropped: number;
  /** Streams that fell back to the log. */
  spilled: number;
  /** Streams that were resumed. */
  resumed: number;
  /** Streams that could not be, by reason. */
  resets: Record<string, number>;
  /** Streams that ended, by who or what ended them. */
  ended: Record<string, number>;
  /** Bytes that wait, over all streams. */
  bufferedBytes: number;
  /** How far this instance is behind what it has stored itself, in events. */
  lag: number;
  /** Starts of sources after a failure. */
  sourceRestarts: number;
}

export const createStats = (): Stats => ({
  connections: 0,
  opened: 0,
  refused: {},
  published: 0,
  duplicates: 0,
  delivered: 0,
  dropped: 0,
  spilled: 0,
  resumed: 0,
  resets: {},
  ended: {},
  bufferedBytes: 0,
  lag: 0,
  sourceRestarts: 0,
});

/** One more, in a record that need not have it yet. */
export function count(record: Record<string, number>, name: string | number): void {
  record[name] = (record[name] ?? 0) + 1;
}
