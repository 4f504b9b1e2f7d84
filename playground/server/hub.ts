import { createPushStream, type Grant, type Log, type PushStream, type StreamRequest } from 'pushstream-server';
import type { ApiKeyRing } from 'pushstream-server/auth';
import { serve } from 'pushstream-server/http';
import type { TaskEvents } from '../task-events.ts';
import { taskSchemas } from './task-schemas.ts';

/** A hub and the port that it is served on. */
export interface Hub {
  readonly push: PushStream<TaskEvents>;
  readonly port: number;
  /** Ends the streams over a window, then everything; the log stays. */
  drain(windowMs: number): Promise<void>;
  /** Ends everything at once; the log stays. */
  close(): Promise<void>;
}

export interface HubOptions {
  readonly log: Log;
  /** Who may publish, end sessions and see who is there. */
  readonly operators: ApiKeyRing;
  readonly authorize: (request: StreamRequest) => Grant | Response;
  /** Of the pages. */
  readonly origins: readonly string[];
  /** Interval of the sign of life where a page does not ask for another. */
  readonly heartbeatMs: number;
}

/** Half a minute is too long for somebody who waits for a stall to be noticed. */
function heartbeatOf({ url }: StreamRequest, otherwise: number): number {
  const asked = Number(url.searchParams.get('heartbeatMs') ?? Number.NaN);
  return Number.isFinite(asked) ? Math.min(60_000, Math.max(100, asked)) : otherwise;
}

export async function startHub({ log, operators, authorize, origins, heartbeatMs }: HubOptions): Promise<Hub> {
  const push = createPushStream<TaskEvents>({
    log,
    schemas: taskSchemas,
    heartbeatMs,
    origins,
    authorize(request) {
      // Settings are for streams from then on: this one is the first.
      push.configure({ heartbeatMs: heartbeatOf(request, heartbeatMs) });
      return authorize(request);
    },
  });
  const served = await serve(push, { keys: operators, origins, demo: true });

  async function close(): Promise<void> {
    await push.close();
    await served.close();
  }

  return {
    push,
    port: served.port,
    async drain(windowMs) {
      await served.drain({ windowMs });
      await close();
    },
    close,
  };
}
