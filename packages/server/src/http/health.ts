import type { Environment } from '../environment.ts';
import type { PushStream } from '../push-stream.ts';
import { Problem, retryAfter } from './problem.ts';
import { answer, type Route } from './route.ts';

/** A log that says nothing for this long does not work. */
const PATIENCE_MS = 2_000;

/** Whether a server should be sent new clients. */
export interface Health {
  /** From now on it is not to be. */
  drain(): void;
  readonly routes: readonly Route[];
}

export function createHealth(push: Pick<PushStream, 'cursor'>, { setTimer }: Environment): Health {
  let isDraining = false;
  let probe: Promise<boolean> | undefined;

  /** Many may ask at once; the log is asked once. */
  function isLogThere(): Promise<boolean> {
    probe ??= new Promise<boolean>((resolve) => {
      const cancel = setTimer(() => resolve(false), PATIENCE_MS);
      push
        .cursor()
        .then(
          () => resolve(true),
          () => resolve(false),
        )
        .finally(cancel);
    }).finally(() => (probe = undefined));
    return probe;
  }

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
