import { EventClient } from 'pushstream-client';
import type {
  BodyInput,
  CredentialsInput,
  Decode,
  DedupeOptions,
  Environment,
  EventClientOptions,
  EventOf,
  EventPattern,
  FlushMode,
  Frame,
  HeadersInput,
  Lifecycle,
  LifecycleEvents,
  LifecycleListener,
  Listener,
  OpenInfo,
  Page,
  PageEvent,
  Query,
  QueryValue,
  ReconnectOptions,
  Resolvable,
  Resume,
  Retry,
  Snapshot,
  Status,
  StreamError,
  Transport,
  TransportLimit,
  TransportReport,
  TransportRequest,
  UndecodedEvent,
  Unsubscribe,
} from 'pushstream-client';
import { describe, test } from 'vitest';

interface Shop {
  'order.placed': { readonly orderId: string; readonly cents: number };
  'order.paid': { readonly orderId: string; readonly at: number };
  'stock.low': { readonly left: number };
  stopped: null;
}

declare const shop: EventClient<Shop>;
declare const anything: EventClient;
declare const snapshot: Snapshot;
declare const retry: Retry;
declare const status: Status;
declare const reported: StreamError;
declare const undecoded: UndecodedEvent;
declare const frame: Frame;
declare const word: string;
declare const low: 'stock.low' | 'stock.high';
declare const otherSnapshot: EventClient<Shop>['snapshot'];
declare const request: TransportRequest;

/** Holds an argument to a type: only what is assignable compiles. */
const hold = <Type>(value: Type): Type => value;

describe('an event map refuses', () => {
  test('to be anything but an object', () => {
    // @ts-expect-error a name alone has no data
    void new EventClient<'order.placed'>('/events');
    // @ts-expect-error nor has undefined
    void new EventClient<undefined>('/events');
  });

  test('names that differ in case, in a space or in a segment', () => {
    // @ts-expect-error names are case-sensitive
    shop.on('Order.placed', () => {});
    // @ts-expect-error the space is part of the name
    shop.on('order.placed ', () => {});
    // @ts-expect-error no such segment below it
    shop.once('order.placed.late', () => {});
    // @ts-expect-error native EventSource has a name for the rest; the map has not
    shop.off('message');
  });

  test('names that are not known to be of the map', () => {
    // @ts-expect-error any string is not a name
    shop.on(word, () => {});
    // @ts-expect-error one of the two is none of its names
    shop.on(low, () => {});
  });

  test('the field of another event of the same pattern', () => {
    shop.on('order.*', (data, event) => {
      // @ts-expect-error only what was placed has a price
      void data.cents;
      // @ts-expect-error the type is not yet known
      void event.data.at;
      // @ts-expect-error stock is not an order
      if (event.type === 'stock.low') return;
    });
  });

  test('data that may be of another event than the listener reads', () => {
    // @ts-expect-error paid orders come too
    shop.on('order.*', (data: Shop['order.placed']) => data);
    // @ts-expect-error null comes too
    shop.on('*', (data: { orderId: string }) => data);
    // @ts-expect-error null has no fields
    shop.on('stopped', ({ reason }) => reason);
  });

  test('to be taken for a wider or a narrower one', () => {
    // @ts-expect-error it has no such event
    hold<EventClient<Shop & { 'order.lost': string }>>(shop);
    // @ts-expect-error whoever listens to everything gets more than this
    hold<EventClient<Pick<Shop, 'stock.low'>>>(shop);
    // @ts-expect-error nobody vouched for the data
    hold<EventClient<Shop>>(anything);
  });
});

describe('a listener refuses', () => {
  test('the data of another event', () => {
    // @ts-expect-error a time is no price
    hold<Listener<Shop, 'order.paid'>>((data: { cents: number }) => data);
    // @ts-expect-error the data comes first
    hold<Listener<Shop, 'stock.low'>>((event: { type: string }) => event);
    // @ts-expect-error the envelope is that of another event
    hold<Listener<Shop, 'stock.low'>>((_data, event: EventOf<Shop, 'order.paid'>) => event);
  });

  test('to write into what others get too', () => {
    hold<Listener<Shop, 'stock.low'>>((data, event) => {
      // @ts-expect-error the map's own word
      data.left = 0;
      // @ts-expect-error read-only
      event.raw = '';
      // @ts-expect-error read-only
      event.seq += 1;
      // @ts-expect-error read-only
      event.id = undefined;
    });
  });

  test('an envelope whose type is none of the map', () => {
    // @ts-expect-error no such event
    hold<EventOf<Shop, 'order.lost'>>(undefined as never);
  });

  test('options, which is how the DOM says once', () => {
    // @ts-expect-error there is `once` for it
    shop.on('stock.low', () => {}, { once: true });
    // @ts-expect-error an object with handleEvent is none
    shop.on('stock.low', { handleEvent() {} });
  });
});

