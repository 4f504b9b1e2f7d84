/** What users may import. Not exported: the rooms that a server is made of. */
export { createPushStream } from './create.ts';
export type { Emit } from './emit.ts';
export type { Environment } from './environment.ts';
export {
  ClosedError,
  EventTooLargeError,
  LogUnavailableError,
  PushStreamError,
  SchemaError,
  type SchemaIssue,
} from './errors.ts';
export type { EventType, OutgoingEventOf, Published, PublishOptions } from './events.ts';
export type { Authorize, Grant, StreamRequest } from './grant.ts';
export type { NodeHandler } from './hosts/node.ts';
export type { GapReason, Log, LogEntry, LogHead, LogPage, NewEntry, Position, Stored } from './log/log.ts';
export type { Changes, Pages, Shared } from './log/shared.ts';
export { memoryLog, type MemoryLogOptions } from './log/memory.ts';
export type { Limits, PushStreamOptions, SlowConsumerOptions, SlowConsumerStrategy } from './options.ts';
export type { DrainOptions, PushStream, RevokeOptions, Settings } from './push-stream.ts';
export type { RouteOptions } from './route.ts';
export type { SchemaMap, SchemaResult, StandardSchema } from './schemas.ts';
export type { PresentSession, SessionInfo } from './session-info.ts';
export type { Source, SourceOptions } from './source.ts';
export type { Stats } from './stats.ts';
