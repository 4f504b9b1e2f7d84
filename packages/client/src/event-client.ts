import { type ReadonlySignal, untracked } from '@preact/signals-core';
import { check } from './checks.ts';
import type { Command } from './connection/state.ts';
import type { EventPattern, EventType, Listener, MatchingType, Unsubscribe } from './events.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { listen } from './listen.ts';
import type { EventClientOptions } from './options.ts';
import { resolveOptions } from './resolve-options.ts';
import { type Snapshot, type Status, statusOf } from './snapshot.ts';
import { createStream, type Stream } from './stream.ts';

/** A name of the map, or a pattern that at least one name matches. */
export type KnownPattern<Events extends object, Pattern extends string> = [MatchingType<Events, Pattern>] extends [
  never,
]
  ? never
  : Pattern;

/**
 * A stream of server-sent events that outlives its connections: it reconnects, resumes and notices
 * silence. It does nothing before `connect()`.
 *
 * `Events` maps event types to their data; without it, data is `unknown`.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventClient<Events extends object = Record<string, unknown>> {
  /** Only a type: adapters infer `Events` from it. */
  declare readonly '~events'?: Events;

  /** Absolute, without `query` and cursor. */
  readonly url: string;
  /** The connection as state: status, error, the wait before the next attempt. No event changes it. */
  readonly snapshot: ReadonlySignal<Snapshot>;
  /** What happens to the connection, apart from the server's events. */
  readonly lifecycle: Lifecycle;

  readonly #stream: Stream;
  readonly #signal: AbortSignal | undefined;

  /**
   * @throws {TypeError} For a bad URL, an option of the wrong type or one that does not exist.
   * @throws {RangeError} For a number that is out of range.
   */
  constructor(url: string | URL, options: EventClientOptions = {}) {
    const resolved = resolveOptions(url, options);
    const stream = createStream(resolved);
    this.url = resolved.url;
    this.snapshot = stream.snapshot;
    this.lifecycle = createLifecycle(stream.lifecycle);
    this.#stream = stream;
    this.#signal = resolved.signal;
  }

  /** A command inside an effect of signals must not make the effect depend on what listeners read. */
  #send(command: Command): void {
    untracked(() => this.#stream.runner.send(command));
  }

  #begin(type: 'connect' | 'reconnect'): void {
    this.#send({ type: this.#signal?.aborted ? 'disconnect' : type });
  }

  /** The connection in one word, as of now; `snapshot` follows within a frame. */
  get status(): Status {
    return statusOf(this.#stream.runner.state);
  }

  /** Where a reconnection resumes: the last block whose dispatch completed. */
  get lastEventId(): string {
    return this.#stream.cursor.value;
  }

  /**
   * Calls `listener` for each event of a type, of a pattern (`task.*`: one segment), or of all (`*`).
   *
   * @throws {TypeError} For an empty type, or a listener that is no function.
   */
  on<Pattern extends EventType<Events> | EventPattern>(
    pattern: KnownPattern<Events, Pattern>,
    listener: Listener<Events, Pattern>,
  ): Unsubscribe {
    return listen(this.#stream.events, pattern, listener);
  }

  /** As `on`, for one event. */
  once<Pattern extends EventType<Events> | EventPattern>(
    pattern: KnownPattern<Events, Pattern>,
    listener: Listener<Events, Pattern>,
  ): Unsubscribe {
    return listen(this.#stream.events, pattern, listener, true);
  }

  /** Ends what `on` and `once` began with the same type or pattern; without a listener, all of it. */
  off<Pattern extends EventType<Events> | EventPattern>(
    pattern: KnownPattern<Events, Pattern>,
    listener?: Listener<Events, Pattern>,
  ): void {
    this.#stream.events.off(pattern, listener);
  }

  /** Opens the stream; skips the wait if there is one. Does nothing while a connection is there. */
  connect(): void {
    this.#begin('connect');
  }

  /** Ends the stream until `connect()`. `close` is the last thing that fires, no timer is left; the cursor is kept. */
  disconnect(): void {
    this.#send({ type: 'disconnect' });
  }

  /** A new connection now, from the cursor, whatever there is. */
  reconnect(): void {
    this.#begin('reconnect');
  }

  /** Drops the connection while at least one reason holds, and keeps the cursor. */
  pause(reason = 'user'): void {
    check('reason', reason, 'string');
    this.#send({ type: 'pause', reason });
  }

  /** Takes back a reason; the last one resumes from the cursor. */
  resume(reason = 'user'): void {
    check('reason', reason, 'string');
    this.#send({ type: 'resume', reason });
  }

  /** Disconnects and forgets every listener. */
  [Symbol.dispose](): void {
    this.disconnect();
    this.#stream.events.clear();
    this.#stream.lifecycle.clear();
  }
}