describe('a pattern refuses', () => {
  test('to be a name, or to have its star inside a segment', () => {
    // @ts-expect-error a name
    hold<EventPattern>('order.placed');
    // @ts-expect-error part of a segment
    hold<EventPattern>('order*');
    // @ts-expect-error the whole segment has to be a star
    hold<EventPattern>('order.p*');
    // @ts-expect-error any number of segments is `*` alone
    hold<EventPattern>('order**');
    // @ts-expect-error a word, not an expression
    hold<EventPattern>(/^order\./);
  });
});

describe('unsubscribing refuses', () => {
  test('arguments, and to be chained', () => {
    const off: Unsubscribe = shop.on('stock.low', () => {});
    // @ts-expect-error it knows what it ends
    off('stock.low');
    // @ts-expect-error it ends, and says nothing
    off().valueOf();
    // @ts-expect-error `on` does not give the client back
    shop.on('stock.low', () => {}).on('stopped', () => {});
    // @ts-expect-error nor is it a subscription with methods
    off.unsubscribe();
  });
});

describe('a lifecycle listener refuses', () => {
  test('what another event of the connection carries', () => {
    // @ts-expect-error it may be null: a deliberate close has no error
    hold<LifecycleListener<'close'>>((error: Error) => error);
    // @ts-expect-error a wait is no error
    hold<LifecycleListener<'retry'>>((error: StreamError) => error);
    // @ts-expect-error the status that was is told too: an object
    hold<LifecycleListener<'status'>>((now: Status) => now);
    // @ts-expect-error no DOM event
    hold<LifecycleListener<'error'>>((event: Event) => event);
    // @ts-expect-error there is one argument
    hold<LifecycleListener<'open'>>((_info: OpenInfo, _again: unknown) => {});
  });

  test('names that are not of the lifecycle', () => {
    // @ts-expect-error that is what the standard calls it in an EventSource
    hold<LifecycleListener<'message'>>(() => {});
    // @ts-expect-error `close` is meant
    shop.lifecycle.on('closed', () => {});
    // @ts-expect-error `retry` is meant
    hold<keyof LifecycleEvents>('reconnecting');
    // @ts-expect-error nobody but the client announces
    shop.lifecycle.emit('open');
  });

  test('to write into what it is told', () => {
    hold<LifecycleListener<'status'>>((change) => {
      // @ts-expect-error read-only
      change.previous = 'idle';
    });
    hold<LifecycleListener<'reset'>>((reset) => {
      // @ts-expect-error read-only
      reset.resumedFrom = '';
    });
    hold<LifecycleListener<'dropped'>>((dropped) => {
      // @ts-expect-error read-only
      dropped.count = 0;
    });
    hold<LifecycleListener<'open'>>((open: OpenInfo) => {
      // @ts-expect-error read-only
      open.status = 204;
    });
  });

  test('to be exchanged for another lifecycle', () => {
    // @ts-expect-error read-only
    shop.lifecycle = undefined as never as Lifecycle;
  });
});

describe('the state refuses', () => {
  test('to be written to', () => {
    // @ts-expect-error read-only
    snapshot.opens = 0;
    // @ts-expect-error read-only
    snapshot.error = null;
    // @ts-expect-error read-only
    snapshot.retry = null;
    // @ts-expect-error read-only
    snapshot.hasOpened = true;
    // @ts-expect-error read-only
    retry.delayMs = 0;
    // @ts-expect-error read-only
    retry.at += 1_000;
    // @ts-expect-error the signal stays the same
    shop.snapshot = otherSnapshot;
  });

  test('to be read where there may be none', () => {
    // @ts-expect-error no wait, no attempt
    void snapshot.retry.attempt;
    // @ts-expect-error a healthy stream's end is no error
    void retry.error.code;
    // @ts-expect-error no event changes the snapshot, so none is in it
    void snapshot.lastEventId;
  });

  test('the words of the machine and of EventSource', () => {
    // @ts-expect-error `reconnecting` is the public word
    hold<Status>('waiting');
    // @ts-expect-error not the standard's number
    hold<Status>(1);
    // @ts-expect-error any string
    hold<Status>(word);
  });

  test('to be handled with one of them forgotten', () => {
    if (status === 'idle' || status === 'connecting' || status === 'open') return;
    // @ts-expect-error `reconnecting` was forgotten
    if (status !== 'paused' && status !== 'closed') hold<never>(status);
    // @ts-expect-error `paused` was forgotten
    hold<Record<Status, string>>({ idle: '', connecting: '', open: '', reconnecting: '', closed: '' });
  });
});

