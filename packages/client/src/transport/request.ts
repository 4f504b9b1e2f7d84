import { messageOf, NetworkError } from '../errors.ts';
import type { Query, Resolvable, TransportRequest } from './transport.ts';

/** A request as `fetch` takes it. */
export interface PreparedRequest {
  readonly url: string;
  readonly init: RequestInit & { readonly headers: Headers; readonly method: string };
  /** The names of the caller's own headers, in lower case. */
  readonly callerHeaders: readonly string[];
}

const ASKED = ['method', 'headers', 'query', 'body', 'credentials'] as const;

/** HTTP header values are bytes: the id's are its UTF-8. */
function toByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

function append(params: URLSearchParams, query: Query): void {
  const entries = query instanceof URLSearchParams ? query : Object.entries(query);
  for (const [name, value] of entries) {
    for (const one of [value].flat()) if (one !== undefined && one !== null) params.append(name, String(one));
  }
}

async function ask<T>(name: string, value: Resolvable<T>): Promise<T> {
  try {
    // No option is a function by itself; the type system cannot know.
    return await (typeof value === 'function' ? (value as () => T | Promise<T>)() : value);
  } catch (cause) {
    throw new NetworkError(`Expected ${name}, got: ${messageOf(cause)}`, { cause });
  }
}

/** Whether any part is asked for before every attempt: then a 401 is worth a second question. */
export function isDynamic(request: TransportRequest): boolean {
  return ASKED.some((name) => typeof request[name] === 'function');
}

/**
 * Asks every function and puts the request together.
 *
 * No `Cache-Control`: browsers would ask for permission first; `cache: 'no-store'` does the same.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource
 */
export async function prepare(request: TransportRequest): Promise<PreparedRequest> {
  const [method, callerHeaders, query, body, credentials] = await Promise.all([
    ask('method', request.method),
    ask('headers', request.headers),
    ask('query', request.query),
    ask('body', request.body),
    ask('credentials', request.credentials),
  ]);
  const { lastEventId, resume } = request;
  const headers = new Headers(callerHeaders);
  const names = [...headers.keys()];
  if (!headers.has('accept')) headers.set('accept', 'text/event-stream');
  if (lastEventId && resume.header) headers.set('last-event-id', toByteString(lastEventId));

  const url = new URL(request.url);
  append(url.searchParams, query);
  if (lastEventId && resume.query) url.searchParams.set(resume.query, lastEventId);

  const init: RequestInit & { headers: Headers; method: string; duplex?: 'half' } = {
    method: method.toUpperCase(),
    headers,
    credentials,
    cache: 'no-store',
  };
  if (body !== null) {
    init.body = body;
    init.duplex = 'half';
  }
  return { url: url.href, init, callerHeaders: names };
}
