import { misuse } from 'pushstream-protocol';
import { quote } from '../grammar.ts';
import type { StreamRequest } from '../grant.ts';
import { refuse } from '../refusal.ts';

/** Where a credential may come from, beside `Authorization: Bearer`. */
export interface CredentialPlaces {
  /** A header that holds nothing else. */
  readonly header?: string | undefined;
  readonly cookie?: string | undefined;
  /** A parameter of the query: URLs end up in logs and histories. */
  readonly parameter?: string | undefined;
}

/** What a request is read from. */
export type CredentialRequest = Pick<StreamRequest, 'url' | 'headers'>;

const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** @throws {TypeError} For a name that no cookie can have. */
export function checkCookieName(name: string | undefined): void {
  if (name === undefined || COOKIE_NAME.test(name)) return;
  throw misuse('options.cookie', 'the name of a cookie', quote(name));
}

function readCookie(headers: Headers, name: string): string | undefined {
  for (const pair of headers.get('cookie')?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return unquote(pair.slice(equals + 1).trim());
  }
  return undefined;
}

const unquote = (value: string): string => /^"(.*)"$/.exec(value)?.[1] ?? value;

/** The first credential that a request brings, whatever it is worth; an empty one is none. */
export function readCredential({ url, headers }: CredentialRequest, places: CredentialPlaces): string | undefined {
  const { header, cookie, parameter } = places;
  // Another scheme is somebody else's, for example a proxy's.
  const bearer = /^bearer +(.*)$/i.exec(headers.get('authorization') ?? '')?.[1]?.trim();
  const found =
    bearer ||
    (header && headers.get(header)?.trim()) ||
    (cookie && readCookie(headers, cookie)) ||
    (parameter && url.searchParams.get(parameter));
  return found || undefined;
}

/** The 401 for a request without a credential. */
export const missing = (what: string): Response =>
  refuse(401, 'Unauthorized', `Expected ${what}, got none`, { 'www-authenticate': 'Bearer realm="pushstream"' });

/** The 401 for a credential that is not good, whatever is wrong with it. */
export const invalid = (what: string): Response =>
  refuse(401, 'Unauthorized', `Expected ${what} that is good, got one that is not`, {
    'www-authenticate': 'Bearer realm="pushstream", error="invalid_token"',
  });

/** The 403 for a good credential that allows nothing here. */
export const insufficient = (what: string): Response =>
  refuse(403, 'Forbidden', `Expected ${what} that allows to read streams, got one that does not`, {
    'www-authenticate': 'Bearer realm="pushstream", error="insufficient_scope"',
  });
