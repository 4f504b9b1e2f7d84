import {
  EventClient,
  type EventClientError,
  type EventClientOptions,
  type Retry,
  type Status,
  type StreamEvent,
} from '../../packages/client/src/index.ts';

/** A client of which everything that happens is written down. */
export interface WatchedClient extends Disposable {
  readonly client: EventClient;
  readonly events: readonly StreamEvent[];
  /** The data of each event. */
  readonly data: readonly unknown[];
  readonly opens: readonly string[];
  readonly statuses: readonly Status[];
  readonly errors: readonly EventClientError[];
  readonly retries: readonly Retry[];
  readonly closes: readonly (EventClientError | null)[];
  readonly comments: readonly string[];
  /** What listeners threw. */
  readonly reported: readonly unknown[];
  readonly warnings: readonly string[];
  /** Calls so far of anything that listens to this client. */
  readonly calls: number;
}

/** Waits are as short as they can be: the floor, and one random millisecond. */
const quick = { baseDelayMs: 1, maxDelayMs: 1 };

/** Makes a client that is impatient to reconnect, and connects it. */
export function watch(url: string, options: EventClientOptions = {}): WatchedClient {
  const watched = watchIdle(url, options);
  watched.client.connect();
  return watched;
}

/** As `watch`, without `connect()`. */
export function watchIdle(url: string, options: EventClientOptions = {}): WatchedClient {
  const events: StreamEvent[] = [];
  const data: unknown[] = [];
  const opens: string[] = [];
  const statuses: Status[] = [];
  const errors: EventClientError[] = [];
  const retries: Retry[] = [];
  const closes: (EventClientError | null)[] = [];
  const comments: string[] = [];
  const reported: unknown[] = [];
  const warnings: string[] = [];
  const { reconnect, environment, ...rest } = options;
  const client = new EventClient(url, {
    reconnect: reconnect === false ? false : { ...quick, ...reconnect },
    environment: {
      reportError: (error) => reported.push(error),
      warn: (message) => warnings.push(message),
      ...environment,
    },
    ...rest,
  });
  client.on('*', (value, event) => {
    events.push(event);
    data.push(value);
  });
  client.lifecycle.on('open', (info) => opens.push(info.url));
  client.lifecycle.on('status', ({ status }) => statuses.push(status));
  client.lifecycle.on('error', (error) => errors.push(error));
  client.lifecycle.on('retry', (retry) => retries.push(retry));
  client.lifecycle.on('close', (error) => closes.push(error));
  client.lifecycle.on('comment', (text) => comments.push(text));
  return {
    client,
    events,
    data,
    opens,
    statuses,
    errors,
    retries,
    closes,
    comments,
    reported,
    warnings,
    get calls() {
      return [events, opens, statuses, errors, retries, closes, comments].reduce((sum, { length }) => sum + length, 0);
    },
    [Symbol.dispose]: () => client.disconnect(),
  };
}
