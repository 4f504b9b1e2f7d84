/** `undefined` where it is none. `URL.canParse` is younger than the browsers that we run in. */
export function parseUrl(url: string | URL, base?: string): URL | undefined {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
}

/** For messages: a query may hold secrets, and so may what stands before the host. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*/s, '').replace(/[^/]*@/s, '***@');
}
