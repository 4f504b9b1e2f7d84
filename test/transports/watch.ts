import {
  EventClient,
  type EventClientError,
  type EventClientOptions,
  type OpenInfo,
  type Retry,
  type StreamEvent,
  type Transport,
} from '../../packages/client/src/index.ts';

/** A client on one of the transports; what it tells is written down. */
export interface Watched extends Disposable {
  readonly client: EventClient;
  readonly events: readonly StreamEvent[];
  readonly data: readonly unknown[];
  readonly opens: readonly OpenInfo[];
  readonly errors: readonly EventClientError[];
  readonly retries: readonly Retry[];
  readonly closes: readonly (EventClientError | null)[];
  /** What else `lifecycle` told, by its name. */
  readonly told: readonly (readonly [name: string, what: unknown])[];
  readonly reported: readonly unknown[];
}

export interface Watching extends EventClientOptions {
  /** What is listened to, by name: a transport may hear nothing else. @default ["message"] */
  readonly types?: readonly string[];
}

export type Watch = (url: string, options?: Watching) => Watched;

/** Connects clients that are impatient to reconnect. */
export const watchOn =
  (transport: Transport | undefined): Watch =>
  (url, { types = ['message'], reconnect = {}, ...options } = {}) => {
    const events: StreamEvent[] = [];
    const data: unknown[] = [];
    const opens: OpenInfo[] = [];
    const errors: EventClientError[] = [];
    const retries: Retry[] = [];
    const closes: (EventClientError | null)[] = [];
    const told: (readonly [string, unknown])[] = [];
    const reported: unknown[] = [];
    const client = new EventClient(url, {
      ...(transport && { transport }),
      reconnect: reconnect && { baseDelayMs: 1, maxDelayMs: 1, ...reconnect },
      environment: { reportError: (error) => reported.push(error), warn: (message) => told.push(['warn', message]) },
      ...options,
    });
    for (const type of types) {
      client.on(type, (value, event) => {
        events.push(event);
        data.push(value);
      });
    }
    client.lifecycle.on('open', (info) => opens.push(info));
    client.lifecycle.on('error', (error) => errors.push(error));
    client.lifecycle.on('retry', (retry) => retries.push(retry));
    client.lifecycle.on('close', (error) => closes.push(error));
    for (const name of ['reset', 'dropped', 'comment'] as const) {
      if (name === 'comment' && transport?.cannot?.includes('comments')) continue;
      client.lifecycle.on(name, (what) => told.push([name, what]));
    }
    client.connect();
    return {
      client,
      events,
      data,
      opens,
      errors,
      retries,
      closes,
      told,
      reported,
      [Symbol.dispose]: () => client.disconnect(),
    };
  };
