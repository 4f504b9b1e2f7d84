import { hostOf } from './host-names.ts';
import { Problem } from './problem.ts';

/** The page is the server's own: scheme aside, which a proxy in front may have changed. */
function isOwn(origin: string, request: Request): boolean {
  return URL.canParse(origin) && new URL(origin).host === hostOf(request).toLowerCase();
}

/**
 * Keeps other sites' pages from having their visitors change something: they may send a POST without
 * asking, with the visitor's cookies, though they do not get to read the answer. Programs that are no
 * browsers send neither header.
 *
 * @throws {Problem} 403 for a page of an origin that is not allowed.
 */
export function refuseForeignPages(request: Request, origins: readonly string[] | '*'): void {
  const { headers } = request;
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site') ?? 'none';
  const isForeign = origin === null ? site !== 'none' && site !== 'same-origin' : !isOwn(origin, request);
  if (!isForeign) return;
  const isListed = origins === '*' ? !headers.has('cookie') : origin !== null && origins.includes(origin);
  if (!isListed) throw new Problem(403, 'origin: expected an allowed one, got another');
}
