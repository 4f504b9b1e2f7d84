/** Publishes one event of a source; resolves when it is stored. */
export type Emit<Event> = (event: Event) => Promise<unknown>;

/**
 * Where events come from: an async generator of events, or a function that emits them. The signal
 * is aborted when the server closes, or the source is to start anew.
 */
export type Source<Event> = (signal: AbortSignal, emit: Emit<Event>) => AsyncIterable<Event> | Promise<void>;

/** How a source is kept running. */
export interface SourceOptions {
  /** Names it in reports. @default the function's name, or "source" and a number */
  readonly name?: string | undefined;
  /** First wait after a failure, in milliseconds; it doubles, with a random part. @default 1_000 */
  readonly baseDelayMs?: number | undefined;
  /** Longest wait, in milliseconds. @default 30_000 */
  readonly maxDelayMs?: number | undefined;
}
