import type {
  Matching,
  NewestData,
  Pattern,
  StreamControls,
  StreamOptions,
  StreamResult,
} from 'pushstream-client/binding';
import type { ComputedRef, MaybeRefOrGetter } from 'vue';

/** How a component looks at a stream, and the client's options where the source is a URL. */
export interface UseEventStreamOptions<
  Events extends object,
  Name extends Pattern<Events> = '*',
  Data = NewestData<Events, Name>,
  Selected = StreamResult<Matching<Events, Name>, Data>,
> extends Omit<StreamOptions<Events, Name, Data, Selected>, 'enabled'> {
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
  UseEventStreamOptions<Events, never, unknown, never>,
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