describe('a transport refuses', () => {
  const open: Transport['open'] = () => () => {};

  test('limits that nobody knows', () => {
    // @ts-expect-error `comments` is meant
    hold<Transport>({ cannot: ['comment'], open });
    // @ts-expect-error a list
    hold<Transport>({ cannot: 'patterns', open });
    // @ts-expect-error leave it out instead
    hold<Transport>({ cannot: undefined, open });
    // @ts-expect-error a list of words that somebody checks
    hold<readonly TransportLimit[]>(['patterns', word]);
  });

  test('to open without a way to abort, or later', () => {
    // @ts-expect-error nothing could abort it
    hold<Transport>({ open() {} });
    // @ts-expect-error what aborts has to be there at once
    hold<Transport>({ open: () => Promise.resolve(() => {}) });
    // @ts-expect-error a function alone has no name
    hold<Transport>(open);
    // @ts-expect-error a transport opens
    hold<Transport>({ cannot: [] });
  });

  test('to change what it was asked for', () => {
    // @ts-expect-error read-only
    request.lastEventId = '7';
    // @ts-expect-error read-only
    request.resume.header = false;
    // @ts-expect-error the cursor goes into the query under a name
    hold<Resume>({ header: true, query: true });
    // @ts-expect-error both parts are set
    hold<Resume>({ header: true });
    // @ts-expect-error it may be a function
    void request.method.toUpperCase();
  });

  test('reports that the machine does not take from it', () => {
    // @ts-expect-error the timer is the runner's
    hold<TransportReport>({ type: 'timer' });
    // @ts-expect-error a command is the user's
    hold<TransportReport>({ type: 'disconnect' });
    // @ts-expect-error which failure it was
    hold<TransportReport>({ type: 'failed' });
    // @ts-expect-error an error of the family
    hold<TransportReport>({ type: 'fatal', error: new Error('no stream') });
    // @ts-expect-error frames, not text
    hold<TransportReport>({ type: 'frames', frames: ['data: 1'], hasBegun: true });
    // @ts-expect-error where it opened
    hold<TransportReport>({ type: 'opened', carriesBody: false });
  });

  test('to read of a frame what only another kind has', () => {
    // @ts-expect-error not every frame is an event
    void frame.data;
    // @ts-expect-error a comment has a text alone
    if (frame.kind === 'comment') void frame.id;
    // @ts-expect-error what was too long was not kept
    if (frame.kind === 'oversized') void frame.data;
    // @ts-expect-error no such kind
    void (frame.kind === 'message');
  });
});

describe('an environment refuses', () => {
  test('parts that do not exist or do something else', () => {
    // @ts-expect-error monotonicNow is meant
    hold<Partial<Environment>>({ performanceNow: () => 0 });
    // @ts-expect-error milliseconds, not a Date
    hold<Partial<Environment>>({ now: () => new Date() });
    // @ts-expect-error what cancels is a function, not a handle
    hold<Partial<Environment>>({ setTimer: (callback: () => void, delayMs: number) => setTimeout(callback, delayMs) });
    // @ts-expect-error the delay is a number
    hold<Partial<Environment>>({ setTimer: (_callback: () => void, _delay: string) => () => {} });
    // @ts-expect-error it is awaited
    hold<Partial<Environment>>({ yieldToHost: () => {} });
    // @ts-expect-error leave it out instead
    hold<Partial<Environment>>({ random: undefined });
    // @ts-expect-error a text, or undefined where there is no page
    hold<Partial<Environment>>({ baseUrl: () => null });
    // @ts-expect-error a part of it is not all of it
    hold<Environment>({ random: () => 0 });
  });

  test('half a page, and events that no page has', () => {
    // @ts-expect-error whether it is hidden has to be known
    hold<Partial<Environment>>({ page: { listen: () => () => {} } });
    // @ts-expect-error what ends it
    hold<Page['listen']>(() => {});
    // @ts-expect-error pageshow is meant
    hold<PageEvent>('show');
  });
});

