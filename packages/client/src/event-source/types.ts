/** As much of an `EventSource` as is used here: a browser's, or that of npm `eventsource`. */
export interface EventSourceLike {
  /** As it was asked for. */
  readonly url: string;
  /** As every `EventTarget` has it. */
  addEventListener(type: string, listener: (event: Event) => void): void;
  /** Ends it: no event follows, and no reconnection of its own. */
  close(): void;
}

/** Makes an `EventSource`. */
export type EventSourceConstructor = new (url: string, init: { withCredentials: boolean }) => EventSourceLike;

/** Where the connections of an `eventSourceTransport` come from. */
export interface EventSourceTransportOptions {
  /** Any constructor of the same shape. @default the host's, looked up at each connection */
  readonly EventSource?: EventSourceConstructor;
}
