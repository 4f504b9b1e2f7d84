import { type Buffer } from 'node:buffer';
import { createHmac, randomBytes } from 'node:crypto';
import { complete, type Manual, misuse } from 'pushstream-protocol';
import type { Environment } from '../environment.ts';
import { quote } from '../grammar.ts';
import type { Grant, StreamRequest } from '../grant.ts';
import { hostEnvironment } from '../host.ts';
import {
  checkCookieName,
  type CredentialPlaces,
  type CredentialRequest,
  insufficient,
  invalid,
  missing,
  readCredential,
} from './credential.ts';
import { type ApiKey, type ApiKeyInfo, type HeldKey, holdKey } from './key.ts';
import { digestOf } from './secret.ts';

/** Longer ones are nobody's; hashing takes time by the length of what came, not of what is stored. */
const MAX_LENGTH = 512;

/** Every part has a default. */
export interface ApiKeysOptions {
  /**
   * A cookie that may carry a key, for pages that read streams. It is never taken for publishing: a
   * foreign page could make a browser send it.
   *
   * @default none
   */
  readonly cookie?: string | undefined;
  /** Takes `?apikey=` too: URLs end up in logs and histories. @default false */
  readonly query?: boolean | undefined;
  /** Called when a key was removed: `(credential) => push.revoke({ credential })` ends its streams. @default nothing */
  readonly removed?: ((credential: string) => unknown) | undefined;
  /** The clock, and who is told when `removed` fails. @default the host's */
  readonly environment?: Partial<Environment> | undefined;
}

/** Keys that are good now: any number at the same time, so that one can take another's place. */
export interface ApiKeyRing {
  /** For `createPushStream({ authorize })`: 401 without a good key, 403 for one that may read nothing. */
  readonly authorize: (request: StreamRequest) => Grant | Response;
  /** The key that a request to publish brings, in a header or by `query`; `undefined`, for a 401: none that is good. */
  publisher(request: CredentialRequest): ApiKeyInfo | undefined;
  /** Whether a key, as `publisher` gave it, may publish to a channel, or to all that a pattern matches. */
  mayPublish(key: Pick<ApiKeyInfo, 'fingerprint'>, channel: string): boolean;
  /**
   * One more key; it is good from now on.
   *
   * @throws {TypeError} For a key that cannot be, and for one that is there already.
   */
  add(key: ApiKey | string): ApiKeyInfo;
  /** From now on it is not good any more. False: there is none with that id. */
  remove(id: string): boolean;
  /** As they may be shown. */
  list(): readonly ApiKeyInfo[];
}

type Resolved = { readonly [Name in keyof ApiKeysOptions]-?: ApiKeysOptions[Name] };

const manual: Manual<Resolved> = {
  cookie: ['string', undefined],
  query: ['true | false', false],
  removed: ['function', () => {}],
  environment: ['object', {}],
};

/** Keys, found by what a request brings. */
interface KeyTable {
  find(secret: string): HeldKey | undefined;
  /** By what is shown of it, the very object: fingerprints may be alike. */
  get(info: object): HeldKey | undefined;
  list(): ApiKeyInfo[];
  add(key: HeldKey): void;
  remove(id: string): boolean;
}

/**
 * Finds a key in a time that tells nothing about the keys that are there. A secret of any length is a
 * digest; and what is looked up is a MAC of the digest under a key of this process, so that nobody
 * outside can choose, or learn, how much of it is like a stored one. It takes as long for one key as
 * for thousands.
 */
function createKeyTable(): KeyTable {
  const own = randomBytes(32);
  const byMac = new Map<string, HeldKey>();
  const byId = new Map<string, HeldKey>();
  const byInfo = new WeakMap<object, HeldKey>();
  const macOf = (digest: Buffer): string => createHmac('sha256', own).update(digest).digest('base64');
  return {
    get: (info) => byInfo.get(info),
    list: () => [...byId.values()].map(({ info }) => info),
    find: (secret) => (secret.length > MAX_LENGTH ? undefined : byMac.get(macOf(digestOf(secret)))),
    add(key) {
      const mac = macOf(key.digest);
      const { id } = key.info;
      if (byId.has(id) || byMac.has(mac)) throw misuse('key', 'a key that is not there yet', quote(id));
      byMac.set(mac, key);
      byId.set(id, key);
      byInfo.set(key.info, key);
    },
    remove(id) {
      const key = byId.get(id);
      if (!key) return false;
      byInfo.delete(key.info);
      byMac.delete(macOf(key.digest));
      return byId.delete(id);
    },
  };
}

/**
 * Keys for publishing and reading. Only their hashes are held. A text stands for a key that may do
 * everything.
 *
 * @throws {TypeError} For keys and options that cannot be; no message repeats a secret.
 */
export function apiKeys(keys: ReadonlyArray<ApiKey | string>, options: ApiKeysOptions = {}): ApiKeyRing {
  if (!Array.isArray(keys)) throw misuse('keys', 'a list of keys', typeof keys);
  const { cookie, query, removed, environment } = complete<Resolved>('options', options, manual);
  checkCookieName(cookie);
  const { now, reportError }: Environment = { ...hostEnvironment, ...environment };
  const table = createKeyTable();
  const places: CredentialPlaces = { header: 'x-api-key', parameter: query ? 'apikey' : undefined };

  function find(secret: string): HeldKey | undefined {
    const key = table.find(secret);
    return key && (key.info.expiresAt ?? Infinity) > now() ? key : undefined;
  }

  keys.forEach((key, at) => table.add(holdKey(`keys[${at}]`, key)));

  return {
    authorize(request) {
      const secret = readCredential(request, { ...places, cookie });
      if (secret === undefined) return missing('an API key');
      const key = find(secret);
      if (!key) return invalid('an API key');
      const { id: credential, clientId, expiresAt, scopes } = key.info;
      if (scopes.subscribe.length === 0) return insufficient('an API key');
      return { channels: scopes.subscribe, clientId, expiresAt, credential };
    },
    publisher(request) {
      const secret = readCredential(request, places);
      return secret === undefined ? undefined : find(secret)?.info;
    },
    mayPublish: (key, channel) => table.get(key)?.mayPublish(channel) ?? false,
    add(key) {
      const held = holdKey('key', key);
      table.add(held);
      return held.info;
    },
    remove(id) {
      const isRemoved = table.remove(id);
      if (isRemoved) Promise.resolve(removed?.(id)).catch((error: unknown) => reportError(error, 'options.removed'));
      return isRemoved;
    },
    list: table.list,
  };
}
