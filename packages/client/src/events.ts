/** Names of an event map. */
export type EventType<Events extends object> = keyof Events & string;

/**
 * One event as listeners get it: frozen, a fresh object each.
 *
 * @see https://html.spec.whatwg.org/multipage/comms.html#the-messageevent-interface
 */
export interface StreamEvent<Type extends string = string, Data = unknown> {
  /** The `event` field; `message` where there was none. */
  readonly type: Type;
  /** What `decode` made of `raw`. */
  readonly data: Data;
  /** The `data` field's text. */
  readonly raw: string;
  /** This block's own `id` field; `undefined` where it had none. */
  readonly id: string | undefined;
  /** The standard's last event ID: this block's id, or else the last one before it. */
  readonly lastEventId: string;
  /** Origin of the URL that answered, after redirects. */
  readonly origin: string;
  /** When the bytes came, in milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Counts this client's events from 1, over all its connections. */
  readonly seq: number;
}

/** `*` alone is every event; else `*` stands for exactly one segment between dots. */
export type EventPattern = '*' | `*.${string}` | `${string}.*` | `${string}.*.${string}`;

type SegmentsMatch<Type extends string, Pattern extends string> = Pattern extends `${infer Want}.${infer WantRest}`
  ? Type extends `${infer Have}.${infer HaveRest}`
    ? Want extends '*' | Have
      ? SegmentsMatch<HaveRest, WantRest>
      : false
    : false
  : Type extends `${string}.${string}`
    ? false
    : Pattern extends '*' | Type
      ? true
      : false;

/** The event types that a name or a pattern stands for. */
export type MatchingType<Events extends object, Pattern extends string> =
  string extends EventType<Events>
    ? string
    : Pattern extends '*'
      ? EventType<Events>
      : Pattern extends EventPattern
        ? { [Type in EventType<Events>]: SegmentsMatch<Type, Pattern> extends true ? Type : never }[EventType<Events>]
        : Pattern & EventType<Events>;

/** The envelopes of the given types, as a union that `event.type` narrows. */
export type EventOf<Events extends object, Type extends EventType<Events> = EventType<Events>> = Type extends Type
  ? StreamEvent<Type, Events[Type]>
  : never;

/** Gets the data first, because most listeners need nothing else. */
export type Listener<Events extends object, Pattern extends string> = (
  data: Events[MatchingType<Events, Pattern> & keyof Events],
  event: EventOf<Events, MatchingType<Events, Pattern> & EventType<Events>>,
) => void;

/** Ends what it was returned for; calling it again does nothing. */
export type Unsubscribe = () => void;
