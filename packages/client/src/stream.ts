import { type ReadonlySignal, signal } from '@preact/signals-core';
import { createRunner, type Runner } from './connection/runner.ts';
import type { Report } from './connection/state.ts';
import { initialState } from './connection/transition.ts';
import { createCursor, type Cursor } from './cursor.ts';
import { createDelivery } from './delivery.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { HttpError } from './errors.ts';
import { createFlush } from './flush.ts';
import type { LifecycleEvents } from './lifecycle.ts';
import type { ResolvedOptions } from './resolve-options.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';

/** The rooms of one client, put together. */
export interface Stream {
  readonly runner: Runner;
  readonly cursor: Cursor;
  readonly events: Dispatcher;
  readonly lifecycle: Dispatcher;
  readonly snapshot: ReadonlySignal<Snapshot>;
}

/** Response to verdict to frames to the machine to listeners: the one path, laid here. */
export function createStream(options: ResolvedOptions): Stream {
  const { environment, resume, transport, shouldRetry } = options;
  const { reportError } = environment;
  const cursor = createCursor(options.lastEventId, environment.warn);
  const events = createDispatcher(reportError);
  const lifecycle = createDispatcher(reportError);
  const announce = <Name extends keyof LifecycleEvents>(name: Name, payload: LifecycleEvents[Name]): void =>
    lifecycle.dispatch(name, payload);

  let latest = snapshotOf(initialState);
  const snapshot = signal(latest);
  const flush = createFlush(options.flush, environment, () => {
    try {
      snapshot.value = latest;
    } catch (error) {
      reportError(error);
    }
  });

  /** The user's word on a failure counts more than ours. */
  function consult(report: Report): Report {
    if ((report.type !== 'failed' && report.type !== 'fatal') || !report.error) return report;
    const { error } = report;
    let retried: boolean | undefined;
    try {
      retried = shouldRetry?.(error);
    } catch (thrown) {
      reportError(thrown);
    }
    if (retried === undefined) return report;
    const retryAfterMs = error instanceof HttpError ? error.retryAfterMs : undefined;
    return retried ? { type: 'failed', error, retryAfterMs } : { type: 'fatal', error };
  }

  const delivery = createDelivery(options, {
    environment,
    cursor,
    events,
    announce,
    report: (report) => runner.send({ ...report, connectionId: runner.state.connectionId }),
  });

  const runner = createRunner({
    environment,
    policy: options,
    hasCursor: () => cursor.value !== '' && (resume.header || resume.query !== undefined),
    open: (report) =>
      transport.open(
        { ...options, lastEventId: cursor.value, hasOpened: runner.state.opens > 0 },
        (told) => report(consult(told)),
      ),
    deliver: delivery.deliver,
    announce({ name, payload }) {
      if (name === 'open') delivery.opened(new URL(payload.url).origin);
      lifecycle.dispatch(name, payload);
    },
    committed(state) {
      const updated = snapshotOf(state, latest);
      if (updated === latest) return;
      const before = latest.status;
      latest = updated;
      flush.changed(updated.status === 'closed');
      if (updated.status !== before) announce('status', { status: updated.status, previous: before });
    },
  });

  return { runner, cursor, events, lifecycle, snapshot };
}
