export {
  type StreamStatus,
  useEvent,
  useEventStream,
  useRetryCountdown,
  type UseStreamOptions,
  useStreamStatus,
} from './hooks.ts';
export { type DefaultOptions, PushStreamProvider, type PushStreamProviderProps } from './provider.ts';
export { type AwaitedResult, type SuspenseOptions, useSuspenseEventStream } from './suspense.ts';
export type { StreamControls, StreamOptions, StreamResult, StreamSource, StreamUrl } from 'pushstream-client/binding';
// Not exported: whatever can be had from `pushstream-client`; a server component would get a reference to it.
