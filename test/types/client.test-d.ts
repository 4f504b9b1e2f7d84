import { EventClient } from 'pushstream-client';
import type {
  DroppedInfo,
  StreamError,
  EventClientOptions,
  ResetInfo,
  Retry,
  Snapshot,
  Status,
  Unsubscribe,
} from 'pushstream-client';
import { describe, expectTypeOf, test } from 'vitest';

declare const client: EventClient<{ ping: number }>;
declare const snapshot: Snapshot;

const take = (options: EventClientOptions): EventClient => new EventClient('/events', options);

describe('options', () => {
  test('are all optional', () => {
    expectTypeOf<{}>().toExtend<EventClientOptions>();
    expectTypeOf(EventClient).toBeConstructibleWith('/events');
    expectTypeOf(EventClient).toBeConstructibleWith(new URL('https://example.com/events'), {});
  });

  test('take values or functions, also async ones, for the request', () => {
    take({ headers: { authorization: 'Bearer a' } });
    take({ headers: () => Promise.resolve(new Headers()) });
    take({ query: { channel: ['a', 'b'], page: 1, all: true, none: undefined } });
    take({ query: () => new URLSearchParams('a=b') });
    take({ method: 'POST', body: () => JSON.stringify({ prompt: 'Hello' }) });
    take({ credentials: () => 'include' });
  });

  test('take their words, numbers and parts', () => {
    take({ resume: 'both', dedupe: 'always', decode: 'text', heartbeatTimeoutMs: 30_000, flush: 100 });
    take({ resume: { by: 'query', name: 'since' }, dedupe: { window: 10, key: ({ id }) => id } });
    take({ resume: false, dedupe: false, heartbeatTimeoutMs: false, reconnect: false });
    take({ reconnect: { maxAttempts: 5, shouldRetry: (error) => (error.code === 'http' ? true : undefined) } });
    take({ decode: (text, { type, id }) => [text, type, id] });
    take({ signal: AbortSignal.timeout(1_000), environment: { random: () => 0 } });
  });

  test('that do not exist are refused', () => {
    // @ts-expect-error heartbeatTimeoutMs is meant
    take({ heartbeatTimeout: 1_000 });
    // @ts-expect-error there is one word for it
    take({ withCredentials: true });
    // @ts-expect-error it is a part of reconnect
    take({ maxAttempts: 3 });
    // @ts-expect-error baseDelayMs is meant
    take({ reconnect: { initialDelayMs: 1 } });
    // @ts-expect-error window is meant
    take({ dedupe: { size: 1 } });
  });

  test('of the wrong type are refused', () => {
    // @ts-expect-error a number
    take({ connectTimeoutMs: '5s' });
    // @ts-expect-error true means nothing: leave it out
    take({ reconnect: true });
    // @ts-expect-error header, query or both
    take({ resume: 'cookie' });
    // @ts-expect-error an object of headers
    take({ headers: 'authorization: Bearer a' });
    // @ts-expect-error frame, sync or milliseconds
    take({ flush: 'idle' });
    // @ts-expect-error leave it out instead
    take({ signal: undefined });
    // @ts-expect-error by is required
    take({ resume: { name: 'since' } });
    // @ts-expect-error a signal, not its controller
    take({ signal: new AbortController() });
    // @ts-expect-error there has to be a URL
    void new EventClient();
  });

  test('are read-only', () => {
    const options: EventClientOptions = {};
    // @ts-expect-error read-only
    options.resend = true;
  });
});

describe('the client', () => {
  test('says how it is', () => {
    expectTypeOf(client.status).toEqualTypeOf<Status>();
    expectTypeOf<Status>().toEqualTypeOf<'idle' | 'connecting' | 'open' | 'reconnecting' | 'paused' | 'closed'>();
    expectTypeOf(client.lastEventId).toBeString();
    expectTypeOf(client.url).toBeString();
    expectTypeOf(client.snapshot.value).toEqualTypeOf<Snapshot>();
    expectTypeOf(client.snapshot.subscribe).toBeFunction();
  });

  test('is read-only to its users', () => {
    // @ts-expect-error read-only
    client.status = 'open';
    // @ts-expect-error read-only
    client.lastEventId = '7';
    // @ts-expect-error read-only
    client.url = '/other';
    // @ts-expect-error the signal is read-only
    client.snapshot.value = snapshot;
    // @ts-expect-error and so is what is in it
    client.snapshot.value.status = 'open';
    // @ts-expect-error status is one of the six words
    void (client.status === 'disconnected');
  });

  test('connects, pauses and disposes without an answer', () => {
    expectTypeOf(client.connect).toEqualTypeOf<() => void>();
    expectTypeOf(client.disconnect).toEqualTypeOf<() => void>();
    expectTypeOf(client.reconnect).toEqualTypeOf<() => void>();
    expectTypeOf(client.pause).toEqualTypeOf<(reason?: string) => void>();
    expectTypeOf(client.resume).toEqualTypeOf<(reason?: string) => void>();
    expectTypeOf(client[Symbol.dispose]).toEqualTypeOf<() => void>();
    // @ts-expect-error a reason is a word
    client.pause(1);
  });

  test('is disposable by `using`', () => {
    expectTypeOf(client).toExtend<Disposable>();
  });

  test('tells the wait before the next attempt', () => {
    expectTypeOf<Snapshot>().toEqualTypeOf<{
      readonly status: Status;
      readonly error: StreamError | null;
      readonly retry: Retry | null;
      readonly opens: number;
      readonly hasOpened: boolean;
    }>();
    expectTypeOf<Retry>().toEqualTypeOf<{
      readonly attempt: number;
      readonly delayMs: number;
      readonly at: number;
      readonly error: StreamError | null;
    }>();
  });
});

describe('lifecycle', () => {
  test('types the payload of each of its events', () => {
    const { lifecycle } = client;
    lifecycle.on('open', (open) => {
      expectTypeOf(open.url).toBeString();
      expectTypeOf(open.status).toBeNumber();
      expectTypeOf(open.headers.get('server')).toEqualTypeOf<string | null>();
    });
    lifecycle.on('status', (change) =>
      expectTypeOf(change).toEqualTypeOf<{ readonly status: Status; readonly previous: Status }>(),
    );
    lifecycle.on('error', (error) => expectTypeOf(error).toEqualTypeOf<StreamError>());
    lifecycle.on('retry', (retry) => expectTypeOf(retry).toEqualTypeOf<Retry>());
    lifecycle.on('comment', (text) => expectTypeOf(text).toBeString());
    lifecycle.on('reset', (reset) => expectTypeOf(reset).toEqualTypeOf<ResetInfo>());
    lifecycle.on('dropped', (dropped) => expectTypeOf(dropped).toEqualTypeOf<DroppedInfo>());
    lifecycle.once('close', (error) => expectTypeOf(error).toEqualTypeOf<StreamError | null>());
    expectTypeOf(lifecycle.on('open', () => {})).toEqualTypeOf<Unsubscribe>();
    expectTypeOf(lifecycle.off('open')).toBeVoid();
  });

  test('is apart from the server’s events', () => {
    // @ts-expect-error that is a server's event
    client.lifecycle.on('ping', () => {});
    // @ts-expect-error that is the connection's
    client.on('open', () => {});
    // @ts-expect-error no patterns here
    client.lifecycle.on('*', () => {});
    // @ts-expect-error a number it is not
    client.lifecycle.on('comment', (text: number) => text);
  });
});
