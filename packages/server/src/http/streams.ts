import { isPattern } from '../pattern.ts';
import type { PushStream } from '../push-stream.ts';
import type { RouteOptions } from '../route.ts';
import { refuseForeignHosts } from './host-names.ts';
import { Problem } from './problem.ts';
import type { ResolvedHttpOptions } from './resolve-options.ts';
import type { App } from './router.ts';

/** A request for a stream. */
export interface StreamTarget {
  /** What the route fixes. */
  readonly route: RouteOptions;
  /** Path and query, as the hub understands them. */
  readonly target: string;
  /** A key that came in the query, where that is taken. */
  readonly key?: string | undefined;
}

const EVENTS = '/events';
const CONNECT = '/api/sse/connect';

/** Where a key is taken from a URL, and where the key ring looks for it. */
const KEY_PARAMETER = 'apikey';
export const KEY_HEADER = 'x-api-key';

/** Whether a request brings a credential where it belongs: then that one counts. */
export const hasCredential = (has: (name: string) => boolean): boolean => has('authorization') || has(KEY_HEADER);

/** What is said there in other words. Who somebody is, the grant says: `clientId` alone is a name for a session. */
const SYNONYMS = [
  ['clientId', 'session'],
  ['checkpoint', 'lastEventId'],
] as const;

/** The query of `connect`, as the hub understands it; a key is not left in it. */
function translate(query: string, takesKey: boolean): { readonly search: string; readonly key: string | undefined } {
  const parameters = new URLSearchParams(query);
  for (const [theirs, ours] of SYNONYMS) {
    const value = parameters.get(theirs);
    if (value && !parameters.has(ours)) parameters.set(ours, value);
  }
  const key = takesKey ? parameters.get(KEY_PARAMETER) : undefined;
  if (takesKey) parameters.delete(KEY_PARAMETER);
  return { search: parameters.toString(), key: key || undefined };
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** What a target (path and query, as they came) asks for; `undefined`: no stream, or none that can be. */
export function findStream(target: string, takesKey: boolean): StreamTarget | undefined {
  const end = target.indexOf('?');
  const path = end < 0 ? target : target.slice(0, end);
  if (path === EVENTS) return { route: {}, target };
  if (path === CONNECT) {
    const { search, key } = translate(target.slice(path.length + 1), takesKey);
    return { route: {}, target: `${path}?${search}`, key };
  }
  const [, part = ''] = /^\/stream\/([^/]+)$/.exec(path) ?? [];
  const channel = decode(part);
  return isPattern(channel) ? { route: { channels: [channel] }, target } : undefined;
}

/** The same for hosts that speak Fetch. */
export function addStreams(
  app: App,
  push: Pick<PushStream, 'fetchHandler'>,
  { apiKeyInQuery, hosts }: ResolvedHttpOptions,
): void {
  const all = push.fetchHandler();
  const add = (path: string, handle: (request: Request, channel: string) => Promise<Response>): void => {
    app.all(path, ({ req, env }) => {
      refuseForeignHosts(req.raw, hosts, env?.incoming);
      return handle(req.raw, req.param('channel') ?? '');
    });
  };

  add(EVENTS, all);
  add(CONNECT, ({ url: target, method, headers: given, signal }) => {
    const url = new URL(target);
    const { search, key } = translate(url.search, apiKeyInQuery);
    url.search = search;
    const headers = new Headers(given);
    if (key !== undefined && !hasCredential((name) => headers.has(name))) headers.set(KEY_HEADER, key);
    return all(new Request(url, { method, headers, signal }));
  });
  add('/stream/:channel', (request, channel) => {
    if (isPattern(channel)) return push.fetchHandler({ channels: [channel] })(request);
    throw new Problem(400, 'channel: expected a name, or a pattern such as "orders.*", got another');
  });
}
