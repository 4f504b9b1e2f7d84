import { type Caller, createIdentify, requireOperator } from './access.ts';
import { refuseForeignPages } from './origins.ts';
import { Problem, retryAfter } from './problem.ts';
import { createRateLimit } from './rate-limit.ts';
import type { ResolvedHttpOptions } from './resolve-options.ts';
import type { Route } from './route.ts';

/** Who asks without a key, where none is asked for. */
const ANYONE: Caller = { name: 'anyone', mayPublish: () => false };

/**
 * What a request has to pass before its route is asked. `identified` is told who it is, also where
 * that one does not pass.
 *
 * @throws {Problem} 401, 403, 429.
 */
export type Gate = (
  request: Request,
  native: unknown,
  route: Route,
  identified: (caller: Caller) => void,
) => Promise<Caller>;

export function createGate({ keys, origins, rateLimit, environment }: ResolvedHttpOptions): Gate {
  const identify = createIdentify(keys);
  const limit = rateLimit ? createRateLimit(rateLimit, () => environment.monotonicNow()) : undefined;
  return async (request, native, { access, method }, identified) => {
    const isSafe = method === 'GET';
    if (!isSafe) refuseForeignPages(request, origins);
    const caller = access === 'anyone' ? ANYONE : await identify(request, native);
    if (caller !== ANYONE) identified(caller);
    if (access === 'operator') requireOperator(caller);
    const waitMs = isSafe ? 0 : (limit?.take(caller.name) ?? 0);
    if (waitMs === 0) return caller;
    throw new Problem(429, 'Expected fewer requests with this key, got more', { headers: retryAfter(waitMs) });
  };
}
