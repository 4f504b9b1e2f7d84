import { type ReadonlySignal, untracked } from '@preact/signals-core';
import { check } from 'pushstream-protocol';
import type { Command } from './connection/state.ts';
import type { EventOf, EventPattern, EventType, Listener, MatchingType, Unsubscribe } from './events.ts';
import type { Observer } from './inspect.ts';
import { type EventIterator, type EventsOptions, iterate } from './iterate.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { listen, listenAll } from './listen.ts';
import type { EventClientOptions, SchemaOptions } from './options.ts';
import { resolveOptions } from './resolve-options.ts';
import { type Snapshot, type Status, statusOf } from './snapshot.ts';
import { createStream, type Stream, streams } from './stream.ts';

/** A name of the map, or a pattern that at least one name matches. */
export type KnownPattern<Events extends object, Pattern extends string> = Pattern extends Pattern
  ? [MatchingType<Events, Pattern>] extends [never]
    ? never
    : Pattern
  : never;

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
  constructor(url: string | URL, options: EventClientOptions & SchemaOptions<Events> = {}) {
    const resolved = resolveOptions(url, options);
    // A stream that lives keeps its client: who shares clients finds it again.
    const stream = createStream(resolved, () => this.#begin('connect'));
    this.url = resolved.url;
    this.snapshot = stream.snapshot;
    this.lifecycle = createLifecycle(stream.lifecycle, stream.cannot);
    this.#stream = stream;
    streams.set(this, stream);
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
    return listen(this.#stream, pattern, listener);
  }

  /** As `on`, for one event. */
  once<Pattern extends EventType<Events> | EventPattern>(
    pattern: KnownPattern<Events, Pattern>,
    listener: Listener<Events, Pattern>,
  ): Unsubscribe {
    return listen(this.#stream, pattern, listener, true);
  }

  /** Ends what `on` and `once` began with the same type or pattern; without a listener, all of it. */
  off<Pattern extends EventType<Events> | EventPattern>(
    pattern: KnownPattern<Events, Pattern>,
    listener?: Listener<Events, Pattern>,
  ): void {
    this.#stream.events.off(pattern, listener);
  }

  /**
   * The events of a type, of a pattern or, by default, all, to loop over with `for await`, from this
   * call on. It does not connect. The loop ends when the client closes, with the error if there is one.
   *
   * @throws {TypeError} For an empty type, or an option of the wrong type.
   * @throws {RangeError} For a limit that is not from 1 to 1,048,576.
   */
  events<Pattern extends EventType<Events> | EventPattern = '*'>(
    pattern?: KnownPattern<Events, Pattern>,
    options: EventsOptions = {},
  ): EventIterator<EventOf<Events, MatchingType<Events, Pattern> & EventType<Events>>> {
    const stream = this.#stream;
    return iterate(
      {
        listen: (take) =>
          listenAll(stream, [[pattern ?? '*', (_data: unknown, event: Parameters<typeof take>[0]) => take(event)]]),
        onClose(closed) {
          stream.closing.add(closed);
          return () => stream.closing.delete(closed);
        },
      },
      options,
    );
  }

  /**
   * Takes a lease: the first connects, the last one given back disconnects after `lingerMs`, unless
   * somebody had connected by hand. What it returns gives the lease back; calling it again does nothing.
   */
  retain(): Unsubscribe {
    return this.#stream.leases.take();
  }

  /** Leases that are held now. */
  get leases(): number {
    return this.#stream.leases.count;
  }

  /**
   * Tells what happens inside: inputs, transitions, frames, listeners and leases, for debugging. Costs
   * nothing while nobody looks. Begins with the listeners and leases as they are.
   *
   * @throws {TypeError} For an observer that is no function.
   */
  inspect(observer: Observer): Unsubscribe {
    check('observer', observer, 'function');
    const { inspector, events, leases } = this.#stream;
    return inspector.observe(observer, [
      { kind: 'listeners', listeners: events.patterns },
      { kind: 'leases', leases: leases.count },
    ]);
  }

  /** Opens the stream; skips the wait if there is one. Does nothing while a connection is there. */
  connect(): void {
    this.#stream.leases.takeOver();
    this.#begin('connect');
  }

  /** Ends the stream until `connect()`. `close` is the last thing that fires, no timer is left; the cursor is kept. */
  disconnect(): void {
    this.#send({ type: 'disconnect' });
  }

  /** A new connection now, from the cursor, whatever there is. */
  reconnect(): void {
    this.#stream.leases.takeOver();
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

  /** Disconnects and forgets every listener, lease and observer. */
  [Symbol.dispose](): void {
    const { closing, events, inspector, leases, lifecycle } = this.#stream;
    this.disconnect();
    // Also where it was closed before: who still waits for an event gets none any more.
    for (const closed of closing) closed(null);
    leases.clear();
    events.clear();
    lifecycle.clear();
    inspector.clear();
  }
}
