export { useEvent, useEventStream, useRetryCountdown, useStreamStatus } from './composables.ts';
export { type DefaultOptions, type PushStreamContext, pushStreamKey, pushStreamPlugin } from './plugin.ts';
export type { EventStreamRefs, StreamStatusRefs, UseEventStreamOptions, UseStreamOptions } from './types.ts';
export type { StreamSource, StreamUrl } from 'pushstream-client/binding';
