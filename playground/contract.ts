/** What the playground's page and its server say to each other. Paths are relative to the page's own origin. */

/** `GET /api/setup`: what the page has to know before it connects. */
export interface Setup {
  /** The stream, behind the fault proxy: another origin, an absolute URL. */
  readonly eventsUrl: string;
  /** Whether several instances share a log in Redis. */
  readonly cluster: boolean;
  /** What can be pressed here, and how long it lasts. */
  readonly faults: readonly Fault[];
}

export interface Fault {
  readonly name: FaultName;
  /** For so many milliseconds; 0: at once, and over. */
  readonly forMs: number;
}

/** Ways to break the streams of everybody who is connected: `POST /api/faults/<name>`, answered by 204. */
export type FaultName =
  /** Ends every stream cleanly. */
  | 'cut'
  /** Drops every connection within an event. */
  | 'cut-mid-event'
  /** Half-open for a while: nothing comes, nothing ends. */
  | 'stall'
  /** Connections are dropped and refused for a while. */
  | 'refuse'
  /** 503 with Retry-After for a while. */
  | 'unavailable'
  /** The token is good no more: 401 until the client has fetched the next one from `GET /api/token`. */
  | 'unauthorized'
  /** A narrow and late network for a while. */
  | 'slow'
  /** Repeats the last event on the wire, on each connection. */
  | 'duplicate'
  /** The server is replaced by another one with the same log. */
  | 'restart'
  /** The server is replaced by one with an empty log: nobody can resume. */
  | 'restart-empty'
  /** The log forgets all but its newest events while clients are away. */
  | 'trim'
  /** The grant's time is over: streams end and are authorised again. */
  | 'expire'
  /** Ends the streams over a window, then a fresh server takes over. */
  | 'drain';

// `GET /api/tasks`: a `TaskList`, the state behind the events with its cursor: where a page begins, and after each reset.

/** `GET /api/token`: what the stream asks for, as `Authorization: Bearer <token>`. */
export interface Token {
  readonly token: string;
}

/** `GET /api/ledger?after=<cursor>`: what was published, kept apart from the server that delivers it. */
export interface Ledger {
  /** Of the log as it is now. */
  readonly epoch: string;
  /** The number of the newest event. */
  readonly head: number;
  /** The number of the oldest event that can still be read. */
  readonly oldest: number;
  /** The ids behind the cursor, in order, at most 50,000; none without `after`. */
  readonly ids: readonly string[];
}

/** `POST /api/burst`: events of one more task, at once or at a pace. Answered by 204. */
export interface Burst {
  /** 2 to 10,000. */
  readonly count: number;
  /** At once where it is left out. */
  readonly perSecond?: number | undefined;
}

/** `GET /api/instances`: the servers behind the proxy; one where there is no cluster. */
export interface Instance {
  readonly name: string;
  readonly state: 'up' | 'draining' | 'down';
  /** Open streams; 0 where it is down. */
  readonly streams: number;
}

/** `POST /api/instances/<name>/<action>`, answered by 204; only in a cluster. */
export type InstanceAction = 'kill' | 'drain' | 'start';

// `/hub/<path>` is the HTTP API of an instance that is up, with a key that may do everything: `POST /hub/publish/<channel>`,
// `POST /hub/pulse`, `GET /hub/pulses`, `GET /hub/sessions`, `DELETE /hub/sessions/<id>`.
