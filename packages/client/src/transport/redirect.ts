import { HttpError } from '../errors.ts';
import type { PreparedRequest } from './request.ts';
import { parseUrl, withoutQuery } from './url.ts';
import { type Answer, release } from './response.ts';

const MAX_HOPS = 10;
const REDIRECTS = [301, 302, 303, 307, 308];
/**
 * Harmless anywhere, or taken off by a browser that follows to another origin.
 *
 * @see https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 */
const STRIPPED = ['accept', 'accept-language', 'content-language', 'content-type', 'authorization'];

/** The two say what is asked for and what is sent, and go wherever the request goes. */
const TRAVELLING = ['accept', 'content-type'];

/** What `fetch` is given here. */
export type Init = PreparedRequest['init'] & { readonly redirect: 'follow' | 'manual' };

/** The same request at another place, as `fetch` would make it, less the caller's headers that may not go there. */
function redirected(
  init: PreparedRequest['init'],
  status: number,
  foreign: readonly string[],
): PreparedRequest['init'] {
  const { body: _left, ...bare } = init;
  const { method } = init;
  const headers = new Headers(init.headers);
  for (const name of foreign) if (!TRAVELLING.includes(name)) headers.delete(name);
  if (status === 303 ? /^(GET|HEAD)$/.test(method) : status > 303 || method !== 'POST') return { ...init, headers };
  headers.delete('content-type');
  return { ...bare, headers, method: 'GET' };
}

/**
 * Fetches, and follows redirects by hand: a caller's header could leak with them. Browsers hide
 * where a redirect leads: there it is left to them, as long as they strip every header that matters.
 */
export async function fetchSafely<Given extends Answer>(
  fetch: (url: string, init: Init) => Promise<Given>,
  request: PreparedRequest,
  option: 'safe' | 'follow' | 'error',
  isHidden: boolean,
): Promise<Given> {
  const { callerHeaders } = request;
  const secrets = callerHeaders.filter((name) => !STRIPPED.includes(name));
  const isLeft = option === 'follow' || (option === 'safe' && isHidden && secrets.length === 0);
  const redirect = isLeft ? 'follow' : 'manual';
  let { url, init } = request;
  for (let hops = 0; ; hops += 1) {
    const response = await fetch(url, { ...init, redirect });
    const { status, type } = response;
    const hidden = type === 'opaqueredirect';
    if (isLeft || (!hidden && !REDIRECTS.includes(status))) return response;
    release(response);
    // Where a redirect leads is hidden, so is its status: 0.
    const refuse = (why: string): HttpError =>
      new HttpError(withoutQuery(url), status, undefined, `: a redirect, and ${why}`);
    if (option === 'error') throw refuse('options.redirect allows none');
    if (hidden)
      throw refuse(`it could carry ${secrets.join(', ') || 'a header'} along, unless options.redirect is "follow"`);
    const from = new URL(url);
    const location = response.headers.get('location');
    const to = location ? parseUrl(location, url) : undefined;
    if (!to || to.username || to.password) throw refuse('no usable Location');
    if (hops === MAX_HOPS) throw refuse('not the first');
    if (to.protocol !== 'https:' && to.protocol !== from.protocol) throw refuse(`to ${to.protocol}`);
    ({ href: url } = to);
    init = redirected(init, status, to.origin === from.origin ? [] : callerHeaders);
  }
}
