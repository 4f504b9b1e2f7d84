/** What the playground's page and its server say to each other. Paths are relative to the page's own origin. */

/**
 * Refusals are problem details (`application/problem+json`): `{ type, title, status, detail }`, those of a schema with
 * `issues: { message, path }[]`. 403: the request comes from another site. 421: the `Host` is not this machine.
 */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly issues?: ReadonlyArray<{ readonly message: string; readonly path: readonly string[] }> | undefined;
}

/** `GET /api/setup`: what the page has to know before it connects. */
export interface Setup {
  /**
   * The stream, behind the fault proxy: another origin, an absolute URL. It takes `Authorization: Bearer <token>`, or
   * `?apikey=<token>` from an `EventSource`, which cannot send headers; and `?heartbeatMs=` (100 to 60,000), which is
   * for every stream that is opened from then on.
   */
  readonly eventsUrl: string;
  /** Whether several instances share a log in Redis. */
  readonly cluster: boolean;
  /** Those that can be had here, in the order of the buttons. */
  readonly faults: readonly FaultName[];
}

/**
 * Ways to break the streams of everybody who is connected: `POST /api/faults/<name>`, answered by 204 once it has
 * begun. Those that last take `?seconds=` (0 to 60, 0 ends it); `cut-mid-event` takes `?share=` (0 to 1, of the
 * event's bytes; never the last one). `DELETE /api/faults` ends all that last.
 */
export type FaultName =
  /** Ends every stream cleanly. */
  | 'cut'
  /** Drops every connection within an event. */
  | 'cut-mid-event'
  /** Half-open for a while (10 s): nothing comes, nothing ends. Over when nobody hangs in it any more. */
  | 'stall'
  /** Connections are dropped and refused for a while (5 s). */
  | 'refuse'
  /** 503 with Retry-After (2 s) for a while (5 s). */
  | 'unavailable'
  /** The token is good no more: 401 until the client has fetched the next one from `GET /api/token`. */
  | 'unauthorized'
  /** A narrow and late network for a while (10 s). */
  | 'slow'
  /** Repeats the last event on the wire, on each connection. */
  | 'duplicate'
  /** The server is replaced by another one with the same log. */
  | 'restart'
  /** The server is replaced by one with an empty log: nobody can resume. */
  | 'restart-empty'
  /** The log forgets all but its newest events while clients are away. */
  | 'trim'
  /** Grants end together, in a while (3 s): streams end and are authorised again. */
  | 'expire'
  /** A fresh server takes over; the streams of the old one are ended over a window (3 s). */
  | 'drain';

/** `GET /api/faults`: those that last, now. */
export interface ActiveFault {
  readonly name: FaultName;
  /** `null`: until something happens, for example until a token is fetched. */
  readonly remainingMs: number | null;
}

/** `GET /api/token`: what the stream asks for, as `Authorization: Bearer <token>`. */
export interface Token {
  /** `null`: everybody may read, and has to bring nothing. */
  readonly token: string | null;
}

/** `GET /api/tasks`: the state behind the events, and the cursor from which the stream continues it. */
export interface TaskList {
  readonly cursor: string;
  readonly tasks: readonly Task[];
}

export interface Task {
  readonly taskId: string;
  readonly title: string;
  /** 0 to 100. */
  readonly percentage: number;
}

/** `GET /api/ledger?after=<cursor>`: what was published, kept apart from the server that delivers it. */
export interface Ledger {
  /** Of the log as it is now. */
  readonly epoch: string;
  /** The number of the log's newest entry. Not every entry is an event: servers tell each other things there, too. */
  readonly head: number;
  /** The number of the oldest entry that can still be read; `head + 1` where there is none. */
  readonly oldest: number;
  /**
   * The ids behind the cursor, in order, at most 50,000; none without `after`. Behind a cursor of an earlier epoch
   * come the rest of that epoch, then those that followed: a `pushstream.reset` covers what lies between its
   * `requested` and its `resumedFrom`, that one included; what is missing elsewhere was lost. Numbers that are missing
   * here were no events.
   */
  readonly ids: readonly string[];
}

/** `POST /api/burst`, as JSON: events of one more task, at once or at a pace. Answered by 204. */
export interface Burst {
  /** 2 to 10,000. */
  readonly count: number;
  /** 1 to 100,000; at once where it is left out. */
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
// `POST /hub/pulse`, `GET /hub/pulses`, `GET /hub/sessions`, `DELETE /hub/sessions/<id>`, `POST /hub/api/demo/{start,stop}`.
