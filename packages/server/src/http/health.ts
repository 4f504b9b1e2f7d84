import type { Probe } from './probe.ts';
import { Problem, retryAfter } from './problem.ts';
import { answer, type Route } from './route.ts';

/** Whether a server should be sent new clients. */
export interface Health {
  /** From now on it is not to be. */
  drain(): void;
  readonly routes: readonly Route[];
}

export function createHealth(isLogThere: Probe): Health {
  let isDraining = false;

  async function ready(): Promise<Response> {
    const refuse = (detail: string): Problem => new Problem(503, detail, { headers: retryAfter(1_000) });
    if (isDraining) throw refuse('The server is being drained');
    if (!(await isLogThere())) throw refuse('The log cannot be reached at the moment');
    return answer(200, { status: 'ready' });
  }

  return {
    drain: () => void (isDraining = true),
    routes: [
      { method: 'GET', path: '/health/live', access: 'anyone', handle: () => answer(200, { status: 'live' }) },
      { method: 'GET', path: '/health/ready', access: 'anyone', handle: ready },
    ],
  };
}
