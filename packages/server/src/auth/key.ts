import { Buffer } from 'node:buffer';
import { misuse } from 'pushstream-protocol';
import { isLabel, LABEL_EXPECTED, quote } from '../grammar.ts';
import { checkPatterns, matchesAny } from '../pattern.ts';
import { digestOf, fingerprintOf } from './secret.ts';

/** What a key is good for; a part that is left out: nothing. */
export interface KeyScopes {
  /** Channels or patterns that may be published to. @default none */
  readonly publish?: readonly string[] | undefined;
  /** Channels or patterns that may be read. @default none */
  readonly subscribe?: readonly string[] | undefined;
}

/** A key as it is configured: with its hash, or the secret itself. */
export interface ApiKey {
  /** Names it in logs, and is the `credential` of its grants. */
  readonly id: string;
  /** 16 to 512 printable ASCII characters without blanks, as `generateKey()` makes them. */
  readonly secret?: string | undefined;
  /** The secret's SHA-256 as 64 hexadecimal digits, as `hashKey()` makes it. */
  readonly hash?: string | undefined;
  /** What it is good for. @default everything */
  readonly scopes?: KeyScopes | undefined;
  /** When it ends, in milliseconds since the epoch; so do its streams. @default never */
  readonly expiresAt?: number | undefined;
  /** Who uses it: the `clientId` of its grants. @default nobody in particular */
  readonly clientId?: string | undefined;
}

/** A key as it may be shown. */
export interface ApiKeyInfo {
  /** Names it in logs; the `credential` of its grants. */
  readonly id: string;
  /** Six characters of its hash. */
  readonly fingerprint: string;
  /** What it is good for. */
  readonly scopes: { readonly publish: readonly string[]; readonly subscribe: readonly string[] };
  /** In milliseconds since the epoch; `undefined`: never. */
  readonly expiresAt: number | undefined;
  /** Who uses it. */
  readonly clientId: string | undefined;
}

/** A key as it is held; the secret is not. */
export interface HeldKey {
  readonly digest: Buffer;
  readonly info: ApiKeyInfo;
  readonly mayPublish: (channel: string) => boolean;
}

const SECRET = /^[!-~]{16,512}$/;
const HASH = /^[0-9a-f]{64}$/i;

const parts: ReadonlySet<string> = new Set<keyof ApiKey>(['id', 'secret', 'hash', 'scopes', 'expiresAt', 'clientId']);

/** Of a secret nothing is ever repeated. */
const lengthOf = (value: unknown): string =>
  typeof value === 'string' ? `a string of ${value.length} characters` : quote(value);

function readDigest(path: string, { secret, hash }: ApiKey): Buffer {
  if ((secret === undefined) === (hash === undefined)) {
    throw misuse(path, 'either secret or hash', secret === undefined ? 'neither' : 'both');
  }
  if (hash !== undefined) {
    if (typeof hash === 'string' && HASH.test(hash)) return Buffer.from(hash, 'hex');
    throw misuse(`${path}.hash`, '64 hexadecimal digits', lengthOf(hash));
  }
  if (typeof secret === 'string' && SECRET.test(secret)) return digestOf(secret);
  throw misuse(`${path}.secret`, '16 to 512 printable ASCII characters without blanks', lengthOf(secret));
}

function readScopes(path: string, scopes: KeyScopes | undefined): ApiKeyInfo['scopes'] {
  if (scopes === undefined) return { publish: ['*'], subscribe: ['*'] };
  if (typeof scopes !== 'object' || scopes === null) throw misuse(path, 'publish, subscribe', quote(scopes));
  const { publish = [], subscribe = [], ...others } = scopes;
  const other = Object.keys(others)[0];
  if (other !== undefined) throw misuse(path, 'publish, subscribe', quote(other));
  checkPatterns(`${path}.publish`, publish);
  checkPatterns(`${path}.subscribe`, subscribe);
  return Object.freeze({ publish: Object.freeze([...publish]), subscribe: Object.freeze([...subscribe]) });
}

/** @throws {TypeError} For a key that cannot be; the message does not repeat it. */
export function holdKey(path: string, given: ApiKey | string): HeldKey {
  if (typeof given === 'string') {
    const digest = readDigest(path, { id: '', secret: given });
    return holdKey(path, { id: `key-${fingerprintOf(digest)}`, hash: digest.toString('hex') });
  }
  if (typeof given !== 'object' || given === null) throw misuse(path, 'a key', quote(given));
  const other = Object.keys(given).find((name) => !parts.has(name));
  if (other !== undefined) throw misuse(path, [...parts].join(', '), quote(other));
  const { id, expiresAt, clientId } = given;
  if (!isLabel(id)) throw misuse(`${path}.id`, LABEL_EXPECTED, lengthOf(id));
  if (clientId !== undefined && !isLabel(clientId))
    throw misuse(`${path}.clientId`, LABEL_EXPECTED, lengthOf(clientId));
  if (expiresAt !== undefined && !Number.isFinite(expiresAt)) {
    throw misuse(`${path}.expiresAt`, 'milliseconds since the epoch', quote(expiresAt));
  }
  const digest = readDigest(path, given);
  const scopes = readScopes(`${path}.scopes`, given.scopes);
  const info = Object.freeze({ id, fingerprint: fingerprintOf(digest), scopes, expiresAt, clientId });
  return { digest, info, mayPublish: matchesAny(scopes.publish) };
}
