import { computed, signal } from '@preact/signals-core';
import { check, misuse } from 'pushstream-protocol';
import type { EventClient } from '../event-client.ts';
import type { StreamEvent } from '../events.ts';
import { createFolding } from '../fold.ts';
import { isDevelopment } from '../host.ts';
import { listenAll } from '../listen.ts';
import type { ClientScope } from '../shared-client.ts';
import { initialSnapshot } from '../snapshot.ts';
import { type Stream, streams } from '../stream.ts';
import { createResultFold } from './result.ts';
import { type AnyOptions, findClient, isClient, keyOf } from './source.ts';
import type { Matching, Pattern, StreamControls, StreamOptions, StreamResult, StreamSource } from './types.ts';

/** One component's hold on one stream. Making it does nothing; `attach` takes the lease. */
export interface Binding<Events extends object, Name extends Pattern<Events>, Data> {
  /** Whether it is still what these would make; if not, make another, attach it, and only then detach this one. */
  fits(source: StreamSource<Events>, options: StreamOptions<Events, Name, Data, never>): boolean;
  /** Uses the newest functions of the options. */
  update(options: StreamOptions<Events, Name, Data, never>): void;
  /** Finds the client, listens, takes a lease; returns what undoes all of it, once. May be called again afterwards. */
  attach(): () => void;
  /** The client that it is attached to, or was given. */
  readonly client: EventClient<Events> | undefined;
  /** Calls back now and at each change of the result. */
  readonly subscribe: (run: (result: StreamResult<Matching<Events, Name>, Data>) => void) => () => void;
  /** The result; the same object until something changes. */
  readonly getSnapshot: () => StreamResult<Matching<Events, Name>, Data>;
  /** The result before anything happened: what a server renders, the same object for ever. */
  readonly getServerSnapshot: () => StreamResult<Matching<Events, Name>, Data>;
}

/** What came before a component could be mounted. */
export interface Earlier {
  /** Where it came from. */
  readonly client: EventClient;
  /** May grow until the binding is attached. */
  readonly events: readonly StreamEvent[];
  /** To be called with a lease of one's own. */
  readonly release: () => void;
}

type AnyListeners = Readonly<Record<string, (data: unknown, event: StreamEvent) => void>>;

/** Whoever pauses a shared stream has a reason of their own. */
let reasons = 0;

