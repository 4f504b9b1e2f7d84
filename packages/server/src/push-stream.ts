import type { EventType, OutgoingEventOf, Published, PublishOptions } from './events.ts';
import type { NodeHandler } from './hosts/node.ts';
import type { Shared } from './log/shared.ts';
import type { PushStreamOptions } from './options.ts';
import type { RouteOptions } from './route.ts';
import type { PresentSession, SessionInfo } from './session-info.ts';
import type { Source, SourceOptions } from './source.ts';
import type { Stats } from './stats.ts';

/** How a server is emptied. */
export interface DrainOptions {
  /** Over how long the streams are ended, in milliseconds. @default 10_000 */
  readonly windowMs?: number | undefined;
}

/** Whose streams are to be ended; every part that is there has to fit. */
export interface RevokeOptions {
  /** Of the grant. @default none */
  readonly clientId?: string | undefined;
  /** What the grant was given for. @default none */
  readonly credential?: string | undefined;
}

/** What `configure` can still change; it is for connections and events from then on. */
export type Settings<Events extends object> = Omit<PushStreamOptions<Events>, 'log' | 'environment'>;

/** One hub: a log, its streams, and everything that is published to them. */
export interface PushStream<Events extends object = Record<string, unknown>> {
  /**
   * Stores an event and hands it to every stream that is to get it; resolves when it is stored.
   *
   * @throws {TypeError} For a type, channel, tag or key that cannot be.
   * @throws {SchemaError} For data that its schema refuses.
   * @throws {EventTooLargeError} For data above `limits.eventBytes`.
   * @throws {LogUnavailableError} When the log cannot store it now.
   * @throws {ClosedError} After `close()`.
   */
  publish<Type extends EventType<Events>>(type: Type, data: Events[Type], options?: PublishOptions): Promise<Published>;
  /** Changes settings; what is left out stays, also each limit for itself. */
  configure(settings: Settings<Events>): PushStream<Events>;
  /** Adds a source: it runs until the server closes, and again when it fails. */
  source(source: Source<OutgoingEventOf<Events>>, options?: SourceOptions): PushStream<Events>;
  /** For `node:http`, `node:http2`, Express, and what hands out their requests (Fastify, Koa). */
  handler(options?: RouteOptions): NodeHandler;
  /**
   * For hosts that speak Fetch: Hono, Next.js, SvelteKit, Bun, Deno. `host`: what the host hands along
   * with a request; Bun's server is told not to end streams that are silent.
   */
  readonly fetch: (request: Request, host?: unknown) => Promise<Response>;
  /** `fetch` for one route. */
  fetchHandler(options?: RouteOptions): (request: Request, host?: unknown) => Promise<Response>;
  /** The cursor of now. Ask for it before loading a state; a client that begins there misses nothing. */
  cursor(): Promise<string>;
  /** The open streams of this instance. */
  sessions(): readonly SessionInfo[];
  /**
   * The open streams of all instances on the log, as those told within the last seconds.
   *
   * @throws {LogUnavailableError} When the others cannot be asked.
   */
  presence(): Promise<readonly PresentSession[]>;
  /**
   * Ends a session by the name that its client gave it by `?session=`, for good and on every instance: who
   * comes under it within an hour gets a 204. By a connection's id, it ends that connection only. Resolves
   * to whether there was one, when the order is stored.
   *
   * @throws {LogUnavailableError} When the others cannot be told; here it is done.
   */
  kill(session: string): Promise<boolean>;
  /** `kill` for every stream that `presence()` tells. Resolves to how many they are, and rejects as it does. */
  killAll(): Promise<number>;
  /**
   * Ends the streams of a client or of a credential on every instance; they have to be authorised again.
   * Resolves to how many they are, as far as the instances have told, when the order is stored.
   *
   * @throws {TypeError} Where neither is named; at once.
   * @throws {LogUnavailableError} When the others cannot be told; here it is done.
   */
  revoke(who: RevokeOptions): Promise<number>;
  /** What the instances on the log share beside it: the log's own, or one of this hub alone. */
  readonly shared: Shared;
  /** What happened so far, and how it is now. */
  stats(): Stats;
  /** Takes no more streams (503), tells and ends the open ones over a window. Publishing goes on. */
  drain(options?: DrainOptions): Promise<void>;
  /** Ends sources, streams and the log, at once. */
  close(): Promise<void>;
  /** Closes it: `await using push = createPushStream()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
