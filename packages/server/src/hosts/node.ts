import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { Admission } from '../admission.ts';
import type { StreamRequest } from '../grant.ts';
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

async function answer(response: NodeResponse, refusal: Response): Promise<void> {
  response.statusCode = refusal.status;
  for (const [name, value] of refusal.headers) response.setHeader(name, value);
  response.end(Buffer.from(await refusal.arrayBuffer()));
}

/** A second request on a connection whose first one is a stream would never be answered. */
const streaming: WeakSet<Socket> = new WeakSet();

/** The handler of one route. `failed` takes what must not happen. */
export function nodeHandler(admission: Admission, route: RouteOptions, failed: (error: unknown) => void): NodeHandler {
  async function handle(native: NodeRequest, response: NodeResponse): Promise<void> {
    const target = native.url ?? '/';
    if (!URL.canParse(target, 'http://host')) {
      await answer(response, refuse(400, 'Bad Request', 'Expected a target that is a URL'));
      return;
    }
    const { socket } = native;
    if (native.httpVersionMajor === 1 && streaming.has(socket)) {
      socket.destroy();
      return;
    }
    const opening = await admission.admit(requestOf(native, new URL(target, 'http://host')), route);
    if (opening instanceof Response) {
      await answer(response, opening);
      return;
    }
    if (response.destroyed || response.writableEnded) {
      opening.abandon();
      return;
    }
    for (const [name, value] of Object.entries(opening.headers)) response.setHeader(name, value);
    if (native.method === 'HEAD') {
      opening.abandon();
      response.end();
      return;
    }
    if (native.httpVersionMajor === 1) {
      streaming.add(socket);
      socket.setNoDelay(true);
      // A peer that is gone without a word is found by this, too.
      socket.setKeepAlive(true, 30_000);
      socket.setTimeout(0);
      response.once('close', () => streaming.delete(socket));
    }
    response.statusCode = 200;
    // HTTP/1.1 would send them with the first part of the body.
    if ('flushHeaders' in response) response.flushHeaders();
    else response.writeHead(200);
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
