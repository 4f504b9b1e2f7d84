import type { Report } from '../connection/state.ts';
import type { Environment } from '../environment.ts';

/** A value, or a function that gives it; asked before every attempt. */
export type Resolvable<T> = T | (() => T | Promise<T>);

type Init<Name extends keyof RequestInit> = NonNullable<RequestInit[Name]>;
/** `HeadersInit`, under a name that exists with and without the DOM's types. */
export type HeadersInput = Init<'headers'>;
/** `BodyInit`, likewise. */
export type BodyInput = Init<'body'>;
/** `RequestCredentials`, likewise. */
export type CredentialsInput = Init<'credentials'>;

/** A query parameter's value; `undefined` and `null` leave it out. */
export type QueryValue = string | number | boolean | null | undefined;

/** Query parameters; an array repeats one. */
export type Query = URLSearchParams | Readonly<Record<string, QueryValue | readonly QueryValue[]>>;

/** Where the cursor goes. */
export interface Resume {
  /** In the standard's `Last-Event-ID` header. */
  readonly header: boolean;
  /** The query parameter's name; `undefined`: not in the query. */
  readonly query: string | undefined;
}

/** One connection to make; every part is set. */
export interface TransportRequest {
  /** Absolute, without `query` and cursor. */
  readonly url: string;
  /** The option of this name. */
  readonly method: Resolvable<string>;
  /** The option of this name: the caller's headers only. */
  readonly headers: Resolvable<HeadersInput>;
  /** The option of this name. */
  readonly query: Resolvable<Query>;
  /** The option of this name; `null`: none. */
  readonly body: Resolvable<BodyInput | null>;
  /** The option of this name. */
  readonly credentials: Resolvable<CredentialsInput>;
  /** The option of this name. */
  readonly redirect: 'safe' | 'follow' | 'error';
  /** Where the cursor goes. */
  readonly resume: Resume;
  /** The cursor to send; empty: none. */
  readonly lastEventId: string;
  /** Longest event, in characters. */
  readonly maxEventLength: number;
  /** A connection of this client opened before. */
  readonly hasOpened: boolean;
  /**
   * Tells the types and patterns that are listened to, at once and at every change, until what it
   * returns is called: for transports that must ask for each type.
   */
  readonly watchTypes: (watch: (types: ReadonlySet<string>) => void) => () => void;
  /** The client's time, chance and host: what the option of this name replaced is replaced here too. */
  readonly environment: Environment;
}

/**
 * Something that a transport cannot do. `patterns`: hear types that nobody named. `comments`,
 * `bytes`, `ids`, `status`: tell of comments, of single bytes, of an event's own id, of an answer's
 * status. `headers`, `method`, `body`, `redirect`: let the caller choose them. `resume`: send the
 * cursor otherwise than in the query.
 */
export type TransportLimit =
  | 'patterns'
  | 'comments'
  | 'bytes'
  | 'ids'
  | 'status'
  | 'headers'
  | 'method'
  | 'body'
  | 'redirect'
  | 'resume';

/**
 * What happens on a connection, told to the machine. After the abort nothing needs to be told any
 * more; what is told nevertheless is dropped. `frames` is due for every chunk of bytes, also when
 * it completed none: any byte is a sign of life.
 */
export type TransportReport = Extract<Report, { type: 'opened' | 'frames' | 'ended' | 'failed' | 'fatal' }>;

/** A way to reach a server. Makes one connection per call, and decides nothing else. */
export interface Transport {
  /** What it cannot do: asking for it throws. @default none */
  readonly cannot?: readonly TransportLimit[];
  /** Starts a connection and returns what aborts it at once. Nothing is thrown later; reports may come at any time. */
  open(request: TransportRequest, report: (report: TransportReport) => void): () => void;
}
