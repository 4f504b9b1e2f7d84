import { computed, type ReadonlySignal, signal } from '@preact/signals-core';
import { createRunner, type Runner } from './connection/runner.ts';
import type { Report } from './connection/state.ts';
import { initialState } from './connection/transition.ts';
import { createCursor, type Cursor } from './cursor.ts';
import { createDelivery } from './delivery.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createFlush } from './flush.ts';
import type { Announce } from './lifecycle.ts';
import type { ResolvedOptions } from './resolve-options.ts';
import { watchClock } from './signals/clock.ts';
import { watchPage } from './signals/signals.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import type { TransportRequest } from './transport/transport.ts';
import { parseUrl } from './transport/url.ts';

/** The rooms of one client, put together. */
export interface Stream {
  readonly runner: Runner;
  readonly cursor: Cursor;
  readonly events: Dispatcher;
  readonly lifecycle: Dispatcher;
  readonly snapshot: ReadonlySignal<Snapshot>;
}

/** Something that is on as long as it is wanted. */
function createSwitch(start: () => () => void): (isWanted: boolean) => void {
  let stop: (() => void) | undefined;
  return (isWanted) => {
    if (isWanted) stop ??= start();
    else if (stop) {
      const end = stop;
      stop = undefined;
      end();
    }
  };
}

/** Response to verdict to frames to the machine to listeners: the one path, laid here. */
export function createStream(options: ResolvedOptions): Stream {
  const { environment, resume, transport, shouldRetry } = options;
  const { reportError } = environment;
  const cursor = createCursor(options.lastEventId, environment.warn);
  /** Who wants to know what is listened to. */
  const watchers = new Set<() => void>();
  const events = createDispatcher(reportError, () => watchers.forEach((watch) => watch()));
  const lifecycle = createDispatcher(reportError);
  const announce: Announce = (name, payload) => lifecycle.call(lifecycle.find(name), payload);

  let latest = snapshotOf(initialState);
  const current = signal(latest);
  // Signals have no other way to be read-only at run time.
  const snapshot = computed(() => current.value);
  const changed = createFlush(options.flush, environment, () => {
    try {
      current.value = latest;
    } catch (error) {
      reportError(error);
    }
  });

  /** The user's word on a failure counts more than ours. */
  function consult(report: Report): Report {
    const error = 'error' in report && report.error;
    if (!error) return report;
    try {
      const retried = shouldRetry?.(error);
      if (retried === undefined) return report;
      const told = 'retryAfterMs' in report ? report.retryAfterMs : undefined;
      const retryAfterMs = told ?? ('retryAfterMs' in error ? error.retryAfterMs : undefined);
      return { type: retried ? 'failed' : 'fatal', error, retryAfterMs };
    } catch (thrown) {
      reportError(thrown);
      return report;
    }
  }

  const watchTypes: TransportRequest['watchTypes'] = (watch) => {
    const look = (): void => watch(events.patterns);
    watchers.add(look);
    look();
    return () => void watchers.delete(look);
  };

  const { deliver, opened } = createDelivery(options, cursor, events, announce, (report) =>
    runner.send({ ...report, connectionId: runner.state.connectionId }),
  );

  // Only while there is something to end: a signal, or a page, may live longer than many clients.
  const whileNotClosed = createSwitch(() => {
    const abort = (): void => runner.send({ type: 'disconnect' });
    options.signal?.addEventListener('abort', abort);
    const unwatch = watchPage(environment, options.releaseAfterMs, (command) => runner.send(command));
    return () => {
      options.signal?.removeEventListener('abort', abort);
      unwatch();
    };
  });
  const whileOpen = createSwitch(() =>
    watchClock(environment, (suspicion) => runner.send({ type: 'suspect', suspicion })),
  );

  const runner = createRunner(environment, options, {
    deliver,
    hasCursor: () => cursor.value !== '' && (resume.header || resume.query !== undefined),
    open: (report) =>
      transport.open({ ...options, lastEventId: cursor.value, hasOpened: runner.state.opens > 0, watchTypes }, (told) =>
        report(consult(told)),
      ),
    announce({ name, payload }) {
      if (name === 'open') opened(parseUrl(payload.url)?.origin ?? '');
      lifecycle.call(lifecycle.find(name), payload);
    },
    committed(state) {
      const previous = latest.status;
      const updated = snapshotOf(state, latest);
      if (updated === latest) return;
      latest = updated;
      const { status } = latest;
      whileNotClosed(status !== 'closed');
      whileOpen(status === 'open');
      changed(status === 'closed');
      if (status !== previous) announce('status', { status, previous });
    },
  });

  return { runner, cursor, events, lifecycle, snapshot };
}
