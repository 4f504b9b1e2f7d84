import type { EventClient, KnownPattern } from '../event-client.ts';
import type { EventOf, EventPattern, EventType, Listener, MatchingType } from '../events.ts';
import type { Retry } from '../connection/state.ts';
import type { StreamError } from '../errors.ts';
import type { SharedClientOptions } from '../shared-client.ts';
import type { Status } from '../snapshot.ts';

/** A URL that says what its events are: `'/events' as StreamUrl<TaskEvents>`. */
export type StreamUrl<Events extends object> = string & { readonly '~events'?: Events };

/** Where a component's events come from: a client, or the URL of a shared one. None of them: an idle stream. */
export type StreamSource<Events extends object> =
  | EventClient<Events>
  | StreamUrl<Events>
  | string
  | URL
  | null
  | undefined
  | false;

/** What `events` may name. */
export type Pattern<Events extends object> = EventType<Events> | EventPattern;

/** The envelopes that a name or pattern lets through. */
export type Matching<Events extends object, Name extends string> = EventOf<
  Events,
  MatchingType<Events, Name> & EventType<Events>
>;

/** The data of the newest event; `undefined` before the first. */
export type NewestData<Events extends object, Name extends string> = Matching<Events, Name>['data'] | undefined;

/** What a server rendered, and where the client goes on behind it. */
export interface Seed<Data> {
  /** What the page already shows. */
  readonly data?: Data;
  /** The last event that is in it. */
  readonly lastEventId?: string;
}

/** Listeners by type, for what is to happen rather than to be shown. */
export type Listeners<Events extends object> = {
  readonly [Type in EventType<Events> | '*']?: Listener<Events, Type>;
};

/** A reducer has to begin with something. */
export type WithInitial<Data> = { readonly reduce?: undefined } | { readonly initial: Data };

/** How a component looks at a stream; the options of the client too, where the source is a URL. */
export type StreamOptions<
  Events extends object,
  Name extends Pattern<Events> = '*',
  Data = NewestData<Events, Name>,
  Selected = StreamResult<Matching<Events, Name>, Data>,
> = BindingOptions<Events, Name, Data, Selected> & WithInitial<Data>;

/** The same for whoever hands them on: that a reducer has something to begin with is checked when it is used. */
export interface BindingOptions<
  Events extends object,
  Name extends Pattern<Events> = '*',
  Data = NewestData<Events, Name>,
  Selected = StreamResult<Matching<Events, Name>, Data>,
> extends SharedClientOptions<Events> {
  /** `false`: as without a source. @default true */
  readonly enabled?: boolean;
  /** One type or pattern, or several; an event that several match counts once. @default "*" */
  readonly events?: KnownPattern<Events, Name> | readonly KnownPattern<Events, Name>[];
  /** How many of the newest events are kept in `events`. @default none */
  readonly history?: number;
  /** Makes `data` of every event, once each; needs `initial`. @default the newest event's data */
  readonly reduce?: (data: Data, event: Matching<Events, Name>) => Data;
  /** `data` before the first event, and after `clear()`. @default undefined */
  readonly initial?: Data;
  /** What the server rendered: the client resumes behind it. @default none */
  readonly seed?: Seed<Data>;
  /** Called for every event, newest listener, without any effect on what is shown. @default none */
  readonly on?: Listeners<Events>;
  /** Picks what the component shows out of the whole result; it follows only when that changes. @default all of it */
  readonly select?: (result: StreamResult<Matching<Events, Name>, Data>) => Selected;
  /** When two selections are the same. @default shallow equality */
  readonly isEqual?: (one: Selected, other: Selected) => boolean;
}

/** What a component does with its stream. The functions are the same for the life of the component's source. */
export interface StreamControls {
  /** Takes this component's lease again, and opens what is closed. */
  readonly connect: () => void;
  /**
   * Gives this component's lease back, until `connect()` or until it is there anew: the stream ends when nobody else
   * holds one.
   */
  readonly disconnect: () => void;
  /** A new connection now, from the cursor, for all who share it. */
  readonly reconnect: () => void;
  /** Drops the connection, for all who share it, until `resume()`, and while this component is there. */
  readonly pause: () => void;
  /** Takes this component's pause back; goes on from the cursor. */
  readonly resume: () => void;
  /** Back to `initial`, without events. */
  readonly clear: () => void;
}

/** A stream as a component shows it: frozen, the same object until something changes. */
export interface StreamResult<Event, Data> extends StreamControls {
  /** The connection in one word. */
  readonly status: Status;
  /** What went wrong, while reconnecting or closed; else `null`. */
  readonly error: StreamError | null;
  /** The wait before the next attempt, while there is one. */
  readonly retry: Retry | null;
  /** What `reduce` made of all events, or the newest event's data. */
  readonly data: Data;
  /** The newest event; `undefined` before the first. */
  readonly event: Event | undefined;
  /** The newest events, as many as `history` says; empty without it. */
  readonly events: readonly Event[];
  /** How many events `events` let go. */
  readonly dropped: number;
  /** The newest event's, or where the stream began. */
  readonly lastEventId: string;
}
