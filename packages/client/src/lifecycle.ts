import { check, misuse, show } from 'pushstream-protocol';
import type { OpenInfo, Retry } from './connection/state.ts';
import type { AnyListener, Dispatcher } from './dispatcher.ts';
import type { StreamError } from './errors.ts';
import type { Unsubscribe } from './events.ts';
import { listen } from './listen.ts';
import type { Status } from './snapshot.ts';
import type { TransportLimit } from './transport/transport.ts';

/** The server cannot resume from the cursor; `reason` says why. What was missed has to be fetched otherwise. */
export interface ResetInfo {
  /** `epoch`, `trimmed`, `ahead`, `too-far`, `malformed`; a server may have others. */
  readonly reason: string;
  /** The cursor that was asked for. */
  readonly requested: string;
  /** Where the stream goes on instead. */
  readonly resumedFrom: string;
}

/** The server dropped events of this connection because it could not keep up. */
export interface DroppedInfo {
  /** Events that are missing. */
  readonly count: number;
  /** The first id that is missing. */
  readonly from: string;
  /** The last id that is missing. */
  readonly to: string;
}

/** What happens to the connection: a namespace of its own, so that a server's event named "error" is just an event. */
export interface LifecycleEvents {
  /** Headers came, and they announce an event stream. */
  open: OpenInfo;
  /** `client.status` changed. */
  status: { readonly status: Status; readonly previous: Status };
  /** Every failure, also those that are retried and those that skip one event. */
  error: StreamError;
  /** A wait before the next attempt began or was shortened. */
  retry: Retry;
  /** A comment line's text: many servers' heartbeat. */
  comment: string;
  /** The server cannot resume from the cursor. */
  reset: ResetInfo;
  /** The server dropped events. */
  dropped: DroppedInfo;
  /** The client is closed: by `disconnect` or a 204 (`null`), or by this error. */
  close: StreamError | null;
}

/** Gets what the lifecycle event of that name carries. */
export type LifecycleListener<Name extends keyof LifecycleEvents> = (payload: LifecycleEvents[Name]) => void;

/** Tells of one. */
export type Announce = <Name extends keyof LifecycleEvents>(name: Name, payload: LifecycleEvents[Name]) => void;

/** Listens to the connection itself. */
export interface Lifecycle {
  /**
   * Calls `listener` each time.
   *
   * @throws {TypeError} For a name that is none of these, or a listener that is no function.
   */
  on<Name extends keyof LifecycleEvents>(name: Name, listener: LifecycleListener<Name>): Unsubscribe;
  /** As `on`, for the next time only. */
  once<Name extends keyof LifecycleEvents>(name: Name, listener: LifecycleListener<Name>): Unsubscribe;
  /** Ends what `on` and `once` began with the same name; without a listener, all of it. */
  off<Name extends keyof LifecycleEvents>(name: Name, listener?: LifecycleListener<Name>): void;
}

const names = '"open" | "status" | "error" | "retry" | "comment" | "reset" | "dropped" | "close"';

/** The public face of the dispatcher that carries these events. */
export function createLifecycle(dispatcher: Dispatcher, cannot: readonly TransportLimit[]): Lifecycle {
  const subscribe = (name: string, listener: AnyListener, once?: boolean): Unsubscribe => {
    check('type', name, names);
    if (name === 'comment' && cannot.includes('comments'))
      throw misuse('type', 'what the transport can tell, not comments', show(name));
    return listen({ events: dispatcher, cannot: [] }, name, listener, once);
  };
  return {
    on: (name, listener) => subscribe(name, listener),
    once: (name, listener) => subscribe(name, listener, true),
    off: dispatcher.off,
  };
}
