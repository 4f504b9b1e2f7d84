import { isPattern } from '../pattern.ts';
import type { PushStream } from '../push-stream.ts';
import type { RouteOptions } from '../route.ts';
import { Problem } from './problem.ts';
import type { App } from './router.ts';

/** A request for a stream. */
export interface StreamTarget {
  /** What the route fixes. */
  readonly route: RouteOptions;
  /** Path and query, as the hub understands them. */
  readonly target: string;
}

const EVENTS = '/events';
const CONNECT = '/api/sse/connect';

/** What is said there in other words. Who somebody is, the grant says: `clientId` alone is a name for a session. */
const SYNONYMS = [
  ['clientId', 'session'],
  ['checkpoint', 'lastEventId'],
] as const;

/** The query of `connect`, as the hub understands it. */
function translate(query: string): string {
  const parameters = new URLSearchParams(query);
  for (const [theirs, ours] of SYNONYMS) {
    const value = parameters.get(theirs);
    if (value && !parameters.has(ours)) parameters.set(ours, value);
  }
  return parameters.toString();
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** What a target (path and query, as they came) asks for; `undefined`: no stream, or none that can be. */
export function findStream(target: string): StreamTarget | undefined {
  const end = target.indexOf('?');
  const path = end < 0 ? target : target.slice(0, end);
  if (path === EVENTS) return { route: {}, target };
  if (path === CONNECT) return { route: {}, target: `${path}?${translate(target.slice(path.length + 1))}` };
  const [, part = ''] = /^\/stream\/([^/]+)$/.exec(path) ?? [];
  const channel = decode(part);
  return isPattern(channel) ? { route: { channels: [channel] }, target } : undefined;
}

/** The same for hosts that speak Fetch. */
export function addStreams(app: App, push: Pick<PushStream, 'fetchHandler'>): void {
  const all = push.fetchHandler();
  app.all(EVENTS, ({ req }) => all(req.raw));
  app.all(CONNECT, ({ req }) => {
    const url = new URL(req.url);
    url.search = translate(url.search);
    return all(new Request(url, req.raw));
  });
  app.all('/stream/:channel', ({ req }) => {
    const channel = req.param('channel');
    if (!isPattern(channel)) throw new Problem(400, 'channel: expected a name, or a pattern such as "orders.*"');
    return push.fetchHandler({ channels: [channel] })(req.raw);
  });
}
