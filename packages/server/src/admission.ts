import { Buffer } from 'node:buffer';
import { corsHeaders, preflight } from './cors.ts';
import { decide } from './authorize.ts';
import { LogUnavailableError } from './errors.ts';
import { authorizeSubscription, readSubscription, type Subscription } from './filter.ts';
import type { Grant, StreamRequest } from './grant.ts';
import { isSession, quote } from './grammar.ts';
import { foreignHost } from './host-name.ts';
import type { Hub } from './hub.ts';
import type { Killed } from './killed.ts';
import { locate } from './locate.ts';
import type { Log } from './log/log.ts';
import { type Admitted, createOpening, type Opening } from './opening.ts';
import { isPattern } from './pattern.ts';
import type { RouteOptions } from './route.ts';
import { refuse, retryAfter } from './refusal.ts';
import type { Resolved } from './resolve-options.ts';
import type { Revoked } from './revoked.ts';
import { createRoom } from './room.ts';
import { count } from './stats.ts';
import { groupsOf } from './whom.ts';

const METHODS = 'GET, HEAD, OPTIONS';

/** The header before the query, which stays as it is when a browser reconnects. */
function lastEventIdOf({ headers, url }: StreamRequest): string {
  const header = headers.get('last-event-id');
  if (header === null) return url.searchParams.get('lastEventId') ?? '';
  // Hosts hand headers out byte by byte; an id is UTF-8.
  return Buffer.from(header, 'latin1').toString('utf8');
}

/** Decides about requests, for every host. */
export interface Admission {
  /** `isLocal`: the server is known to listen where only programs of its machine reach it. */
  admit(request: StreamRequest, route: RouteOptions, isLocal?: boolean): Promise<Opening | Response>;
  /** From now on every stream is refused. */
  close(): void;
}

/** What it needs. */
export interface AdmissionParts {
  readonly hub: Hub;
  readonly log: Log;
  readonly killed: Killed;
  readonly revoked: Revoked;
  /** The settings of now. */
  readonly settings: () => Resolved;
}

export function createAdmission({ hub, log, killed, revoked, settings }: AdmissionParts): Admission {
  const { environment, stats } = hub;
  const room = createRoom();
  let isOpen = true;

  const acceptsStream = (accept: string | null): boolean =>
    accept === null || /(^|,)\s*(text\/event-stream|text\/\*|\*\/\*)\s*(;|,|$)/i.test(accept);

  /** What can be said before anybody is asked. */
  function refuseEarly({ method, url, headers }: StreamRequest, isLocal: boolean): Response | undefined {
    const { hosts, limits, origins } = settings();
    const foreign = foreignHost(headers.get('host') ?? url.host, hosts, isLocal);
    if (foreign !== undefined) return refuse(421, 'Misdirected Request', foreign);
    if (method === 'OPTIONS') return preflight(headers, origins, METHODS);
    if (method !== 'GET' && method !== 'HEAD') {
      return refuse(405, 'Method Not Allowed', `Expected GET, got ${method}`, { allow: METHODS });
    }
    if (!acceptsStream(headers.get('accept'))) {
      return refuse(406, 'Not Acceptable', 'Expected a client that accepts text/event-stream');
    }
    const session = url.searchParams.get('session');
    if (session !== null && !isSession(session)) {
      return refuse(400, 'Bad Request', 'session: expected 1 to 128 letters, digits and any of _ - . : @ ~');
    }
    if (session !== null && killed.has(session)) return new Response(null, { status: 204 });
    if (isOpen && !room.isFull(limits)) return undefined;
    const expected = isOpen ? 'room for one more stream, got none' : 'a server that stays, got one that is leaving';
    return refuse(503, 'Service Unavailable', `Expected ${expected}`, retryAfter(environment.random));
  }

  function subscribe(request: StreamRequest, route: RouteOptions, grant: Grant): Subscription | Response {
    const asked = readSubscription(request.url.searchParams, settings().limits.filters);
    if ('problem' in asked) return refuse(400, 'Bad Request', asked.problem);
    const wrong = route.channels?.find((channel) => !isPattern(channel));
    if (wrong !== undefined) {
      return refuse(
        400,
        'Bad Request',
        `channel: expected a name or a pattern such as "orders.*", got ${quote(wrong)}`,
      );
    }
    const wanted = route.channels ? { ...asked, channels: route.channels } : asked;
    const subscription = authorizeSubscription(wanted, grant);
    // The same words whether the channel is there or not.
    return subscription ?? refuse(403, 'Forbidden', 'Expected channels that may be read with these credentials');
  }

  /** What has changed since it was decided is found when it begins. */
  function reserve(admitted: Admitted, seen: number): Opening {
    const session = admitted.request.url.searchParams.get('session');
    const { clientId, credential } = admitted.grant;
    const groups = groupsOf({ session: undefined, clientId, credential });
    return createOpening(hub, settings(), admitted, {
      leave: room.take(clientId),
      refusal() {
        if (!isOpen) return 'drain';
        if (session !== null && killed.has(session)) return 'killed';
        return revoked.isSince(seen, groups) ? 'revoked' : undefined;
      },
    });
  }

  async function decideAll(request: StreamRequest, route: RouteOptions, isLocal: boolean): Promise<Opening | Response> {
    const early = refuseEarly(request, isLocal);
    if (early) return early;
    const { authorize, limits } = settings();
    const seen = revoked.moment;
    const grant = await decide(authorize, request, limits.authorizeTimeoutMs, environment);
    if (grant instanceof Response) return grant;
    const subscription = subscribe(request, route, grant);
    if (subscription instanceof Response) return subscription;
    const requested = lastEventIdOf(request);
    try {
      const location = await locate(hub, log, requested, limits.replay);
      // Others came in the meantime.
      const late = refuseEarly(request, isLocal);
      if (late) return late;
      if (!room.isFullFor(grant.clientId, limits)) {
        return reserve({ request, grant, subscription, location, requested }, seen);
      }
      const header = retryAfter(environment.random, 5);
      return refuse(429, 'Too Many Requests', 'Expected fewer open streams of this client', header);
    } catch (error) {
      environment.reportError(error, 'the log');
      const seconds = error instanceof LogUnavailableError ? Math.ceil(error.retryAfterMs / 1_000) : 1;
      return refuse(503, 'Service Unavailable', 'Expected a log that answers', retryAfter(environment.random, seconds));
    }
  }

  return {
    async admit(request, route, isLocal = false) {
      const answer = await decideAll(request, route, isLocal);
      if (!(answer instanceof Response)) return answer;
      if (answer.status >= 400) count(stats.refused, answer.status);
      const cors = corsHeaders(request.headers.get('origin'), settings().origins);
      // A page may see why it was refused. The headers of a response that came from elsewhere may be frozen.
      const headers = new Headers(answer.headers);
      for (const [name, value] of Object.entries(cors)) headers.set(name, value);
      return new Response(answer.body, { status: answer.status, headers });
    },
    close() {
      isOpen = false;
    },
  };
}
