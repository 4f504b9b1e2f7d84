import { createPushStream, type PushStream, type PushStreamOptions } from '../../../packages/server/src/index.ts';
import { hostEnvironment } from '../../../packages/server/src/host.ts';

type Events = Record<string, unknown>;

/** A hub whose timers are counted, and that keeps what it would report. */
export interface WatchedPush {
  readonly push: PushStream<Events>;
  readonly reports: readonly unknown[];
  /** Timers that run. */
  readonly timers: number;
}

export function watchedPush(options: PushStreamOptions<Events> = {}): WatchedPush {
  const reports: unknown[] = [];
  const timers = new Set<object>();
  const environment: PushStreamOptions['environment'] = {
    reportError: (error) => void reports.push(error),
    setTimer(callback, delayMs) {
      const timer = {};
      timers.add(timer);
      const cancel = hostEnvironment.setTimer(() => {
        timers.delete(timer);
        callback();
      }, delayMs);
      return () => {
        timers.delete(timer);
        cancel();
      };
    },
  };
  return {
    push: createPushStream<Events>({ environment, ...options }),
    reports,
    get timers() {
      return timers.size;
    },
  };
}

/** Publishes `from..to`, each the data of its own event. */
export async function publishNumbers(push: PushStream<Events>, from: number, to: number, pad = 0): Promise<void> {
  const padding = 'x'.repeat(pad);
  for (let n = from; n <= to; n += 1) await push.publish('tick', pad > 0 ? { n, padding } : n);
}

export const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
