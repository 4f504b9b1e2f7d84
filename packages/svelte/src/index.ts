export { type DefaultOptions, getPushStreamContext, type PushStreamContext, setPushStreamContext } from './context.ts';
export type { MaybeGetter, UseStreamOptions } from './source.ts';
export { useEvent } from './use-event.ts';
export {
  type EventStream,
  eventStreamStore,
  type EventStreamStore,
  type StreamStatus,
  useEventStream,
  useStreamStatus,
} from './use-event-stream.ts';
export { type RetryCountdown, useRetryCountdown } from './use-retry-countdown.ts';
export type {
  Listeners,
  Matching,
  NewestData,
  Pattern,
  Seed,
  StreamControls,
  StreamOptions,
  StreamResult,
  StreamSource,
  StreamUrl,
} from 'pushstream-client/binding';
