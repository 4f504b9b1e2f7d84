import type { ApiKeyInfo } from '../auth/key.ts';
import type { StreamRequest } from '../grant.ts';
import { Problem } from './problem.ts';

/** A key that was found good. `fingerprint` names it in logs. */
export type PublisherKey = Pick<ApiKeyInfo, 'id' | 'fingerprint'>;

/** Who may publish, and where: what `apiKeys()` makes, or something else that knows. */
export interface KeyRing {
  /** The key that a request brings; `undefined`: none, or none that is good. */
  publisher(request: StreamRequest): PublisherKey | undefined | Promise<PublisherKey | undefined>;
  /** Whether a key may publish to a channel; `*` stands for all of them. */
  mayPublish(key: PublisherKey, channel: string): boolean;
}

/** Who asks. */
export interface Caller {
  /** For logs and limits: never a secret. */
  readonly name: string;
  /** Whether it may publish to a channel; `*` stands for all of them. */
  mayPublish(channel: string): boolean;
}

/** Tells who asks. */
export type Identify = (request: Request, native: unknown) => Promise<Caller>;

/** The pattern of every channel. */
const EVERYWHERE = '*';

const anybody: Caller = { name: 'anybody', mayPublish: () => true };

/** Without keys everybody may do everything. @throws {Problem} 401, each time it is asked, for a request without a good key. */
export function createIdentify(keys: KeyRing | undefined): Identify {
  if (!keys) return () => Promise.resolve(anybody);
  return async (request, native) => {
    const { method, headers } = request;
    const key = await keys.publisher({ method, url: new URL(request.url), headers, native });
    if (!key) {
      throw new Problem(401, 'authorization: expected a good key, as Bearer or X-API-Key', {
        headers: { 'www-authenticate': 'Bearer realm="pushstream"' },
      });
    }
    return { name: key.fingerprint, mayPublish: (channel) => keys.mayPublish(key, channel) };
  };
}

/** @throws {Problem} 403, the same whether or not there is such a channel. */
export function requirePublish(caller: Caller, channel: string): void {
  if (!caller.mayPublish(channel)) throw new Problem(403, 'The key may not publish there');
}

/** @throws {Problem} 403 for a key that may not publish everywhere. */
export function requireOperator(caller: Caller): void {
  if (!caller.mayPublish(EVERYWHERE)) throw new Problem(403, 'The key may not publish everywhere');
}
