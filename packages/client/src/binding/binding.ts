import { computed, signal } from '@preact/signals-core';
import { check, misuse } from 'pushstream-protocol';
import type { EventClient } from '../event-client.ts';
import type { StreamEvent } from '../events.ts';
import { createFolding } from '../fold.ts';
import type { ClientScope } from '../shared-client.ts';
import { initialSnapshot } from '../snapshot.ts';
import { type Stream, streams } from '../stream.ts';
import { goOnFrom } from './go-on.ts';
import { listenersOf, listenToNewest } from './listeners.ts';
import { createResultFold } from './result.ts';
import { type AnyOptions, findClient, isClient, keyOf } from './source.ts';
import type { Matching, Pattern, StreamControls, BindingOptions, StreamResult, StreamSource } from './types.ts';
import { type Wishes, wishesFor } from './wishes.ts';

/** One component's hold on one stream. Making it does nothing; `attach` takes the lease. */
export interface Binding<Events extends object, Name extends Pattern<Events>, Data> {
  /** Whether it is still what these would make; if not, make another, attach it, and only then detach this one. */
  fits(source: StreamSource<Events>, options: BindingOptions<Events, Name, Data, never>): boolean;
  /** Uses the newest functions of the options. */
  update(options: BindingOptions<Events, Name, Data, never>): void;
  /** Finds the client, listens, takes a lease; returns what undoes all of it, once. May be called again afterwards. */
  attach(): () => void;
  /** What its component wants of the stream: for the binding that follows. */
  readonly wishes: Wishes;
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
  /** The cursor behind them, where they grow no more. */
  readonly reached: string | undefined;
  /** To be called with a lease of one's own. */
  readonly release: () => void;
}

/** What a binding has while it is attached. */
interface Hold {
  readonly client: EventClient;
  readonly stream: Stream;
  readonly unfold: () => void;
  readonly listening: ReturnType<typeof listenToNewest>;
  lease: (() => void) | undefined;
}

/**
 * Binds a component to a stream: what all frameworks' bindings have in common. `before`: the component's binding that
 * this one is to follow.
 *
 * @throws {TypeError} For a source or an option of the wrong type.
 */
export function createBinding<Events extends object, Name extends Pattern<Events>, Data>(
  source: StreamSource<Events>,
  options: BindingOptions<Events, Name, Data, never>,
  scope?: ClientScope,
  before?: Pick<Binding<Events, Name, Data>, 'wishes'>,
  earlier?: Earlier,
): Binding<Events, Name, Data>;
export function createBinding(
  source: unknown,
  given: object,
  scope?: ClientScope,
  before?: { readonly wishes: Wishes },
  earlier?: Earlier,
): object {
  check('options', given, 'object');
  // The overload says what they are; here nothing depends on which events there are.
  const options = given as AnyOptions;
  const { enabled = true, events = '*', history, initial, seed } = options;
  if (history !== undefined) check('options.history', history, 'whole 0..1048576');
  if (options.reduce && !('initial' in options)) throw misuse('options.initial', 'what reduce begins with', 'none');
  const key = keyOf(source, options);
  const wishes = wishesFor(key[0], before?.wishes);
  let latest = options;
  let listeners = listenersOf(options);
  let held: Hold | undefined;
  const attached = signal<EventClient | undefined>(
    enabled && isClient(source) ? source : (earlier?.client ?? wishes.client),
  );

  const fold = createResultFold(seed && 'data' in seed ? seed.data : initial, initial, history, () => latest.reduce);
  let missed = earlier;
  const seen = earlier?.events.length;
  for (const event of earlier?.events ?? []) fold.take(event);
  const folding = createFolding(fold);
  /** Where a component that is shown again had been. */
  let reached: string | undefined;
  const seeded = (): string | undefined => (isClient(source) ? undefined : seed?.lastEventId || undefined);

  function enter(client: EventClient, stream: Stream): Hold {
    goOnFrom(missed ? missed.reached : (reached ?? seeded()), stream);
    const unfold = folding.listenTo(stream, events, missed?.events.slice(seen));
    const listening = listenToNewest(stream, () => listeners);
    try {
      listening.look();
    } catch (error) {
      // Nothing is left of an attempt that is refused.
      unfold();
      listening.end();
      throw error;
    }
    attached.value = wishes.client = client;
    wishes.holds += 1;
    if (wishes.isPaused) client.pause(wishes.reason);
    const hold: Hold = { client, stream, unfold, listening, lease: wishes.isLeased ? client.retain() : undefined };
    missed?.release();
    missed = undefined;
    return hold;
  }

  function leave({ client, stream, unfold, listening, lease }: Hold): void {
    unfold();
    listening.end();
    reached = stream.cursor.value;
    lease?.();
    wishes.holds -= 1;
    if (wishes.holds === 0) wishes.isLeased = wishes.isLeasedAnew;
    // Who is gone must not hold up those who stay; but where nobody does, nothing is asked for any more.
    stream.leases.settled(() => {
      if (wishes.holds === 0 || wishes.client !== client) client.resume(wishes.reason);
    });
  }

  /** To the client of now, which is another one where that of before is done with. */
  function move(): void {
    const from = held;
    const at = from?.stream.cursor.value ?? missed?.reached ?? reached;
    const client = (!wishes.isLeased && wishes.client) || findClient(source, latest, scope, at);
    const stream = client && streams.get(client);
    if (!client || !stream || client === from?.client) return;
    if (from) reached = at;
    held = enter(client, stream);
    if (from) leave(from);
  }

  function take(): EventClient | undefined {
    wishes.isLeased = wishes.isLeasedAnew = true;
    if (!held) return undefined;
    move();
    held.lease ??= held.client.retain();
    return held.client;
  }

  const controls: StreamControls = {
    connect: () => take()?.connect(),
    disconnect() {
      if (held) wishes.isLeased = false;
      else if (!wishes.client) wishes.isLeased = wishes.isLeasedAnew = false;
      held?.lease?.();
      if (held) held.lease = undefined;
    },
    reconnect: () => take()?.reconnect(),
    pause() {
      wishes.isPaused = true;
      held?.client.pause(wishes.reason);
    },
    resume() {
      wishes.isPaused = false;
      held?.client.resume(wishes.reason);
    },
    clear() {
      const client = attached.peek();
      folding.clear(client && streams.get(client)?.flush);
    },
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

  return {
    fits(other: unknown, others: AnyOptions) {
      const theirs = keyOf(other, others);
      return theirs.length === key.length && theirs.every((part, at) => part === key[at]);
    },
    update(next: AnyOptions) {
      listeners = listenersOf(next);
      latest = next;
      held?.listening.look();
    },
    attach() {
      move();
      let isAttached = true;
      return () => {
        const hold = isAttached ? held : undefined;
        if (!hold) return;
        isAttached = false;
        held = undefined;
        leave(hold);
      };
    },
    wishes,
    get client() {
      return attached.peek();
    },
    subscribe: (run: (value: object) => void) => result.subscribe(run),
    getSnapshot: () => result.peek(),
    getServerSnapshot: () => server,
  };
}
