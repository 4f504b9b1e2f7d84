/** `undefined` where it is none. `URL.canParse` is younger than the browsers that we run in. */
export function parseUrl(url: string | URL, base?: string): URL | undefined {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
}

/** For messages: a query may hold secrets. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*/s, '');
}

/** For messages about what may be no URL at all: nor is anything shown that could be a password. */
export function withoutSecrets(url: string): string {
  return withoutQuery(url.replace(/.*@/s, '***@'));
}
