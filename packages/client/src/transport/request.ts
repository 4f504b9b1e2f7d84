import { messageOf, NetworkError } from '../errors.ts';
import type { HeadersInput, Query, Resolvable, TransportRequest } from './transport.ts';

/** A request as `fetch` takes it. */
export interface PreparedRequest {
  readonly url: string;
  readonly init: RequestInit & { readonly headers: Headers; readonly method: string; readonly duplex?: 'half' };
  /** The names of the caller's own headers, in lower case. */
  readonly callerHeaders: readonly string[];
  /** A part is asked for before every attempt: then a 401 is worth a second question. */
  readonly isDynamic: boolean;
}

/** `undefined` where a name or a value is not valid. */
export function parseHeaders(headers: HeadersInput): Headers | undefined {
  try {
    return new Headers(headers);
  } catch {
    return undefined;
  }
}

/** HTTP header values are bytes: the id's are its UTF-8. */
function toByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** Adds what there is of a query. */
export function append(params: URLSearchParams, query: Query): URLSearchParams {
  const entries = query instanceof URLSearchParams ? query : Object.entries(query);
  for (const [name, value] of entries) {
    for (const one of [value].flat()) if (one !== undefined && one !== null) params.append(name, String(one));
  }
  return params;
}

/**
 * Asks every function and puts the request together.
 *
 * No `Cache-Control`: browsers would ask for permission first; `cache: 'no-store'` does the same.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource
 */
export async function prepare(request: TransportRequest, signal: AbortSignal): Promise<PreparedRequest> {
  let isDynamic = false;
  async function ask<T>(name: string, value: Resolvable<T>): Promise<T> {
    if (typeof value !== 'function') return value;
    isDynamic = true;
    try {
      // No option is a function by itself; the type system cannot know.
      return await (value as () => T | Promise<T>)();
    } catch (cause) {
      throw new NetworkError(`Expected the function options.${name} to give a value, got: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  const [method, callerHeaders, query, body, credentials] = await Promise.all([
    ask('method', request.method),
    ask('headers', request.headers),
    ask('query', request.query),
    ask('body', request.body),
    ask('credentials', request.credentials),
  ]);
  const { lastEventId, resume } = request;
  const headers = parseHeaders(callerHeaders);
  // What the engine would say of it may show a token.
  if (!headers) throw new NetworkError('Expected headers with valid names and values, got others');
  const names = [...headers.keys()];
  if (!headers.has('accept')) headers.set('accept', 'text/event-stream');
  if (lastEventId && resume.header) headers.set('last-event-id', toByteString(lastEventId));

  const url = new URL(request.url);
  append(url.searchParams, query);
  if (lastEventId && resume.query) url.searchParams.set(resume.query, lastEventId);

  const init: PreparedRequest['init'] = {
    method: method.toUpperCase(),
    headers,
    credentials,
    cache: 'no-store',
    signal,
    ...(body !== null && { body, duplex: 'half' }),
  };
  return { url: url.href, init, callerHeaders: names, isDynamic };
}
