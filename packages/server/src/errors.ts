/** A problem with a part of some data, in the words of its schema. */
export interface SchemaIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where in the data; left out: all of it. */
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/** What publishing and running a hub may fail with; narrow on `code`. Misuse is a `TypeError` or a `RangeError`. */
export abstract class PushStreamError extends Error {
  /** A word of its own for each class, that survives minifying. */
  abstract readonly code: string;
}

/** The data is not what the schema of its type says; nothing was stored. */
export class SchemaError extends PushStreamError {
  override readonly name = 'SchemaError';
  override readonly code = 'schema';
  /** Of the event. */
  readonly type: string;
  /** All that the schema found. */
  readonly issues: readonly SchemaIssue[];

  /** `cause`: what the schema threw, where it did not come to a result. */
  constructor(type: string, issues: readonly SchemaIssue[], options?: { readonly cause?: unknown }) {
    const first = issues[0];
    const path = (first?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    super(
      `${type}: expected data that fits its schema, got ${path ? `${path}: ` : ''}${first?.message ?? 'a refusal'}`,
      options,
    );
    this.type = type;
    this.issues = issues;
  }
}

/** The event is larger than `limits.eventBytes`; nothing was stored. */
export class EventTooLargeError extends PushStreamError {
  override readonly name = 'EventTooLargeError';
  override readonly code = 'event-too-large';
  /** In bytes. */
  readonly limit: number;

  constructor(type: string, bytes: number, limit: number) {
    super(`${type}: expected at most ${limit} bytes of data, got ${bytes}`);
    this.limit = limit;
  }
}

/** The log cannot store or read at the moment; whether an event was stored is not known: use a `key` to try again. */
export class LogUnavailableError extends PushStreamError {
  override readonly name = 'LogUnavailableError';
  override readonly code = 'log-unavailable';
  /** When to try again, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(message: string, options?: { readonly cause?: unknown; readonly retryAfterMs?: number }) {
    super(message, { cause: options?.cause });
    this.retryAfterMs = options?.retryAfterMs ?? 1_000;
  }
}

/** The server is closed, or closes. */
export class ClosedError extends PushStreamError {
  override readonly name = 'ClosedError';
  override readonly code = 'closed';

  constructor() {
    super('Expected an open server, got one that was closed');
  }
}
