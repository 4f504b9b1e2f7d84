import type { InspectorEnvironment } from './environment.ts';

/** When to render: at most once per frame, and once more when a number that counts seconds changes. */
export interface Pulse {
  ask(): void;
  /** Asks again after so long; `undefined`: only when asked. Replaces the wait before. */
  askIn(delayMs: number | undefined): void;
  /** No frame and no timer is left. */
  stop(): void;
}

export function createPulse(environment: InspectorEnvironment, render: () => void): Pulse {
  let cancelFrame: (() => void) | undefined;
  let cancelTimer: (() => void) | undefined;

  function ask(): void {
    cancelFrame ??= environment.requestFrame(() => {
      cancelFrame = undefined;
      render();
    });
  }
  function askIn(delayMs: number | undefined): void {
    cancelTimer?.();
    cancelTimer = delayMs === undefined ? undefined : environment.setTimer(ask, delayMs);
  }

  return {
    ask,
    askIn,
    stop() {
      askIn(undefined);
      cancelFrame?.();
      cancelFrame = undefined;
    },
  };
}