/**
 * Binds a component to a stream: what all frameworks' bindings have in common.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function createBinding<Events extends object, Name extends Pattern<Events>, Data>(
  source: StreamSource<Events>,
  options: StreamOptions<Events, Name, Data, never>,
  scope?: ClientScope,
  earlier?: Earlier,
): Binding<Events, Name, Data>;
export function createBinding(source: unknown, given: object, scope?: ClientScope, earlier?: Earlier): object {
  check('options', given, 'object');
  // The overload says what they are; here nothing depends on which events there are.
  const options = given as AnyOptions;
  const { enabled = true, events = '*', history, initial, seed } = options;
  if (history !== undefined) check('options.history', history, 'whole 0..1048576');
  if (options.reduce && !('initial' in options || seed))
    throw misuse('options.initial', 'what reduce begins with', 'none');
  const key = keyOf(source, options);
  reasons += 1;
  const reason = `binding ${reasons}`;
  let latest = options;
  let lease: (() => void) | undefined;
  let unlisten: (() => void) | undefined;
  const attached = signal<EventClient | undefined>(enabled && isClient(source) ? source : earlier?.client);

  const streamOf = (client: EventClient | undefined): Stream | undefined => client && streams.get(client);
  const fold = createResultFold(seed && 'data' in seed ? seed.data : initial, initial, history, () => latest.reduce);
  let missed = earlier;
  const seen = earlier?.events.length;
  for (const event of earlier?.events ?? []) fold.take(event);
  const folding = createFolding(fold);
  const controls: StreamControls = {
    connect() {
      if (!unlisten) return;
      const client = attached.peek();
      lease ??= client?.retain();
      client?.connect();
    },
    disconnect() {
      lease?.();
      lease = undefined;
    },
    reconnect() {
      if (!unlisten) return;
      const client = attached.peek();
      lease ??= client?.retain();
      client?.reconnect();
    },
    pause() {
      // Who is gone must not hold up those who stay.
      if (unlisten) attached.peek()?.pause(reason);
    },
    resume: () => attached.peek()?.resume(reason),
    clear: () => folding.clear(streamOf(attached.peek())?.flush),
  };

  const begin = seed?.lastEventId ?? '';
  const compose = (client: EventClient | undefined, folded: ReturnType<typeof folding.signal.peek>): object => {
    const { status, error, retry } = client ? client.snapshot.value : initialSnapshot;
    const lastEventId = folded.event?.lastEventId ?? (client?.lastEventId || begin);
    return Object.freeze({ status, error, retry, ...folded, lastEventId, ...controls });
  };
  const server = compose(undefined, folding.signal.peek());
  // Before anything happened: the very object that the server rendered.
  const result = computed(() => {
    const [client, folded] = [attached.value, folding.signal.value];
    return client ? compose(client, folded) : server;
  });

  /** Somebody else may have made the client, or gone on with it. Where nothing came yet it can still begin there. */
  function beginAtSeed({ cursor, environment, runner }: Stream): void {
    const wanted = seed?.lastEventId ?? '';
    if (wanted === '' || wanted === cursor.value) return;
    if (cursor.value === '' && runner.state.opens === 0) {
      cursor.start(wanted);
      // What was asked for a moment ago was asked for without it.
      if (runner.state.phase === 'connecting') runner.send({ type: 'reconnect' });
    } else if (isDevelopment()) {
      environment.warn(
        `PushStream: expected a stream that resumes from the seed's ${JSON.stringify(wanted)}, got one that is at ${JSON.stringify(cursor.value)}: what came in between is not shown`,
      );
    }
  }

  /** Listeners by name, as the newest options have them. */
  function listenByName(stream: Stream): () => void {
    const named = (): AnyListeners => ({ ...(latest.on as AnyListeners | undefined) });
    const types = Object.entries(named()).map(([type, listener]) => {
      check(`options.on.${type}`, listener, 'function');
      return [type, (data: unknown, event: StreamEvent) => named()[type]?.(data, event)] as const;
    });
    return listenAll(stream, types);
  }

  return {
    fits(other: unknown, others: AnyOptions) {
      const theirs = keyOf(other, others);
      return theirs.length === key.length && theirs.every((part, at) => part === key[at]);
    },
    update(next: AnyOptions) {
      const isSame = Object.keys(next.on ?? {}).join() === Object.keys(latest.on ?? {}).join();
      latest = next;
      const stream = streamOf(attached.peek());
      if (isSame || !unlisten || !stream) return;
      unlisten();
      unlisten = listenByName(stream);
    },
    attach() {
      const client = findClient(source, latest, scope, attached.peek()?.lastEventId);
      const stream = streamOf(client);
      if (!client || !stream) return () => {};
      if (!attached.peek()) beginAtSeed(stream);
      const unfold = folding.listenTo(stream, events, missed?.events.slice(seen));
      try {
        unlisten = listenByName(stream);
      } catch (error) {
        // Nothing is left of an attempt that is refused.
        unfold();
        throw error;
      }
      attached.value = client;
      lease = client.retain();
      missed?.release();
      missed = undefined;
      let isAttached = true;
      return () => {
        if (!isAttached) return;
        isAttached = false;
        unfold();
        unlisten?.();
        unlisten = undefined;
        client.resume(reason);
        controls.disconnect();
      };
    },
    get client() {
      return attached.peek();
    },
    subscribe: (run: (value: object) => void) => result.subscribe(run),
    getSnapshot: () => result.peek(),
    getServerSnapshot: () => server,
  };
}
