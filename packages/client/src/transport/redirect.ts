import { HttpError } from '../errors.ts';
import type { PreparedRequest } from './request.ts';
import { release, withoutQuery } from './response.ts';

const MAX_HOPS = 10;
const REDIRECTS = [301, 302, 303, 307, 308];
/** @see https://fetch.spec.whatwg.org/#cors-safelisted-request-header */
const SAFELISTED = ['accept', 'accept-language', 'content-language', 'content-type'];

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Where a redirect leads is hidden, so is its status: 0. */
function refusal({ url }: PreparedRequest, { status }: Response, why: string): HttpError {
  return new HttpError(withoutQuery(url), status, undefined, `: a redirect, and ${why}`);
}

/** The next request, or an error where there is nowhere to go. */
function next(request: PreparedRequest, response: Response, hops: number): PreparedRequest {
  const { url, init, callerHeaders } = request;
  const { status } = response;
  const refuse = (why: string): HttpError => refusal(request, response, why);
  const location = response.headers.get('location');
  if (!location || !URL.canParse(location, url)) throw refuse('no usable Location');
  if (hops === MAX_HOPS) throw refuse('not the first');
  const from = new URL(url);
  const to = new URL(location, from);
  if (to.protocol !== 'https:' && to.protocol !== from.protocol) throw refuse(`to ${to.protocol}`);

  const headers = new Headers(init.headers);
  const { body, ...rest } = init;
  const rewritten = status === 303 ? init.method !== 'GET' && init.method !== 'HEAD' : status < 303 && init.method === 'POST';
  if (to.origin !== from.origin) for (const name of callerHeaders) if (name !== 'accept') headers.delete(name);
  if (rewritten) headers.delete('content-type');
  const kept = rewritten || body === undefined || body === null ? {} : { body };
  return { url: to.href, init: { ...rest, ...kept, method: rewritten ? 'GET' : init.method, headers }, callerHeaders };
}

/**
 * Fetches, and follows redirects by hand: a caller's header could leak with them. Browsers hide
 * where a redirect leads: there it is asked again and left to them, as long as they strip every
 * header that matters.
 */
export async function fetchSafely(fetch: Fetch, request: PreparedRequest, redirect: 'safe' | 'follow' | 'error'): Promise<Response> {
  const follow = (): Promise<Response> => fetch(request.url, { ...request.init, redirect: 'follow' });
  const secrets = request.callerHeaders.filter((name) => !SAFELISTED.includes(name));
  if (redirect === 'follow') return follow();
  for (let hops = 0; ; hops += 1) {
    const response = await fetch(request.url, { ...request.init, redirect: 'manual' });
    const hidden = response.type === 'opaqueredirect';
    if (!hidden && !REDIRECTS.includes(response.status)) return response;
    release(response);
    if (redirect === 'error') throw refusal(request, response, 'options.redirect allows none');
    if (!hidden) request = next(request, response, hops);
    else if (secrets.every((name) => name === 'authorization')) return follow();
    else throw refusal(request, response, `it could carry ${secrets.join(', ')} along, unless options.redirect is "follow"`);
  }
}
