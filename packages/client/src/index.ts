export type { OpenInfo, Retry } from './connection/state.ts';
export type { CursorStore } from './cursor-store.ts';
export type { Decode } from './decode.ts';
export type { Environment, Page, PageEvent } from './environment.ts';
export {
  AttemptsExhaustedError,
  BufferOverflowError,
  ConnectTimeoutError,
  ContentTypeError,
  DecodeError,
  EventClientError,
  EventTooLargeError,
  HeartbeatTimeoutError,
  HttpError,
  NetworkError,
  type SchemaIssue,
  type StreamError,
  type UndecodedEvent,
} from './errors.ts';
export { EventClient, type KnownPattern } from './event-client.ts';
export type { EventOf, EventPattern, EventType, Listener, MatchingType, StreamEvent, Unsubscribe } from './events.ts';
export type { FlushMode } from './flush.ts';
export type { FrameOutcome, InspectedState, Inspection, Observer } from './inspect.ts';
export type { EventIterator, EventsOptions } from './iterate.ts';
export type { DroppedInfo, Lifecycle, LifecycleEvents, LifecycleListener, ResetInfo } from './lifecycle.ts';
export {
  type History,
  type HistoryOptions,
  type LiveState,
  liveState,
  type LiveStateEvents,
  type ReduceOptions,
} from './live-state.ts';
export type { DedupeOptions, EventClientOptions, ReconnectOptions, ResumeOptions, SchemaOptions } from './options.ts';
export type { SchemaMap, SchemaResult, StandardSchema } from './schemas.ts';
export { type ClientScope, createClientScope, sharedClient, type SharedClientOptions } from './shared-client.ts';
export { localCursor, sessionCursor } from './storage-cursor.ts';
export type { Snapshot, Status } from './snapshot.ts';
export type { CommentFrame, EventFrame, Frame, IdFrame, OversizedFrame, RetryFrame } from 'pushstream-protocol';
export type {
  BodyInput,
  CredentialsInput,
  HeadersInput,
  Query,
  QueryValue,
  Resolvable,
  Resume,
  Transport,
  TransportLimit,
  TransportReport,
  TransportRequest,
} from './transport/transport.ts';
// Not exported: the machine, the parser and the dispatcher. They are rooms of this house, free to change.
