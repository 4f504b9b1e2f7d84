import { check, complete, type Manual, misuse } from 'pushstream-protocol';
import type { Environment } from '../environment.ts';
import { hostEnvironment } from '../host.ts';
import { checkMethods } from '../methods.ts';
import type { KeyRing } from './access.ts';
import type { HttpApiOptions, Logger } from './options.ts';
import type { RateLimitPolicy } from './rate-limit.ts';

type Complete<T> = { readonly [Name in keyof T]-?: NonNullable<T[Name]> };

/** Options without optional parts, as they are given. */
interface Settled extends Omit<Complete<HttpApiOptions>, 'keys' | 'hosts' | 'rateLimit'> {
  readonly keys: KeyRing | undefined;
  readonly hosts: readonly string[] | undefined;
  readonly rateLimit: object | false;
}

/** Options without optional parts. */
export interface ResolvedHttpOptions extends Omit<Settled, 'open' | 'environment' | 'rateLimit'> {
  /** `undefined`: everybody may publish. */
  readonly keys: KeyRing | undefined;
  readonly rateLimit: RateLimitPolicy | false;
  readonly environment: Environment;
}

const BOOLEAN = 'true | false';
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const manual: Manual<Settled> = {
  keys: ['object', undefined],
  open: [BOOLEAN, false],
  origins: ['object | "*"', []],
  hosts: ['object', undefined],
  metrics: [BOOLEAN, true],
  demo: [`object | ${BOOLEAN}`, false],
  apiKeyInQuery: [BOOLEAN, false],
  maxBodyBytes: ['whole 1..1073741824', 1_048_576],
  rateLimit: ['object | false', {}],
  pulses: ['object', {}],
  logger: ['object', silent],
  environment: ['object', {}],
};

const rateManual: Manual<RateLimitPolicy> = { perSecond: ['1..1000000', 1_000], burst: ['1..1000000', 2_000] };

/**
 * Defaults and validation, once, at the door.
 *
 * @throws {TypeError | RangeError} For an option that cannot be, or where nobody is said to publish.
 */
export function resolveHttpOptions(options: HttpApiOptions): ResolvedHttpOptions {
  check('options', options, 'object');
  const { open, rateLimit, environment, ...rest } = complete<Settled>('options', options, manual);
  if (!rest.keys && !open) throw misuse('options', 'keys, or open: true where everybody may publish', 'neither');
  if (rest.keys) checkMethods('options.keys', rest.keys, ['publisher', 'mayPublish']);
  if (rest.keys && open) throw misuse('options', 'keys or open: true', 'both');
  return {
    ...rest,
    rateLimit: rateLimit && complete<RateLimitPolicy>('options.rateLimit', rateLimit, rateManual),
    environment: { ...hostEnvironment, ...environment },
  };
}