describe('the request refuses', () => {
  test('headers that no request can have', () => {
    // @ts-expect-error headers are text
    hold<HeadersInput>({ 'x-page': 1 });
    // @ts-expect-error leave it out instead
    hold<HeadersInput>({ authorization: undefined });
    // @ts-expect-error pairs
    hold<HeadersInput>([['x-page', '1', '2']]);
    // @ts-expect-error a Map is none
    hold<HeadersInput>(new Map([['x-page', '1']]));
  });

  test('query values that have no one text', () => {
    // @ts-expect-error which format?
    hold<QueryValue>(new Date());
    // @ts-expect-error no objects
    hold<Query>({ filter: { done: true } });
    // @ts-expect-error no lists in lists
    hold<Query>({ page: [[1]] });
    // @ts-expect-error nor symbols
    hold<QueryValue>(Symbol.iterator);
    // @ts-expect-error the URL can have it itself
    hold<Query>('page=1');
  });

  test('bodies and credentials that fetch would not take', () => {
    // @ts-expect-error JSON.stringify is yours
    hold<BodyInput>({ prompt: 'Hello' });
    // @ts-expect-error that is EventSource's
    hold<CredentialsInput>(true);
    // @ts-expect-error same-origin is meant
    hold<CredentialsInput>('same-site');
    // @ts-expect-error a function is asked without arguments
    hold<Resolvable<string>>((url: string) => url);
    // @ts-expect-error not what a function gives may be a function again
    hold<Resolvable<string>>(() => () => 'POST');
  });
});

describe('the other options refuse', () => {
  test('words and functions that are not theirs', () => {
    // @ts-expect-error json or text
    hold<Decode>('binary');
    // @ts-expect-error JSON.parse as it is takes no event
    hold<Decode>(JSON.parse);
    // @ts-expect-error what is decoded is text
    hold<Decode>((bytes: Uint8Array) => bytes);
    // @ts-expect-error it is a type of event, not data yet
    hold<Decode>((_text, event) => event.data);
    // @ts-expect-error frame, sync or milliseconds
    hold<FlushMode>('16ms');
    // @ts-expect-error false means nothing: sync is meant
    hold<FlushMode>(false);
    // @ts-expect-error read-only
    undecoded.raw = '';
  });

  test('answers that nobody waits for', () => {
    // @ts-expect-error it is decided at once
    hold<ReconnectOptions>({ shouldRetry: () => Promise.resolve(true) });
    // @ts-expect-error a key is a text
    hold<DedupeOptions>({ key: ({ seq }) => seq });
    // @ts-expect-error seconds are nobody's unit here
    hold<EventClientOptions>({ connectTimeoutMs: { seconds: 5 } });
  });
});

describe('an error refuses', () => {
  test('what another code has', () => {
    // @ts-expect-error only an HTTP answer has one
    if (reported.code === 'network') void reported.status;
    // @ts-expect-error the limit is that of a too large event
    if (reported.code === 'decode') void reported.limit;
    // @ts-expect-error a timeout is not a silence
    if (reported.code === 'connect-timeout') void reported.silentMs;
    // @ts-expect-error a type that did not come is null
    if (reported.code === 'content-type') reported.contentType satisfies string;
    // @ts-expect-error where the answer said nothing it is undefined
    if (reported.code === 'http') reported.retryAfterMs satisfies number;
    // @ts-expect-error an event before it was decoded
    if (reported.code === 'decode') void reported.event.data;
  });

  test('codes that no error has', () => {
    // @ts-expect-error `connect-timeout` or `heartbeat-timeout` is meant
    void (reported.code === 'timeout');
    // @ts-expect-error a code is a word, not a number of HTTP
    void (reported.code === 503);
  });

  test('to be handled with a code forgotten', () => {
    if (reported.code === 'network' || reported.code === 'http' || reported.code === 'content-type') return;
    if (reported.code === 'connect-timeout' || reported.code === 'heartbeat-timeout') return;
    // @ts-expect-error `decode` was forgotten
    if (reported.code !== 'event-too-large' && reported.code !== 'attempts-exhausted') hold<never>(reported);
  });
});
