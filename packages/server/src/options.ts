import type { Environment } from './environment.ts';
import type { Authorize } from './grant.ts';
import type { Log, LogEntry } from './log/log.ts';
import type { SchemaMap } from './schemas.ts';

/**
 * What becomes of a connection that reads slower than is published.
 *
 * - `spill`: its queue is dropped and read again from the log when it can take more; nothing is lost.
 * - `wait`: publishing waits for it, at most `writeTimeoutMs`; then it spills.
 * - `drop`: the oldest events are dropped, and it is told which by `pushstream.dropped`.
 * - `disconnect`: it is ended, and resumes from its cursor.
 * - `conflate`: of the events that wait, only the newest per `key` is kept.
 */
export type SlowConsumerStrategy = 'spill' | 'wait' | 'drop' | 'disconnect' | 'conflate';

/** How much may wait for one connection, and then. */
export interface SlowConsumerOptions {
  /** What becomes of a connection whose queue is full. @default "spill" */
  readonly strategy?: SlowConsumerStrategy | undefined;
  /** Events that may wait for one connection. @default 200 */
  readonly capacity?: number | undefined;
  /** Bytes that may wait for one connection. @default 1_048_576 */
  readonly capacityBytes?: number | undefined;
  /** How long a full queue is waited for, in milliseconds (`wait`, `disconnect`). @default 1_000 */
  readonly writeTimeoutMs?: number | undefined;
  /** What is the same thing to `conflate`. @default channel and type */
  readonly key?: ((event: Omit<LogEntry, 'seq'>) => string) | undefined;
}

/** What one server takes; more is refused, never put in another's place. */
export interface Limits {
  /** Open streams; above, 503 with `Retry-After`. @default 10_000 */
  readonly connections?: number | undefined;
  /** Open streams of one `clientId`; above, 429 with `Retry-After`. @default 100 */
  readonly connectionsPerClient?: number | undefined;
  /** Channels, types and tags that one connection may ask for, each. @default 100 */
  readonly filters?: number | undefined;
  /** Bytes of one event's data. @default 1_048_576 */
  readonly eventBytes?: number | undefined;
  /** Bytes that wait for all connections together; above, those with most are ended. @default 268_435_456 */
  readonly bufferedBytes?: number | undefined;
  /** Events behind a cursor that are replayed; more is a `pushstream.reset` with `too-far`. @default 100_000 */
  readonly replay?: number | undefined;
  /** Replays that read at the same time; the others wait their turn. @default 32 */
  readonly replays?: number | undefined;
  /** How long a connection may take nothing of what waits for it, in milliseconds, before it is given up. @default 60_000 */
  readonly stalledMs?: number | undefined;
  /** How long `authorize` may take, in milliseconds. @default 5_000 */
  readonly authorizeTimeoutMs?: number | undefined;
}

/** Every part has a default: `createPushStream()` alone is complete. */
export interface PushStreamOptions<Events extends object = Record<string, unknown>> {
  /** Where events are stored and delivered from. @default memoryLog() */
  readonly log?: Log | undefined;
  /** Standard Schema per event type: data that does not fit is refused, and nothing is stored. @default none */
  readonly schemas?: SchemaMap<Events> | undefined;
  /** Interval of the server's sign of life, in milliseconds. @default 15_000 */
  readonly heartbeatMs?: number | undefined;
  /** Decides what a client may have. @default every client may have every channel */
  readonly authorize?: Authorize | undefined;
  /** The reconnection time to ask for, in whole milliseconds. @default none: the client's own */
  readonly retryMs?: number | undefined;
  /** What becomes of a connection that reads too slowly: a strategy, or more than that. @default "spill" */
  readonly slowConsumer?: SlowConsumerStrategy | SlowConsumerOptions | undefined;
  /** What this server takes. @default those of each limit */
  readonly limits?: Limits | undefined;
  /**
   * Origins whose pages may read streams with their cookies, as browsers write them
   * (`https://app.example`). `*`: any page, without cookies. @default none
   */
  readonly origins?: readonly string[] | '*' | undefined;
  /**
   * Values of `Host` that are answered, without port. @default on a loopback address its own names
   * only, so that no foreign page reaches it by a name that it bends there; elsewhere any
   */
  readonly hosts?: readonly string[] | undefined;
  /** Ends a stream after 80 to 100 % of this, in milliseconds; it resumes. `false`: never. @default false */
  readonly maxConnectionAgeMs?: number | false | undefined;
  /**
   * How long the streams of an instance are listed by the others when it dies without a word, in
   * milliseconds. @default 30_000
   */
  readonly presenceTtlMs?: number | undefined;
  /** Clocks, chance, timers, error reporting; any part. @default the host's */
  readonly environment?: Partial<Environment> | undefined;
}
