import type * as Jose from 'jose';
import { isPlainObject } from '../authorize.ts';
import { isLabel } from '../grammar.ts';
import type { Authorize, Grant } from '../grant.ts';
import { isPattern } from '../pattern.ts';
import { insufficient, invalid, missing, readCredential } from './credential.ts';
import { dateOf } from './host.ts';
import type { JwkSet, JwtKey } from './jwt-key.ts';
import { type JwtClaims, type JwtOptions, type ResolvedJwtOptions, resolveJwtOptions } from './jwt-options.ts';

const MAX_TOKEN_LENGTH = 8_192;
const MAX_CHANNELS = 1_000;
/** Well within the time that `authorize` has. */
const FETCH_TIMEOUT_MS = 3_000;
/** The latest time there is. */
const END_OF_TIME = 8.64e15;

const WHAT = 'a token';

/** What is wrong with the token; every other failure is the server's own. */
const refusals: ReadonlySet<unknown> = new Set([
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'ERR_JWT_EXPIRED',
  'ERR_JWT_INVALID',
]);

// Loaded when a first token comes: the library is a module, which older hosts cannot `require`.
const load = (): Promise<typeof Jose> => import('jose');

/** What finds the key for a token. A header names one of these keys at most: it never brings one. */
async function createFinder(key: JwtKey): Promise<Jose.JWTVerifyGetKey> {
  const { createLocalJWKSet, createRemoteJWKSet } = await load();
  if (key.kind === 'key') return () => key.key;
  if (key.kind === 'url') return createRemoteJWKSet(key.url, { timeoutDuration: FETCH_TIMEOUT_MS });
  let last: { readonly set: JwkSet; readonly find: Jose.JWTVerifyGetKey } | undefined;
  return async (header, token) => {
    const set = await key.load();
    if (last?.set !== set) {
      // What it is, the library proves.
      last = { set, find: createLocalJWKSet(set as Parameters<typeof createLocalJWKSet>[0]) };
    }
    return last.find(header, token);
  };
}

/** The claims of a token; `undefined` where it is not good. Rejects where that cannot be told. */
async function prove(
  token: string,
  find: Jose.JWTVerifyGetKey,
  options: ResolvedJwtOptions,
): Promise<JwtClaims | undefined> {
  const { algorithms, issuer, audience, clockToleranceS, environment } = options;
  const { jwtVerify } = await load();
  try {
    const { payload } = await jwtVerify(token, find, {
      algorithms: [...algorithms],
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceS,
      currentDate: dateOf(environment.now()),
      ...(issuer && { issuer }),
      ...(audience && { audience }),
    });
    const { exp } = payload;
    return exp === undefined ? undefined : { ...payload, exp };
  } catch (error) {
    if (refusals.has(Object(error).code)) return undefined;
    throw error;
  }
}

/** What the claims themselves allow; a token without channels is not good for all of them. */
function grantOf({ sub, jti, channels }: JwtClaims): Grant | Response {
  const isGrant =
    (sub === undefined || isLabel(sub)) &&
    (jti === undefined || isLabel(jti)) &&
    Array.isArray(channels) &&
    channels.length <= MAX_CHANNELS &&
    channels.every(isPattern);
  return isGrant ? { clientId: sub, channels } : insufficient(WHAT);
}

/** No stream outlives its token. */
function limit(grant: Grant, { exp, jti }: JwtClaims, clockToleranceS: number): Grant {
  const endsAt = Math.min((exp + clockToleranceS) * 1_000, END_OF_TIME);
  const credential = grant.credential ?? (isLabel(jti) ? jti : undefined);
  return { ...grant, credential, expiresAt: Math.min(grant.expiresAt ?? endsAt, endsAt) };
}

/**
 * Decides by JSON Web Tokens, from `Authorization: Bearer`: for `createPushStream({ authorize })`. A
 * token that is not good is a 401; one that does not allow to read, a 403; keys that cannot be had, a 503.
 *
 * @throws {TypeError | RangeError} For options that cannot be; no message repeats a key.
 */
export function jwtAuthorize(options: JwtOptions): Authorize {
  const resolved = resolveJwtOptions(options);
  const { cookie, query, clockToleranceS, grant = grantOf } = resolved;
  const places = { cookie, parameter: query ? 'access_token' : undefined };
  let finder: Promise<Jose.JWTVerifyGetKey> | undefined;

  return async (request) => {
    const token = readCredential(request, places);
    if (token === undefined) return missing(WHAT);
    if (token.length > MAX_TOKEN_LENGTH) return invalid(WHAT);
    finder ??= createFinder(resolved.key);
    const claims = await prove(token, await finder, resolved);
    if (!claims) return invalid(WHAT);
    const given = await grant(claims);
    // Whatever else it gave is not made a grant of.
    return isPlainObject(given) ? limit(given, claims, clockToleranceS) : given;
  };
}
