import { Buffer } from 'node:buffer';
import { createPublicKey, KeyObject } from 'node:crypto';
import { misuse } from 'pushstream-protocol';
import { quote } from '../grammar.ts';

/** Signatures that can be proven; `none` is not one of them. */
export type JwtAlgorithm =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519';

/** A JSON Web Key, as RFC 7517 has it. */
export type Jwk = Readonly<Record<string, unknown>>;

/** Keys of an issuer, as RFC 7517 has them. */
export interface JwkSet {
  /** Of any kind; a token names the one that it is signed with. */
  readonly keys: readonly Jwk[];
}

/** What tokens are proven with: exactly one of `secret`, `publicKey` and `jwks`. */
export interface JwtKeyOptions {
  /** The only algorithms that are taken: `HS…` with a secret, the others with public keys. What the token says does not count. */
  readonly algorithms: readonly JwtAlgorithm[];
  /** At least as long as the algorithm's hash: 32 bytes for `HS256`, 48 for `HS384`, 64 for `HS512`. */
  readonly secret?: string | Uint8Array | undefined;
  /** A public key: PEM (SPKI), a JWK, or Node's own. It has to be of the kind of every algorithm. */
  readonly publicKey?: string | Jwk | KeyObject | undefined;
  /** Where the issuer's keys are (`https:`, or `http:` on this machine), or a function that has them. */
  readonly jwks?: string | URL | (() => JwkSet | Promise<JwkSet>) | undefined;
}

/** What a key has to be for an algorithm. */
type Needs = { readonly secretBytes: number } | { readonly keyType: 'rsa' | 'ec' | 'ed25519'; readonly curve?: string };

const rsa: Needs = { keyType: 'rsa' };

const needs: Readonly<Record<JwtAlgorithm, Needs>> = {
  HS256: { secretBytes: 32 },
  HS384: { secretBytes: 48 },
  HS512: { secretBytes: 64 },
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: { keyType: 'ec', curve: 'prime256v1' },
  ES384: { keyType: 'ec', curve: 'secp384r1' },
  ES512: { keyType: 'ec', curve: 'secp521r1' },
  EdDSA: { keyType: 'ed25519' },
  Ed25519: { keyType: 'ed25519' },
};

const byName: ReadonlyMap<unknown, Needs> = new Map(Object.entries(needs));

const MIN_RSA_BITS = 2_048;

/** What tokens are proven with. */
export type JwtKey =
  | { readonly kind: 'key'; readonly key: KeyObject | Uint8Array }
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'function'; readonly load: () => JwkSet | Promise<JwkSet> };

function readSecret(secret: string | Uint8Array, algorithms: readonly Needs[]): Uint8Array {
  const bytes = typeof secret === 'string' ? Buffer.from(secret) : secret;
  const isBytes = bytes instanceof Uint8Array;
  // Everybody knows a public key: as a secret it would prove nothing.
  if (!isBytes || Buffer.from(bytes).includes('-----BEGIN')) {
    throw misuse('options.secret', 'a secret, as text or bytes', isBytes ? 'a key in PEM' : typeof secret);
  }
  const least = Math.max(...algorithms.map((need) => ('secretBytes' in need ? need.secretBytes : 0)));
  if (bytes.length >= least) return Uint8Array.from(bytes);
  throw misuse('options.secret', `at least ${least} bytes`, `${bytes.length}`);
}

function parsePublicKey(given: NonNullable<JwtKeyOptions['publicKey']>): KeyObject {
  if (given instanceof KeyObject) return given;
  const isPrivate = typeof given === 'string' ? given.includes('PRIVATE KEY') : 'd' in given || 'k' in given;
  if (isPrivate) throw misuse('options.publicKey', 'a public key', 'one that has to be kept secret');
  try {
    return createPublicKey(typeof given === 'string' ? given : { key: given, format: 'jwk' });
  } catch {
    // What the parser says may repeat a part of it.
    throw misuse('options.publicKey', 'a public key: PEM, JWK or KeyObject', 'one that cannot be read');
  }
}

function readPublicKey(given: NonNullable<JwtKeyOptions['publicKey']>, algorithms: readonly JwtAlgorithm[]): KeyObject {
  const key = parsePublicKey(given);
  if (key.type !== 'public') throw misuse('options.publicKey', 'a public key', `a ${key.type} one`);
  const { asymmetricKeyType: keyType, asymmetricKeyDetails: details } = key;
  for (const algorithm of algorithms) {
    const need = needs[algorithm];
    const isCurve = !('curve' in need) || need.curve === details?.namedCurve;
    if ('keyType' in need && need.keyType === keyType && isCurve) continue;
    throw misuse('options.publicKey', `a key for ${algorithm}`, `one for ${details?.namedCurve ?? keyType}`);
  }
  if (keyType === 'rsa' && (details?.modulusLength ?? 0) < MIN_RSA_BITS) {
    throw misuse('options.publicKey', `at least ${MIN_RSA_BITS} bits`, String(details?.modulusLength));
  }
  return key;
}

/** Whoever can change what comes from there can sign tokens. */
function readUrl(given: string | URL): URL {
  const url = URL.canParse(String(given)) ? new URL(given) : undefined;
  const isHere = url && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || (isHere && url.protocol === 'http:')) return url;
  throw misuse('options.jwks', 'a URL with https:, or a function', url ? quote(url.protocol) : 'something else');
}

/**
 * What tokens are proven with, held to the algorithms at the door: a key of one kind is never used
 * with an algorithm of another.
 *
 * @throws {TypeError} For keys and algorithms that cannot be together; no message repeats a key.
 */
export function readKey({ algorithms, secret, publicKey, jwks }: JwtKeyOptions): JwtKey {
  const path = 'options.algorithms';
  if (!Array.isArray(algorithms) || algorithms.length === 0) {
    throw misuse(path, 'a list of algorithms', Array.isArray(algorithms) ? 'an empty one' : quote(algorithms));
  }
  const wrong = algorithms.find((algorithm) => !byName.has(algorithm));
  if (wrong !== undefined) throw misuse(path, [...byName.keys()].join(', '), quote(wrong));
  const given = [secret, publicKey, jwks].filter((key) => key !== undefined);
  if (given.length !== 1) throw misuse('options', 'one of secret, publicKey, jwks', String(given.length));
  const needed = algorithms.flatMap((algorithm) => byName.get(algorithm) ?? []);
  const fitting = needed.filter((need) => 'secretBytes' in need === (secret !== undefined));
  if (fitting.length !== algorithms.length) {
    const expected = secret === undefined ? 'RS…, PS…, ES… or EdDSA with public keys' : 'HS… with a secret';
    throw misuse(path, expected, algorithms.join(', '));
  }
  if (secret !== undefined) return { kind: 'key', key: readSecret(secret, needed) };
  if (publicKey !== undefined) return { kind: 'key', key: readPublicKey(publicKey, algorithms) };
  if (typeof jwks === 'function') return { kind: 'function', load: jwks };
  return { kind: 'url', url: readUrl(jwks ?? '') };
}
