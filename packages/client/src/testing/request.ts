/** A request as it arrived. */
export interface TestRequest {
  /** In capitals. */
  readonly method: string;
  /** With the query. */
  readonly url: URL;
  /** All of them, also those that the client adds. */
  readonly headers: Headers;
  /** The cursor, from the header or else from the query's `lastEventId`; empty: none. */
  readonly lastEventId: string;
  /** The body, as far as the client sends one; may be asked for again. */
  text(): Promise<string>;
}

/** The id's UTF-8, which HTTP carries as bytes. */
function fromByteString(value: string): string {
  return new TextDecoder().decode(Uint8Array.from(value, (byte) => byte.charCodeAt(0)));
}

/** A request is there as soon as its head is: its body may take its time, which is not virtual. */
export function readRequest(request: Request): TestRequest {
  const { method, headers } = request;
  const url = new URL(request.url);
  const sent = headers.get('last-event-id');
  const lastEventId = sent === null ? (url.searchParams.get('lastEventId') ?? '') : fromByteString(sent);
  const body = request.text();
  // Its failure is met where it is asked for; until then it must not count as unhandled.
  body.catch(() => {});
  return { method, url, headers, lastEventId, text: () => body };
}

/** The request that follows a redirect, as `fetch` makes it. */
export async function redirectedRequest(request: TestRequest, status: number, location: string): Promise<Request> {
  const { method, url } = request;
  const to = new URL(location, url);
  const headers = new Headers(request.headers);
  if (to.origin !== url.origin) headers.delete('authorization');
  const isGet = status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST';
  if (isGet) headers.delete('content-type');
  const body = isGet ? '' : await request.text();
  return new Request(to, { headers, method: isGet ? 'GET' : method, ...(body && { body }) });
}
