import { computed, type ReadonlySignal, signal } from '@preact/signals-core';
import { createRunner, type Runner } from './connection/runner.ts';
import { consult } from './consult.ts';
import { createKeeper } from './cursor-store.ts';
import { createCursor, type Cursor } from './cursor.ts';
import { createDelivery } from './delivery.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import type { Environment } from './environment.ts';
import type { StreamError } from './errors.ts';
import { isDevelopment } from './host.ts';
import { createFlush, type Flush } from './flush.ts';
import { createInspector, type Inspector } from './inspect.ts';
import { createLeases, type Leases } from './lease.ts';
import type { Announce } from './lifecycle.ts';
import type { ResolvedOptions } from './resolve-options.ts';
import { watchClock } from './signals/clock.ts';
import { watchPage } from './signals/signals.ts';
import { initialSnapshot, type Snapshot, snapshotOf } from './snapshot.ts';
import type { TransportLimit, TransportRequest } from './transport/transport.ts';
import { parseUrl } from './transport/url.ts';

/** The rooms of one client, put together. */
export interface Stream {
  readonly environment: Environment;
  readonly runner: Runner;
  readonly cursor: Cursor;
  readonly events: Dispatcher;
  readonly lifecycle: Dispatcher;
  readonly snapshot: ReadonlySignal<Snapshot>;
  readonly flush: Flush;
  readonly leases: Leases;
  readonly inspector: Inspector;
  readonly cannot: readonly TransportLimit[];
  /** Called with the error that closed the client, or `null`; apart from `lifecycle`, which users may clear. */
  readonly closing: Set<(error: StreamError | null) => void>;
}

/** What is inside a client, for the other rooms of this package. */
export const streams: WeakMap<object, Stream> = new WeakMap();

/** Something that is on as long as it is wanted. */
function createSwitch(start: () => () => void): (isWanted: boolean) => void {
  let stop: (() => void) | undefined;
  return (isWanted) => {
    if (isWanted) {
      stop ??= start();
      return;
    }
    const end = stop;
    stop = undefined;
    end?.();
  };
}

/** Response to verdict to frames to the machine to listeners: the one path, laid here. */
export function createStream(options: ResolvedOptions, connect: () => void): Stream {
  const { environment, lingerMs, releaseAfterMs, resume, transport } = options;
  const { reportError } = environment;
  const cursor = createCursor(options.lastEventId, environment.warn);
  const keeper = createKeeper(options.cursorStore, cursor, environment.warn);
  const inspector = createInspector(environment);
  const flush = createFlush(options.flush, environment);
  const closing: Stream['closing'] = new Set();

  /** Who wants to know what is listened to. */
  const watchers = new Set<() => void>();
  const events = createDispatcher(reportError, () => {
    for (const watch of watchers) watch();
    inspector.tell?.({ kind: 'listeners', listeners: events.patterns });
  });
  const watchTypes: TransportRequest['watchTypes'] = (watch) => {
    const look = (): void => watch(new Set(events.patterns.keys()));
    watchers.add(look);
    look();
    return () => void watchers.delete(look);
  };
  const lifecycle = createDispatcher(reportError);
  /** What `EventSource` has on itself is no event of a server here: who expects it there waits for ever. */
  const mistakable = new Set<string>(['open', 'error']);
  const announce: Announce = (name, payload) => {
    const found = lifecycle.find(name);
    if (found.length === 0 && mistakable.has(name) && isDevelopment() && events.patterns.has(name)) {
      mistakable.delete(name);
      environment.warn(
        `PushStream: expected client.lifecycle.on('${name}'), got client.on('${name}'), which is only called for a server's event of that name`,
      );
    }
    lifecycle.call(found, payload);
  };

  let latest = initialSnapshot;
  const current = signal(latest);
  // Signals have no other way to be read-only at run time.
  const snapshot = computed(() => current.value);
  const update = (): void => {
    current.value = latest;
  };

  const { deliver, opened } = createDelivery(options, {
    cursor,
    keeper,
    events,
    inspector,
    announce,
    report: (report) => runner.send({ ...report, connectionId: runner.state.connectionId }),
  });

  const disconnect = (): void => runner.send({ type: 'disconnect' });
  const leases = createLeases(
    lingerMs,
    environment,
    { connect, disconnect, isDown: () => runner.state.phase === 'idle' || runner.state.phase === 'closed' },
    () => inspector.tell?.({ kind: 'leases', leases: leases.count }),
  );

  // Only while there is something to end: a signal, or a page, may live longer than many clients.
  const whileNotClosed = createSwitch(() => {
    options.signal?.addEventListener('abort', disconnect);
    const unwatch = watchPage(environment, releaseAfterMs, (command) => runner.send(command));
    return () => {
      options.signal?.removeEventListener('abort', disconnect);
      unwatch();
    };
  });
  const whileOpen = createSwitch(() =>
    watchClock(environment, (suspicion) => runner.send({ type: 'suspect', suspicion })),
  );

  const runner = createRunner(environment, options, {
    deliver,
    hasCursor: () => cursor.value !== '' && (resume.header || resume.query !== undefined),
    open(report) {
      keeper.load();
      const request = { ...options, lastEventId: cursor.value, hasOpened: runner.state.opens > 0, watchTypes };
      return transport.open(request, (told) => report(consult(told, options)));
    },
    announce({ name, payload }) {
      if (name === 'open') opened(parseUrl(payload.url)?.origin ?? '');
      // Who comes in a listener of this close means the next one.
      const ending = name === 'close' ? [...closing] : [];
      announce(name, payload);
      if (name === 'close') for (const closed of ending) closed(payload);
    },
    decided(input, was, is) {
      // At once: who connects by hand in the next line must not be forgotten by a close that is still to be told.
      if (is.phase === 'closed' && was.phase !== 'closed') leases.closed();
      inspector.tell?.({ kind: 'input', input });
      if (is !== was) inspector.tell?.({ kind: 'transition', from: was.phase, to: is.phase, state: { ...is } });
    },
    committed(state) {
      const previous = latest.status;
      const updated = snapshotOf(state, latest);
      if (updated === latest) return;
      latest = updated;
      const { status } = latest;
      whileNotClosed(status !== 'closed');
      whileOpen(status === 'open');
      flush(update, status === 'closed');
      if (status !== previous) announce('status', { status, previous });
    },
  });

  const { cannot = [] } = transport;
  return { environment, runner, cursor, events, lifecycle, snapshot, flush, leases, inspector, cannot, closing };
}
