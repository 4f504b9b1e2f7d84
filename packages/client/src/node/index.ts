import * as http from 'node:http';
import * as https from 'node:https';
import { pipeline, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { complete, type Manual } from 'pushstream-protocol';
import { NetworkError } from '../errors.ts';
import { httpTransport } from '../transport/attempt.ts';
import type { Feed } from '../transport/feed.ts';
import { fetchSafely, type Init } from '../transport/redirect.ts';
import type { Answer } from '../transport/response.ts';
import type { Transport } from '../transport/transport.ts';
import { withoutQuery } from '../transport/url.ts';

/** How Node connects. */
export interface NodeTransportOptions {
  /**
   * Keeps the sockets, and knows proxies, certificates and the like: an agent of `node:http` or
   * `node:https`, or a function that is asked at each request, redirects included.
   *
   * @default the global agents
   */
  readonly agent?: http.Agent | ((url: URL) => http.Agent);
}

const manual: Manual<{ agent: NodeTransportOptions['agent'] }> = { agent: ['object | function', undefined] };

/** What `fetch` in Node takes off where it follows to another origin. */
const SECRETS = ['authorization', 'cookie', 'proxy-authorization'];

/** A body that is on its way. */
interface Body {
  readonly message: http.IncomingMessage;
  cancel(): Promise<void>;
}

type NodeAnswer = Answer & { readonly body: Body };

function answerOf(url: string, message: http.IncomingMessage): NodeAnswer {
  const { statusCode = 0, headersDistinct } = message;
  const get = (name: string): string | null => headersDistinct[name.toLowerCase()]?.join(', ') ?? null;
  // Its failure is met where it is read; until then it must not end the process.
  message.on('error', () => {});
  const cancel = (): Promise<void> => Promise.resolve(void message.destroy());
  return { url, status: statusCode, headers: { get }, body: { message, cancel } };
}

/** Writes the body as `fetch` would: in one piece with its length, or as it comes. */
async function send(request: http.ClientRequest, asked: Request, streams: boolean): Promise<void> {
  // A failure of either is the request's.
  if (streams && asked.body) pipeline(Readable.from(asked.body), request, () => {});
  else request.end(new Uint8Array(await asked.arrayBuffer()));
}

/** One request, one answer. */
function ask(url: string, init: Init, agentOf: (url: URL) => http.Agent | undefined): Promise<NodeAnswer> {
  return new Promise((resolve, reject) => {
    const { body, signal } = init;
    signal?.throwIfAborted();
    // Puts together what belongs to the body, and refuses what `fetch` would.
    const asked = new Request(url, { ...init, signal: null });
    const target = new URL(url);
    const agent = agentOf(target);
    const { request: make } = target.protocol === 'https:' ? https : http;
    const request = make(target, {
      method: asked.method,
      headers: Object.fromEntries(asked.headers),
      ...(agent && { agent }),
    });
    signal?.addEventListener('abort', () => request.destroy());
    request.on('error', (error: NodeJS.ErrnoException) => {
      // Several addresses that failed say nothing together.
      error.message ||= error.code ?? error.name;
      reject(error);
    });
    // Node says no more of an answer that changes the protocol.
    request.on('close', () => reject(new Error('no answer')));
    request.on('response', (message) => {
      const { statusCode, headers } = message;
      const encoding = headers['content-encoding'] || 'identity';
      if (statusCode !== 200 || encoding.toLowerCase() === 'identity') return resolve(answerOf(url, message));
      // Nobody asked for it; `fetch` would decode it.
      reject(new NetworkError(`Expected plain text from ${withoutQuery(url)}, got content encoding ${encoding}`));
      request.destroy();
    });
    send(request, asked, body !== undefined && body !== null && Symbol.asyncIterator in Object(body)).catch(
      (error: Error) => request.destroy(error),
    );
  });
}

/** By `data` events: web streams cost more than they give here. */
async function read({ message }: Body, feed: Feed): Promise<void> {
  let turn: Promise<void> | undefined;
  message.on('data', (bytes: Buffer) => {
    turn = feed(bytes);
    if (!turn) return;
    message.pause();
    turn.then(
      () => message.resume(),
      (error: Error) => message.destroy(error),
    );
  });
  try {
    await finished(message, { writable: false });
  } finally {
    // What came before the failure is delivered before the failure is told.
    await turn;
  }
}

/**
 * Reaches a server with `node:http` and `node:https`: for agents of your own (proxies, certificates,
 * limits on sockets), and a little faster than `fetch`. It asks for no content encoding and decodes
 * none. There is no cookie store: `credentials` changes nothing. `redirect: "follow"` takes all
 * headers along but `Authorization`, `Proxy-Authorization` and `Cookie`.
 *
 * @throws {TypeError} For an option of the wrong type or one that does not exist.
 */
export function nodeTransport(options: NodeTransportOptions = {}): Transport {
  const { agent } = complete('options', options, manual);
  const agentOf = typeof agent === 'function' ? agent : (): typeof agent => agent;
  const once = (url: string, init: Init): Promise<NodeAnswer> => ask(url, init, agentOf);
  return httpTransport({
    fetch: (url, init) =>
      init.redirect === 'manual'
        ? once(url, init)
        : fetchSafely(once, { url, init, callerHeaders: SECRETS, isDynamic: false }, 'safe', false),
    read,
    hidesRedirects: () => false,
  });
}
