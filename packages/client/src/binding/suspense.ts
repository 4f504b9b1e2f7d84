import { misuse } from 'pushstream-protocol';
import type { EventClient } from '../event-client.ts';
import type { StreamEvent } from '../events.ts';
import { isServer } from '../host.ts';
import { listenAll } from '../listen.ts';
import type { ClientScope } from '../shared-client.ts';
import { type Stream, streams } from '../stream.ts';
import { type Binding, createBinding, type Earlier } from './binding.ts';
import { goOnFrom } from './go-on.ts';
import { type AnyOptions, findClient, isClient, keyOf } from './source.ts';
import type { Pattern, BindingOptions, StreamSource } from './types.ts';

/** A component that is suspended has no effects: nobody tells when it is gone. So it is waked now and then. */
const WAKE_AFTER_MS = 5_000;
/** How long the stream is kept for a component that could be mounted now. */
const KEEP_MS = 10_000;
/** How long what comes is kept for it without a lease: something else may suspend the same page for longer. */
const REMEMBER_MS = 300_000;
const MAX_REMEMBERED = 1_024;
/**
 * How long still once one was mounted, or was told the error. Others of the same page follow soon, and renderers
 * ask again before they believe an error; who asks later means another attempt.
 */
const FOLLOW_MS = 1_000;

interface Waiting {
  /** What came, or else when it is worth asking again. Throws what closed the stream before anything came. */
  ask(): Earlier | Promise<void>;
  /** What it leaves to a component that has not come yet; only once it is over. */
  readonly left: Left | undefined;
}

/** What came before the stream was let go, and where that was. */
interface Left {
  readonly events: readonly StreamEvent[];
  readonly reached: string;
  isOld(): boolean;
}

/** By client, or by where the clients of URLs meet; then by what is waited for. */
const waitings = new WeakMap<object, Map<string, Waiting>>();
const page = {};

function wait(
  client: EventClient,
  stream: Stream,
  names: readonly string[],
  before: Left | undefined,
  forget: () => void,
): Waiting {
  const { closing, cursor, environment, flush } = stream;
  const events: StreamEvent[] = [...(before?.events ?? [])];
  let isReady = events.length > 0;
  let failure: Error | undefined;
  let isAwaited = true;
  let isTaken = false;
  let left: Left | undefined;
  let until = Infinity;
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

  function keep(ms: number, then: () => void = end): void {
    cancel();
    cancel = environment.setTimer(then, ms);
  }

  /** It listens as long as the stream is there for others. */
  function letGo(): void {
    until = environment.now() + REMEMBER_MS;
    release();
    if (client.status === 'closed') end();
  }

  function take(_data: unknown, event: StreamEvent): void {
    // Several patterns may match one event; their listeners are called one after the other.
    if (event === events.at(-1)) return;
    // Nobody came for them so far. The cursor is still before this one.
    if (until < Infinity && (environment.now() > until || events.length >= MAX_REMEMBERED)) {
      end();
      return;
    }
    events.push(event);
    // Together with the status: who is waked shows both.
    if (events.length === 1) flush(ready);
  }

  function ready(): void {
    if (left) return;
    isReady = true;
    keep(KEEP_MS, letGo);
    wake();
  }

  function closed(error: Error | null): void {
    if (until < Infinity) end();
    if (events.length > 0) return;
    failure ??= error ?? new Error(`PushStream: ${client.url} ended before its first event`);
    keep(KEEP_MS);
    wake();
  }

  goOnFrom(before?.reached, stream);
  const unlisten = listenAll(
    stream,
    names.map((name) => [name, take] as const),
  );
  if (isReady) keep(KEEP_MS, letGo);
  else cancel = environment.setTimer(look, WAKE_AFTER_MS);
  closing.add(closed);
  const release = client.retain();
  // For others who hold a lease it may have ended long ago.
  if (client.status === 'closed') closed(client.snapshot.peek().error);

  function end(): void {
    if (left) return;
    until = Math.min(until, environment.now() + REMEMBER_MS);
    left = { events, reached: cursor.value, isOld: () => environment.now() > until };
    cancel();
    unlisten();
    closing.delete(closed);
    release();
    if (isTaken || !isReady || left.isOld()) forget();
  }

  const earlier: Earlier = {
    client,
    events,
    get reached() {
      return left?.reached;
    },
    release() {
      isTaken = true;
      release();
      if (left) forget();
      else keep(FOLLOW_MS);
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
    get left() {
      return left;
    },
  };
}

/**
 * As `createBinding`, but with the first event in it; or it throws a promise of when to try again, as Suspense has it.
 * Meanwhile the stream is connected, and for a few seconds longer if nobody tries again; what came is kept for some
 * minutes, and the stream then goes on behind it. A `seed` with data needs no event.
 *
 * @throws {Error} What closed the stream before its first event; on a server, where there is nothing to wait for.
 */
export function createAwaitedBinding<Events extends object, Name extends Pattern<Events>, Data>(
  source: StreamSource<Events>,
  options: BindingOptions<Events, Name, Data, never>,
  scope?: ClientScope,
  before?: Pick<Binding<Events, Name, Data>, 'wishes'>,
): Binding<Events, Name, Data> {
  if (options.seed && 'data' in options.seed) return createBinding(source, options, scope, before);
  if (isServer())
    throw new Error('PushStream: without a seed there is no event on a server; the page will wait for it');
  const found = ask(source, options, scope);
  // oxlint-disable-next-line typescript/only-throw-error -- so a component is suspended, whatever the release of React
  if (found instanceof Promise) throw found;
  return createBinding(source, options, scope, before, found);
}

function ask(source: unknown, given: object, scope: ClientScope | undefined): Earlier | Promise<void> {
  // Here nothing depends on which events there are.
  const options = given as AnyOptions;
  const place = isClient(source) ? source : (scope ?? page);
  const known = waitings.get(place) ?? new Map<string, Waiting>();
  waitings.set(place, known);
  for (const [key, { left }] of known) if (left?.isOld()) known.delete(key);
  const names = [options.events ?? '*'].flat();
  const key = JSON.stringify([isClient(source) || keyOf(source, options)[0], names]);
  let waiting = known.get(key);
  if (!waiting || waiting.left) {
    const left = waiting?.left;
    const client = findClient(source, options, scope, left?.reached);
    const stream = client && streams.get(client);
    if (!client || !stream) throw misuse('source', 'a stream to wait for', 'none');
    const made = wait(client, stream, names, left, () => known.get(key) === made && known.delete(key));
    waiting = made;
    known.set(key, made);
  }
  return waiting.ask();
}
