import type { Frame } from 'pushstream-protocol';
import type { StreamError } from '../errors.ts';

/** A wait before the next attempt, as users see it. */
export interface Retry {
  /** Failures in a row; 0 where the server ended a healthy stream. */
  readonly attempt: number;
  /** The whole wait, in milliseconds. */
  readonly delayMs: number;
  /** When the next attempt is due, in milliseconds since the epoch. */
  readonly at: number;
  /** What ended the last connection; `null` for a healthy stream's end. */
  readonly error: StreamError | null;
}

/**
 * `idle`: nothing was asked for yet. `connecting`: a request is out and has no headers. `open`: a
 * stream is read. `waiting`: for the next attempt. `paused`: held by a reason. `closed`: ended for
 * good, until `connect`.
 */
export type PhaseName = 'idle' | 'connecting' | 'open' | 'waiting' | 'paused' | 'closed';

/** What is known of the connection that is open, or was the last. */
export interface ConnectionFacts {
  readonly openedAt: number;
  readonly lastByteAt: number;
  /** The last heartbeat that was seen; none are looked for once the server told its interval. */
  readonly heartbeatAt: number | 'announced' | null;
  readonly heartbeatMs: number | null;
  /** Silence that is given up on; `null`: none. */
  readonly silenceMs: number | null;
  /** Under suspicion: a byte must come before the timer fires. */
  readonly probing: boolean;
  /** The server said that it will close; the wait that it asked for. */
  readonly closingMs: number | null;
  /** Of a request that is not a mere question: whether it was sent, and whether the answer began. */
  readonly body: 'none' | 'sent' | 'answered';
}

/**
 * All that decides; immutable. The same object means: nothing changed. Times are the runner's clock's.
 */
export interface ConnectionState extends ConnectionFacts {
  readonly phase: PhaseName;
  /** The connection being made or open. A new one after every leave, so that what is late is stale. */
  readonly connectionId: number;
  /** When the one timer is due: connect timeout, a look at the silence, or the next attempt, as the phase has it. */
  readonly dueAt: number | null;
  readonly pauseReasons: readonly string[];
  /** Failures in a row since the last healthy connection. */
  readonly attempt: number;
  readonly error: StreamError | null;
  /** The wait, in `waiting`. */
  readonly retry: Retry | null;
  /** The wait cannot be cut to before this. */
  readonly earliestAt: number;
  /** Connections opened so far. */
  readonly opens: number;
  /** The standard's reconnection time as far as a `retry` field set it. */
  readonly reconnectionTimeMs: number;
}

/** What the runner adds to every input: the machine itself has no clock, no chance, no cursor. */
export interface Moment {
  /** Of a clock that never goes back and counts sleep. */
  readonly now: number;
  /** Milliseconds since the epoch. */
  readonly wallNow: number;
  readonly random: number;
  /** A reconnection could resume. */
  readonly hasCursor: boolean;
}

/** Why a page's connection is doubted: `shown` is the mildest, a page merely became visible. */
export type Suspicion = 'thawed' | 'restored' | 'clock' | 'online' | 'shown';

/** What users and page signals ask for. */
export type Command =
  | { readonly type: 'connect' }
  | { readonly type: 'disconnect' }
  | { readonly type: 'reconnect' }
  | { readonly type: 'pause'; readonly reason: string }
  | { readonly type: 'resume'; readonly reason: string }
  | { readonly type: 'suspect'; readonly suspicion: Suspicion };

/** What a connection says; the runner adds whose word it is. */
export type Report =
  | { readonly type: 'opened'; readonly carriesBody: boolean; readonly info: OpenInfo }
  /** `hasBegun`: behind the frames an event has begun whose end is still to come. */
  | { readonly type: 'frames'; readonly frames: readonly Frame[]; readonly hasBegun?: boolean }
  | { readonly type: 'ended' }
  | { readonly type: 'failed'; readonly error: StreamError; readonly retryAfterMs?: number | undefined }
  | { readonly type: 'fatal'; readonly error: StreamError | null }
  | { readonly type: 'heartbeat'; readonly intervalMs: number }
  | { readonly type: 'closing'; readonly retryMs: number };

export type ConnectionInput = Report & { readonly connectionId: number } & Moment;
export type Input = ((Command | { readonly type: 'timer' }) & Moment) | ConnectionInput;
export type InputType = Input['type'];

/** An opened stream, as `lifecycle` tells of it. */
export interface OpenInfo {
  /** The URL that answered, after redirects. */
  readonly url: string;
  /** The answer's status: 200. */
  readonly status: number;
  /** The answer's headers. */
  readonly headers: { get(name: string): string | null };
}

/** Announcements to the user, made in order. */
export type Announcement =
  | { readonly type: 'announce'; readonly name: 'open'; readonly payload: OpenInfo }
  | { readonly type: 'announce'; readonly name: 'error'; readonly payload: StreamError }
  | { readonly type: 'announce'; readonly name: 'retry'; readonly payload: Retry }
  | { readonly type: 'announce'; readonly name: 'close'; readonly payload: StreamError | null };

/** What the runner is to do, in order; the timer follows `dueAt` by itself. */
export type Effect =
  | { readonly type: 'abort' }
  | { readonly type: 'open' }
  | { readonly type: 'deliver'; readonly frames: readonly Frame[] }
  | Announcement;

export type Transition = readonly [ConnectionState, readonly Effect[]];

/** The options that the machine decides by; every one is set. */
export interface ConnectionPolicy {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly factor: number;
  /** 0: a failure is final, and so is a stream's end. */
  readonly maxAttempts: number;
  readonly healthyAfterMs: number;
  readonly connectTimeoutMs: number;
  readonly heartbeatTimeoutMs: number | 'auto' | false;
  readonly resend: boolean;
}
