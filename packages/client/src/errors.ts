/** Anything that goes wrong with a stream after construction: what `instanceof` is for; `StreamError` narrows on `code`. */
export abstract class EventClientError extends Error {
  /** Which error it is, as a literal of each class. */
  abstract readonly code: string;
}

/** The request failed, the body broke, or a function that gives credentials did; `cause` says why. Retried. */
export class NetworkError extends EventClientError {
  override readonly name = 'NetworkError';
  override readonly code = 'network';
}

/** The server answered with a status that is neither 200 nor 204. 408, 425, 429 and 5xx are retried. */
export class HttpError extends EventClientError {
  override readonly name = 'HttpError';
  override readonly code = 'http';
  /** The answer's status. */
  declare readonly status: number;
  /** What `Retry-After` asked for, in milliseconds; `undefined` where it said nothing. At most five minutes of it are waited. */
  declare readonly retryAfterMs: number | undefined;

  constructor(url: string, status: number, retryAfterMs?: number, detail = '') {
    super(`Expected HTTP 200 from ${url}, got ${status}${detail}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** No response headers in time. Retried. */
export class ConnectTimeoutError extends EventClientError {
  override readonly name = 'ConnectTimeoutError';
  override readonly code = 'connect-timeout';
  /** How long was waited, in milliseconds: `connectTimeoutMs`. */
  declare readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(
      `Expected response headers within ${timeoutMs} ms, got none. Over HTTP/1.1 browsers open six connections per host, over all tabs`,
    );
    this.timeoutMs = timeoutMs;
  }
}

/** 200, but not an event stream. Retried only after an earlier success. */
export class ContentTypeError extends EventClientError {
  override readonly name = 'ContentTypeError';
  override readonly code = 'content-type';
  /** The `Content-Type` that came; `null` where none did. */
  declare readonly contentType: string | null;

  constructor(url: string, contentType: string | null) {
    super(`Expected content type text/event-stream from ${url}, got ${contentType ?? 'none'}`);
    this.contentType = contentType;
  }
}

/** The stream was silent for too long: not one byte came. Retried. */
export class HeartbeatTimeoutError extends EventClientError {
  override readonly name = 'HeartbeatTimeoutError';
  override readonly code = 'heartbeat-timeout';
  /** How long no byte had come, in milliseconds, by the clock that counted more. */
  declare readonly silentMs: number;

  constructor(silentMs: number) {
    super(`Expected a sign of life, got ${Math.round(silentMs)} ms of silence`);
    this.silentMs = silentMs;
  }
}

/** One event was longer than `maxEventLength`: it is skipped, the cursor passes it, the stream lives. */
export class EventTooLargeError extends EventClientError {
  override readonly name = 'EventTooLargeError';
  override readonly code = 'event-too-large';
  /** The limit in characters: `maxEventLength`. */
  declare readonly limit: number;

  constructor(type: string, limit: number) {
    super(`Expected an event of at most ${limit} characters, got a longer ${nameOf(type)}`);
    this.limit = limit;
  }
}

/** `maxAttempts` are used up; `cause` is the last failure. The client is closed. */
export class AttemptsExhaustedError extends EventClientError {
  override readonly name = 'AttemptsExhaustedError';
  override readonly code = 'attempts-exhausted';

  constructor(maxAttempts: number, cause: StreamError) {
    super(`Expected a lasting connection within maxAttempts (${maxAttempts}), got: ${cause.message}`, { cause });
  }
}

/** One event's data could not be decoded, or is not what its schema says: it is skipped, the cursor passes it, the stream lives. */
export class DecodeError extends EventClientError {
  override readonly name = 'DecodeError';
  override readonly code = 'decode';
  /** The event as it came. */
  declare readonly event: UndecodedEvent;
  /** What the schema has to say; empty where the text did not decode. */
  declare readonly issues: readonly SchemaIssue[];

  constructor(event: UndecodedEvent, cause: unknown, issues: readonly SchemaIssue[] = []) {
    // Not the cause's own words, nor the issues', which may show the data.
    super(
      cause === undefined
        ? `Expected the data of ${nameOf(event.type)} to be what its schema says, got ${issues.length} issues`
        : `Expected the data of ${nameOf(event.type)} to decode, got ${kindOf(cause)}`,
      { cause },
    );
    this.event = event;
    this.issues = issues;
  }
}

/** More events came than may wait for a loop over `events()`; thrown by the loop, behind those that wait. */
export class BufferOverflowError extends EventClientError {
  override readonly name = 'BufferOverflowError';
  override readonly code = 'buffer-overflow';
  /** How many may wait. */
  declare readonly limit: number;

  constructor(limit: number) {
    super(`Expected at most ${limit} events to wait for the loop, got one more`);
    this.limit = limit;
  }
}

/** Everything that is reported; `code` tells which. */
export type StreamError =
  | NetworkError
  | HttpError
  | ConnectTimeoutError
  | ContentTypeError
  | HeartbeatTimeoutError
  | EventTooLargeError
  | AttemptsExhaustedError
  | DecodeError;

/** An event before its data was decoded. */
export interface UndecodedEvent {
  /** The `event` field; `message` where there was none. */
  readonly type: string;
  /** The `data` field's text. */
  readonly raw: string;
  /** This block's own `id` field; `undefined` where it had none. */
  readonly id: string | undefined;
  /** The standard's last event ID: this block's id, or else the last one before it. */
  readonly lastEventId: string;
}

/** One thing that is wrong with some data, as a Standard Schema says it. */
export interface SchemaIssue {
  /** In words, which may show the data. */
  readonly message: string;
  /** Where in the data. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A server's word, for a message. */
function nameOf(type: string): string {
  return JSON.stringify(type.slice(0, 99));
}

/** What was thrown, without its words, which may show what is secret. */
export const kindOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : typeof thrown);

/** What was thrown, in words: anything can be thrown, and Node hides why a fetch failed in its cause. */
export function messageOf(thrown: unknown): string {
  // An object without a prototype has no words of its own.
  if (!(thrown instanceof Error)) return thrown === Object(thrown) ? typeof thrown : String(thrown);
  const { message, cause } = thrown;
  return cause instanceof Error ? `${message}: ${cause.message || cause.name}` : message;
}
