import { complete, type Manual, misuse } from 'pushstream-protocol';
import type { Environment } from '../environment.ts';
import { quote } from '../grammar.ts';
import type { Grant } from '../grant.ts';
import { hostEnvironment } from '../host.ts';
import { checkCookieName } from './credential.ts';
import { type JwtAlgorithm, type JwtKey, type JwtKeyOptions, readKey } from './jwt-key.ts';

/** The claims of a token that was found good. */
export interface JwtClaims {
  /** Who has issued it. */
  readonly iss?: string | undefined;
  /** Whom it speaks of. */
  readonly sub?: string | undefined;
  /** Whom it is meant for. */
  readonly aud?: string | readonly string[] | undefined;
  /** In seconds since the epoch. */
  readonly exp: number;
  /** When it begins to be good, in seconds since the epoch. */
  readonly nbf?: number | undefined;
  /** When it was issued, in seconds since the epoch. */
  readonly iat?: number | undefined;
  /** Its own name. */
  readonly jti?: string | undefined;
  readonly [claim: string]: unknown;
}

/** Which tokens are good, what they have to say, and what they are good for. */
export interface JwtOptions extends JwtKeyOptions {
  /** Who has to have issued it. `false`: anybody with the key. */
  readonly issuer: string | readonly string[] | false;
  /** Whom it has to be meant for. `false`: anybody; then a token for another service is good here, too. */
  readonly audience: string | readonly string[] | false;
  /** How far clocks may be apart, in seconds, 0 to 60; a token, and its stream, last as much longer. @default 5 */
  readonly clockToleranceS?: number | undefined;
  /** A cookie that may carry a token. @default none */
  readonly cookie?: string | undefined;
  /** Takes `?access_token=` too: URLs end up in logs and histories. @default false */
  readonly query?: boolean | undefined;
  /**
   * What a token is good for. Whatever it gives, the stream ends with the token.
   *
   * @default `sub` is the client's id, `channels` its channels (without them: a 403), `jti` the credential
   */
  readonly grant?: ((claims: JwtClaims) => Grant | Response | null | Promise<Grant | Response | null>) | undefined;
  /** The clock. @default the host's */
  readonly environment?: Partial<Environment> | undefined;
}

/** Options without optional parts. */
export interface ResolvedJwtOptions {
  readonly key: JwtKey;
  readonly algorithms: readonly JwtAlgorithm[];
  readonly issuer: string[] | undefined;
  readonly audience: string[] | undefined;
  readonly clockToleranceS: number;
  readonly cookie: string | undefined;
  readonly query: boolean;
  readonly grant: JwtOptions['grant'];
  readonly environment: Environment;
}

type Given = { readonly [Name in keyof JwtOptions]-?: JwtOptions[Name] };

const NAMES = 'string | object | false';

const manual: Manual<Given> = {
  algorithms: ['object'],
  secret: ['string | object', undefined],
  publicKey: ['string | object', undefined],
  jwks: ['string | object | function', undefined],
  issuer: [NAMES],
  audience: [NAMES],
  clockToleranceS: ['0..60', 5],
  cookie: ['string', undefined],
  query: ['true | false', false],
  grant: ['function', undefined],
  environment: ['object', {}],
};

/** `undefined`: it does not matter. No names at all would be good for nobody, or for everybody. */
function readNames(path: string, given: string | readonly string[] | false): string[] | undefined {
  if (given === false) return undefined;
  const names: readonly unknown[] = Array.isArray(given) ? given : [given];
  const wrong = names.find((name) => typeof name !== 'string' || name === '');
  if (names.length === 0 || wrong !== undefined || names.includes(undefined)) {
    throw misuse(path, 'a name, a list of names, or false', names.length === 0 ? 'an empty list' : quote(wrong));
  }
  return names.map(String);
}

/**
 * Defaults and validation, once, at the door.
 *
 * @throws {TypeError | RangeError} For an option that cannot be; no message repeats a key.
 */
export function resolveJwtOptions(options: JwtOptions): ResolvedJwtOptions {
  const given = complete<Given>('options', options, manual);
  checkCookieName(given.cookie);
  return {
    key: readKey(given),
    algorithms: [...given.algorithms],
    issuer: readNames('options.issuer', given.issuer),
    audience: readNames('options.audience', given.audience),
    clockToleranceS: Number(given.clockToleranceS),
    cookie: given.cookie,
    query: given.query === true,
    grant: given.grant,
    environment: { ...hostEnvironment, ...given.environment },
  };
}
