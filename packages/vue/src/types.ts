import type {
  BindingOptions,
  Matching,
  NewestData,
  Pattern,
  StreamControls,
  StreamResult,
  WithInitial,
} from 'pushstream-client/binding';
import type { ComputedRef, MaybeRefOrGetter } from 'vue';

/** How a component looks at a stream, and the client's options where the source is a URL. */
export type UseEventStreamOptions<
  Events extends object,
  Name extends Pattern<Events> = '*',
  Data = NewestData<Events, Name>,
  Selected = StreamResult<Matching<Events, Name>, Data>,
> = ComposableOptions<Events, Name, Data, Selected> & WithInitial<Data>;

/** The same for whoever hands them on. */
export interface ComposableOptions<
  Events extends object,
  Name extends Pattern<Events> = '*',
  Data = NewestData<Events, Name>,
  Selected = StreamResult<Matching<Events, Name>, Data>,
> extends Omit<BindingOptions<Events, Name, Data, Selected>, 'enabled'> {
  /** `false`: as without a source. @default true */
  readonly enabled?: MaybeRefOrGetter<boolean | undefined>;
  /**
   * What happens while `<KeepAlive>` holds a component that is not shown: `'release'` gives its lease back
   * until it is shown again, `'keep'` goes on.
   *
   * @default "release"
   */
  readonly deactivated?: 'release' | 'keep';
}

/** As for `useEventStream`, without what concerns its result: no event is decoded for it. */
export type UseStreamOptions<Events extends object = Record<string, unknown>> = Omit<
  ComposableOptions<Events, never, unknown, never>,
  'events' | 'history' | 'reduce' | 'initial' | 'on' | 'select' | 'isEqual'
>;

/** A stream as refs that can be destructured, and what can be done with it. */
export type EventStreamRefs<Event, Data> = StreamControls & {
  readonly [Field in Exclude<keyof StreamResult<Event, Data>, keyof StreamControls>]: ComputedRef<
    StreamResult<Event, Data>[Field]
  >;
};

/** The connection alone, as refs. */
export type StreamStatusRefs = Pick<EventStreamRefs<unknown, unknown>, 'status' | 'error' | 'retry'>;
