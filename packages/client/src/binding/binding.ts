import { computed, signal } from '@preact/signals-core';
import { check, misuse } from '../checks.ts';
import type { EventClient } from '../event-client.ts';
import type { StreamEvent } from '../events.ts';
import { createFolding } from '../fold.ts';
import { listen } from '../listen.ts';
import { type ClientScope, identityOf, sharedClient } from '../shared-client.ts';
import { initialSnapshot } from '../snapshot.ts';
import { type Stream, streams } from '../stream.ts';
import { createResultFold } from './result.ts';
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

type AnyOptions = StreamOptions<object, never, unknown, never>;
type AnyListeners = Readonly<Record<string, (data: unknown, event: StreamEvent) => void>>;

/** Whoever pauses a shared stream has a reason of their own. */
let reasons = 0;

function isClient(source: unknown): source is EventClient {
  return typeof source === 'object' && source !== null && streams.has(source);
}

/** A client, a URL, or nothing; everything else is a mistake. */
function isUrl(source: unknown): source is string | URL {
  if (typeof source === 'string' && source !== '') return true;
  if (source instanceof URL) return true;
  if (source === null || source === undefined || source === false) return false;
  throw misuse('source', 'an EventClient, a URL, null, undefined or false', source === '' ? '""' : typeof source);
}

/** What concerns the component alone. */
const OWN = new Set(['enabled', 'events', 'history', 'reduce', 'initial', 'seed', 'on', 'select', 'isEqual']);

/** What the client is made with, where the source is a URL. */
function clientOptions(options: AnyOptions): object {
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => !OWN.has(name)));
  const { seed, cursorStore } = options;
  if (seed?.lastEventId === undefined) return own;
  // What is in the page counts more than what an earlier page had seen.
  const behind = cursorStore && {
    load: () => null,
    save: (cursor: string) => cursorStore.save(cursor),
    clear: () => cursorStore.clear(),
  };
  return { ...own, lastEventId: seed.lastEventId, ...(behind && { cursorStore: behind }) };
}

/** Everything that makes it another binding; a client is compared by itself. Nothing is like nothing. */
function keyOf(source: unknown, options: AnyOptions): readonly unknown[] {
  const { enabled = true, events = '*', history } = options;
  if (!enabled || !(isClient(source) || isUrl(source))) return [];
  return [isClient(source) ? source : identityOf(source, clientOptions(options)), JSON.stringify([events, history])];
}

/**
 * Binds a component to a stream: what all frameworks' bindings have in common.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function createBinding<Events extends object, Name extends Pattern<Events>, Data>(
  source: StreamSource<Events>,
  options: StreamOptions<Events, Name, Data, never>,
  scope?: ClientScope,
): Binding<Events, Name, Data>;
export function createBinding(source: unknown, given: object, scope?: ClientScope): object {
  check('options', given, 'object');
  // The overload says what they are; here nothing depends on which events there are.
  const options = given as AnyOptions;
  const { enabled = true, events = '*', history, initial, seed } = options;
  if (history !== undefined) check('options.history', history, '0..1048576');
  if (options.reduce && !('initial' in options || seed))
    throw misuse('options.initial', 'what reduce begins with', 'none');
  const key = keyOf(source, options);
  reasons += 1;
  const reason = `binding ${reasons}`;
  let latest = options;
  let lease: (() => void) | undefined;
  let unlisten: (() => void) | undefined;
  const attached = signal<EventClient | undefined>(enabled && isClient(source) ? source : undefined);

  function find(): EventClient | undefined {
    if (!enabled) return undefined;
    if (isClient(source)) return source;
    if (!isUrl(source)) return undefined;
    const own = clientOptions(latest);
    return scope ? scope.client(source, own) : sharedClient(source, own);
  }

  const streamOf = (client: EventClient | undefined): Stream | undefined => client && streams.get(client);
  const folding = createFolding(
    createResultFold(seed && 'data' in seed ? seed.data : initial, initial, history, () => latest.reduce),
  );
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
    pause: () => attached.peek()?.pause(reason),
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

  /** Listeners by name, as the newest options have them. */
  function listenByName({ events: dispatcher, cannot }: Stream): () => void {
    const named = (): AnyListeners => ({ ...(latest.on as AnyListeners | undefined) });
    const ends = Object.keys(named()).map((type) =>
      listen(dispatcher, cannot, type, (data: unknown, event: StreamEvent) => named()[type]?.(data, event)),
    );
    return () => ends.forEach((end) => end());
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
      const client = find();
      const stream = streamOf(client);
      if (!client || !stream) return () => {};
      attached.value = client;
      const unfold = folding.listenTo(stream, events);
      unlisten = listenByName(stream);
      lease = client.retain();
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
