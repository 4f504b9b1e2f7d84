import { misuse } from 'pushstream-protocol';
import type { EventClient } from '../event-client.ts';
import type { StreamEvent } from '../events.ts';
import { isServer } from '../host.ts';
import { listenAll } from '../listen.ts';
import type { ClientScope } from '../shared-client.ts';
import { type Stream, streams } from '../stream.ts';
import { type Binding, createBinding, type Earlier } from './binding.ts';
import { type AnyOptions, findClient } from './source.ts';
import type { Pattern, StreamOptions, StreamSource } from './types.ts';

/** A component that is suspended has no effects: nobody tells when it is gone. So it is waked now and then. */
const WAKE_AFTER_MS = 5_000;
/** How long it all is kept for a component that could be mounted now. */
const KEEP_MS = 10_000;
/**
 * How long still once one was mounted, or was told the error. Others of the same page follow soon, and renderers
 * ask again before they believe an error; who asks later means another attempt.
 */
const FOLLOW_MS = 1_000;

interface Waiting {
  /** What came, or else when it is worth asking again. Throws what closed the stream before anything came. */
  ask(): Earlier | Promise<void>;
}

/** By client, then by the events that are waited for. */
const waitings = new WeakMap<EventClient, Map<string, Waiting>>();

function wait(client: EventClient, stream: Stream, names: readonly string[], forget: () => void): Waiting {
  const { closing, environment, flush } = stream;
  const events: StreamEvent[] = [];
  let isReady = false;
  let failure: Error | undefined;
  let isAwaited = true;
  let wake = (): void => {};
  let turn = next();
  let cancel = (): void => {};

  function next(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
    });
  }

  function look(): void {
    if (!isAwaited) {
      end();
      return;
    }
    isAwaited = false;
    wake();
    turn = next();
    cancel = environment.setTimer(look, WAKE_AFTER_MS);
  }

  function keep(ms: number): void {
    cancel();
    cancel = environment.setTimer(end, ms);
  }

  function take(_data: unknown, event: StreamEvent): void {
    // Several patterns may match one event; their listeners are called one after the other.
    if (event === events.at(-1)) return;
    events.push(event);
    // Together with the status: who is waked shows both.
    if (events.length === 1) flush(ready);
  }

  function ready(): void {
    if (isOver) return;
    isReady = true;
    keep(KEEP_MS);
    wake();
  }

  function closed(error: Error | null): void {
    if (events.length > 0) return;
    failure ??= error ?? new Error(`PushStream: ${client.url} ended before its first event`);
    keep(KEEP_MS);
    wake();
  }

  let isOver = false;
  const unlisten = listenAll(
    stream,
    names.map((name) => [name, take] as const),
  );
  cancel = environment.setTimer(look, WAKE_AFTER_MS);
  closing.add(closed);
  const release = client.retain();
  // For others who hold a lease it may have ended long ago.
  if (client.status === 'closed') closed(client.snapshot.peek().error);

  function end(): void {
    isOver = true;
    cancel();
    unlisten();
    closing.delete(closed);
    release();
    forget();
  }

  const earlier: Earlier = {
    client,
    events,
    release() {
      release();
      if (!isOver) keep(FOLLOW_MS);
    },
  };
  return {
    ask() {
      isAwaited = true;
      if (isReady) return earlier;
      if (!failure) return turn;
      keep(FOLLOW_MS);
      throw failure;
    },
  };
}

/**
 * As `createBinding`, but with the first event in it; or it throws a promise of when to try again, as Suspense has it.
 * Meanwhile the stream is connected, and for a few seconds longer if nobody tries again. A `seed` with data needs no
 * event.
 *
 * @throws {Error} What closed the stream before its first event; on a server, where there is nothing to wait for.
 */
export function createAwaitedBinding<Events extends object, Name extends Pattern<Events>, Data>(
  source: StreamSource<Events>,
  options: StreamOptions<Events, Name, Data, never>,
  scope?: ClientScope,
): Binding<Events, Name, Data> {
  if (options.seed && 'data' in options.seed) return createBinding(source, options, scope);
  if (isServer())
    throw new Error('PushStream: without a seed there is no event on a server; the page will wait for it');
  const found = ask(source, options, scope);
  // oxlint-disable-next-line typescript/only-throw-error -- so a component is suspended, whatever the release of React
  if (found instanceof Promise) throw found;
  return createBinding(source, options, scope, found);
}

function ask(source: unknown, given: object, scope: ClientScope | undefined): Earlier | Promise<void> {
  // Here nothing depends on which events there are.
  const options = given as AnyOptions;
  const client = findClient(source, options, scope);
  const stream = client && streams.get(client);
  if (!client || !stream) throw misuse('source', 'a stream to wait for', 'none');
  const names = [options.events ?? '*'].flat();
  const key = JSON.stringify(names);
  const known = waitings.get(client) ?? new Map<string, Waiting>();
  waitings.set(client, known);
  const waiting = known.get(key) ?? wait(client, stream, names, () => known.delete(key));
  known.set(key, waiting);
  return waiting.ask();
}
