import { check } from 'pushstream-protocol';
import type { Environment } from './environment.ts';
import { createMessage, type MessageEvents } from './messages.ts';
import type { PushStream } from './push-stream.ts';

/** How a demo runs. */
export interface DemoOptions {
  /** Between two events, in seconds; 1 to 60. @default 5 */
  readonly intervalSeconds?: number | undefined;
}

/** What a demo does. */
export interface DemoStatus {
  /** Whether it sends. */
  readonly running: boolean;
  /** Between two events, in seconds; `null` while it does not run. */
  readonly intervalSeconds: number | null;
  /** Events since the start of the server. */
  readonly sent: number;
}

/** Events that nobody needs, for those who build something to see them. */
export interface Demo {
  /**
   * Sends one event per interval: a notification, an alert, a data update, a heartbeat, and again.
   * While it runs, only the interval changes.
   *
   * @throws {TypeError | RangeError} For an interval that cannot be.
   */
  start(options?: DemoOptions): DemoStatus;
  /** Sends nothing more, until it is started again. */
  stop(): DemoStatus;
  /** How it is now. */
  status(): DemoStatus;
}

type Step = readonly [type: keyof MessageEvents, parts: (count: number) => object];

const steps: readonly [Step, ...Step[]] = [
  ['notification', (count) => ({ message: `Demo notification #${count}`, severity: 'info' })],
  ['alert', (count) => ({ message: `Demo alert #${count}`, severity: 'medium', category: 'demo' })],
  [
    'dataUpdate',
    (count) => ({ entityId: `demo-${count}`, entityType: 'demo', changes: { counter: count, status: 'updated' } }),
  ],
  ['heartbeat', () => ({})],
];

/** A demo that publishes to a hub; it begins with `start()`. */
export function createDemo<Events extends object>(
  push: Pick<PushStream<Events>, 'publish'>,
  environment: Environment,
): Demo {
  // Its events are its own: what types the hub has is of no importance to it, schemas check them.
  const hub = push as unknown as Pick<PushStream, 'publish'>;
  let running: { intervalSeconds: number; cancel: () => void } | undefined;
  let sent = 0;

  async function send(): Promise<void> {
    const [type, parts] = steps[sent % steps.length] ?? steps[0];
    sent += 1;
    const message = createMessage(type, parts(sent), environment);
    await hub.publish(type, message, { ephemeral: type === 'heartbeat' });
  }

  function wait(run: NonNullable<typeof running>): void {
    run.cancel = environment.setTimer(() => {
      // The next one waits for this one: a log that hangs does not pile them up.
      send()
        .catch((error: unknown) => environment.reportError(error, 'demo'))
        .finally(() => {
          if (running === run) wait(run);
        });
    }, run.intervalSeconds * 1_000);
  }

  const status = (): DemoStatus => ({
    running: running !== undefined,
    intervalSeconds: running?.intervalSeconds ?? null,
    sent,
  });

  return {
    start({ intervalSeconds = 5 } = {}) {
      check('intervalSeconds', intervalSeconds, '1..60');
      if (running) running.intervalSeconds = intervalSeconds;
      else wait((running = { intervalSeconds, cancel: () => {} }));
      return status();
    },
    stop() {
      running?.cancel();
      running = undefined;
      return status();
    },
    status,
  };
}
