import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Admission } from '../admission.ts';
import type { StreamRequest } from '../grant.ts';
import { isLocal } from '../host-name.ts';
import type { Opening } from '../opening.ts';
import type { RouteOptions } from '../route.ts';
import { refuse } from '../refusal.ts';
import { nodeSink } from './node-sink.ts';

/** Answers a request for a stream; never throws. */
export type NodeHandler = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

type NodeRequest = Parameters<NodeHandler>[0];
type NodeResponse = Parameters<NodeHandler>[1];

/** Of a request that names no host: no browser sent it. */
const BASE = 'http://localhost';

/** The target as it came: a router takes away the path that it is mounted at. */
function urlOf(native: NodeRequest): URL | undefined {
  const { url = '/', originalUrl }: { url?: string | undefined; originalUrl?: unknown } = native;
  const query = url.indexOf('?');
  const path = typeof originalUrl === 'string' ? originalUrl : url;
  const target = path.replace(/\?.*$/, '') + (query < 0 ? '' : url.slice(query));
  // Two slashes are a path here, and not the name of a host.
  const whole = target.startsWith('/') ? `${BASE}${target}` : target;
  return URL.canParse(whole, BASE) ? new URL(whole, BASE) : undefined;
}

/** What the request says, read when somebody asks. */
function requestOf(native: NodeRequest, url: URL): StreamRequest {
  let headers: Headers | undefined;
  return {
    method: native.method ?? 'GET',
    url,
    native,
    get headers() {
      if (headers) return headers;
      headers = new Headers();
      for (const [name, value] of Object.entries(native.headers)) {
        // HTTP/2 has some that are none.
        if (value !== undefined && !name.startsWith(':')) headers.set(name, String(value));
      }
      const authority = native.headers[':authority'];
      if (typeof authority === 'string' && !headers.has('host')) headers.set('host', authority);
      return headers;
    },
  };
}

/** Nobody waits for it any more. That of HTTP/2 only its stream knows. */
const isOver = (response: NodeResponse): boolean =>
  response.writableEnded || ('stream' in response ? response.stream.destroyed : response.destroyed);

/** Some other response is still on its way over the same connection, and may be a stream. */
const isBehind = (response: NodeResponse): boolean => !('stream' in response) && response.socket === null;

/** What others of the host vary by stays true. */
function varyOf(response: NodeResponse, own: string): string {
  const before = response.getHeader('vary');
  return before === undefined ? own : `${String(before)}, ${own}`;
}

async function answer(response: NodeResponse, refusal: Response): Promise<void> {
  const body = Buffer.from(await refusal.arrayBuffer());
  if (isOver(response)) return;
  response.statusCode = refusal.status;
  for (const [name, value] of refusal.headers) {
    if (name !== 'set-cookie') response.setHeader(name, name === 'vary' ? varyOf(response, value) : value);
  }
  const cookies = refusal.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.end(body);
}

/** For as long as the stream lasts the connection is its own, and ends with it. */
function claim({ socket }: NodeRequest): void {
  socket.setNoDelay(true);
  // A peer that is gone without a word is found by this, too.
  socket.setKeepAlive(true, 30_000);
  socket.setTimeout(0);
}

/** Sends the head. */
function begin(native: NodeRequest, response: NodeResponse, headers: Record<string, string>): void {
  const head: Record<string, string> = { ...headers };
  // Kept for another request, the connection would keep a server that closes.
  if (native.httpVersionMajor === 1 && native.method !== 'HEAD') head['connection'] = 'close';
  if (head['vary'] !== undefined) head['vary'] = varyOf(response, head['vary']);
  // At once: what is set one by one is kept for as long as the stream lasts. (The two kinds differ in their overloads.)
  (response as ServerResponse).writeHead(200, head);
  // Nobody reads its body; while that waits, nobody sees the end of the connection.
  native.resume();
  if (native.method === 'HEAD') {
    response.end();
    return;
  }
  if (native.httpVersionMajor === 1) claim(native);
  // HTTP/1.1 would send them with the first part of the body.
  if ('flushHeaders' in response) response.flushHeaders();
}

/** The handler of one route. `failed` takes what must not happen. */
export function nodeHandler(admission: Admission, route: RouteOptions, failed: (error: unknown) => void): NodeHandler {
  /** What it gets: a stream, or an answer that is none. */
  function decide(native: NodeRequest, response: NodeResponse): Response | Promise<Opening | Response> {
    const url = urlOf(native);
    if (!url) return refuse(400, 'Bad Request', 'Expected a target that is a URL');
    if (!isBehind(response)) return admission.admit(requestOf(native, url), route, isLocal(native));
    // A stream would begin when the other one ends; if that never happens, nobody is told.
    const detail = 'Expected a connection of its own, got one with an answer on its way';
    return refuse(503, 'Service Unavailable', detail, { 'retry-after': '1' });
  }

  async function handle(native: NodeRequest, response: NodeResponse): Promise<void> {
    const opening = await decide(native, response);
    if (opening instanceof Response) {
      await answer(response, opening);
      return;
    }
    try {
      if (!isOver(response)) begin(native, response, opening.headers);
    } catch (error) {
      opening.abandon();
      throw error;
    }
    if (isOver(response)) {
      opening.abandon();
      return;
    }
    const { sink, listen } = nodeSink(response);
    listen(opening.begin(sink));
  }

  return (native, response) => {
    handle(native, response).catch((error: unknown) => {
      failed(error);
      response.destroy();
    });
  };
}
