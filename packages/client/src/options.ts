import type { CursorStore } from './cursor-store.ts';
import type { Decode } from './decode.ts';
import type { Environment } from './environment.ts';
import type { StreamError } from './errors.ts';
import type { StreamEvent } from './events.ts';
import type { FlushMode } from './flush.ts';
import type { SchemaMap } from './schemas.ts';
import type { BodyInput, CredentialsInput, HeadersInput, Query, Resolvable, Transport } from './transport/transport.ts';

/** How lost connections come back. */
export interface ReconnectOptions {
  /**
   * Largest random part of the first wait, in milliseconds; it comes on top of what the server asks for.
   *
   * @default 1_000
   */
  readonly baseDelayMs?: number;
  /** Largest random part of any wait, in milliseconds. @default 30_000 */
  readonly maxDelayMs?: number;
  /** What the random part grows by at each failure; at least 1. @default 2 */
  readonly factor?: number;
  /**
   * Failures in a row that are answered by another attempt; one more closes the client with an
   * `AttemptsExhaustedError`.
   *
   * @default Infinity
   */
  readonly maxAttempts?: number;
  /** A connection that lived this long, in milliseconds, forgets the failures before it. @default 10_000 */
  readonly healthyAfterMs?: number;
  /**
   * Overrides which failures of a request or a response are retried; `undefined` leaves the default.
   * Timeouts are always retried.
   */
  readonly shouldRetry?: (error: StreamError) => boolean | undefined;
}

/** Recognises repetitions in another window or by another key. */
export interface DedupeOptions {
  /** Events that are remembered. @default 1_024 */
  readonly window?: number;
  /**
   * What makes an event the same as another; `undefined`: nothing does. With a key a repetition is
   * dropped wherever it comes, without one only after a reconnection.
   */
  readonly key?: (event: StreamEvent) => string | undefined;
}

/** Sends the cursor in the query under another name. */
export interface ResumeOptions {
  /** In the query alone, or in the header too. */
  readonly by: 'query' | 'both';
  /** The query parameter. @default "lastEventId" */
  readonly name?: string;
}

/** Every part has a default: `new EventClient(url)` alone is complete. */
export interface EventClientOptions {
  /**
   * Request headers. A function, as for `query`, `body`, `method` and `credentials`, is asked before
   * every attempt and once more after a 401 or 403. None follows a redirect to another origin.
   *
   * @default none
   */
  readonly headers?: Resolvable<HeadersInput>;
  /** Parameters that are added to the URL's own. Secrets belong into `headers`. @default none */
  readonly query?: Resolvable<Query>;
  /** Only with a `method` that has one. A stream can be sent once: give a function that makes one. @default none */
  readonly body?: Resolvable<BodyInput | null>;
  /** The request's method. @default "GET" */
  readonly method?: Resolvable<string>;
  /** Whether cookies travel, as in `fetch`. @default "same-origin" */
  readonly credentials?: Resolvable<CredentialsInput>;
  /**
   * `safe`: no header of yours follows a redirect to another origin. `follow`: whatever the platform
   * does. `error`: no redirect at all.
   *
   * @default "safe"
   */
  readonly redirect?: 'safe' | 'follow' | 'error';
  /** What makes the request. @default globalThis.fetch, looked up at each attempt */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Another way to reach the server. @default fetch */
  readonly transport?: Transport;
  /** Time, chance and the host's manners; any part. @default the host's */
  readonly environment?: Partial<Environment>;
  /** Closes the client for good when aborted. @default none */
  readonly signal?: AbortSignal;
  /** Where the first connection resumes from. @default "" */
  readonly lastEventId?: string;
  /**
   * Keeps the cursor beyond the page: `sessionCursor(key)`, `localCursor(key)`, or your own. What it
   * has counts more than `lastEventId`.
   *
   * @default none
   */
  readonly cursorStore?: CursorStore;
  /**
   * How the cursor travels: in the standard's `Last-Event-ID` header, in the query (no CORS
   * preflight), in both, or not at all.
   *
   * @default "header"
   */
  readonly resume?: 'header' | 'query' | 'both' | ResumeOptions | false;
  /** How an event's text becomes its data; what throws is one `DecodeError`. @default "json" */
  readonly decode?: Decode;
  /**
   * Drops repeated events. `reconnect`: what an earlier connection delivered with the same id, type
   * and data. `always`: within a connection too. An event without its own id is never a repetition.
   *
   * @default "reconnect", over the last 1,024 events; data above 8 Ki characters is compared by a digest
   */
  readonly dedupe?: 'reconnect' | 'always' | DedupeOptions | false;
  /**
   * Silence after which an open connection is given up, in milliseconds; any byte is a sign of life.
   * `auto`: three times the interval that the server announces, or, once two heartbeats were seen,
   * three times the longer of their last two intervals and at least 45 s; until then never.
   *
   * @default "auto"
   */
  readonly heartbeatTimeoutMs?: number | 'auto' | false;
  /** Patience for response headers, functions that give credentials included, in milliseconds. @default 15_000 */
  readonly connectTimeoutMs?: number;
  /** `false`: one connection, then closed. @default {} */
  readonly reconnect?: ReconnectOptions | false;
  /** Longest event in characters; a longer one is skipped with an `EventTooLargeError`. @default 16_777_216 */
  readonly maxEventLength?: number;
  /** Sends a request with a body again although its answer had begun and nothing tells where to resume. @default false */
  readonly resend?: boolean;
  /**
   * What a page that nobody sees does with its connection: keeps it, or gives it back after so many
   * milliseconds (0 to 2,147,483,647) and resumes from the cursor when it is shown again.
   *
   * @default "keep"
   */
  readonly hidden?: 'keep' | { readonly releaseAfterMs: number };
  /** When `snapshot` follows: at the next frame, at once, or after so many milliseconds. @default "frame" */
  readonly flush?: FlushMode;
  /** How long the connection outlives its last lease, in milliseconds; 0: one macrotask. @default 0 */
  readonly lingerMs?: number;
}

/** Proof of the data; apart from the other options, which do not depend on the events. */
export interface SchemaOptions<Events extends object> {
  /**
   * Proves the data, and infers the event map: a Standard Schema per type. What it refuses is one
   * `DecodeError`; what it gives back is the data. Synchronous ones only.
   *
   * @default none
   */
  readonly schemas?: SchemaMap<Events>;
}
