import type { Verdict } from './classify.ts';
import { type ClosingReason, ready, reset, RETRY_MS } from './control.ts';
import { corsHeaders } from './cors.ts';
import { formatCursor } from './cursor.ts';
import type { Subscription } from './filter.ts';
import type { Grant, StreamRequest } from './grant.ts';
import type { Hub } from './hub.ts';
import type { Location } from './locate.ts';
import type { Resolved } from './resolve-options.ts';
import { Session } from './session.ts';
import type { Lifetime, SessionParts } from './session-parts.ts';
import type { Sink, SinkListener } from './sink.ts';
import { count } from './stats.ts';

/** What every stream is answered with. */
const HEADERS = {
  'content-type': 'text/event-stream',
  // Not to be stored, and not to be held back by who compresses.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

/** A stream that may begin. One of its functions has to be called, at once. */
export interface Opening {
  readonly headers: Record<string, string>;
  begin(sink: Sink): SinkListener;
  /** Nobody is there any more. */
  abandon(): void;
}

/** What was found out about a request. */
export interface Admitted {
  readonly request: StreamRequest;
  readonly grant: Grant;
  readonly subscription: Subscription;
  readonly location: Location;
  /** The last event ID that it came with. */
  readonly requested: string;
}

function lifetimeOf({ expiresAt }: Grant, { maxConnectionAgeMs }: Resolved, { environment }: Hub): Lifetime {
  const { monotonicNow, now, random } = environment;
  // Those that came together must not go together.
  const age = maxConnectionAgeMs === false ? Infinity : maxConnectionAgeMs * (0.8 + random() / 5);
  const left = expiresAt === undefined ? Infinity : expiresAt - now();
  return { endsAt: monotonicNow() + Math.min(age, left), reason: left <= age ? 'expired' : 'age' };
}

/** What was found stands, unless the log has gone another way since. */
function verdictOf({ epoch, verdict }: Location, hub: Hub): Verdict {
  if (verdict.kind !== 'resume') return verdict;
  if (epoch !== hub.epoch) return { kind: 'reset', reason: 'epoch' };
  return verdict.seq > hub.applied ? { kind: 'reset', reason: 'ahead' } : verdict;
}

/** The place that was taken for a stream. */
export interface Place {
  /** Gives it back. */
  leave(): void;
  /** Why the stream must not go on after all. */
  refusal(): ClosingReason | undefined;
}

/** Made here, so that a stream holds on to nothing of its request. */
const leaver =
  (hub: Hub, leave: Place['leave']) =>
  (session: Session): void => {
    hub.forget(session);
    leave();
  };

export function createOpening(hub: Hub, settings: Resolved, admitted: Admitted, place: Place): Opening {
  const { environment, stats } = hub;
  const { request, grant, subscription, location, requested } = admitted;

  function begin(sink: Sink): Session {
    const { slowConsumer, limits, heartbeatMs, retryMs } = settings;
    const verdict = verdictOf(location, hub);
    const seq = verdict.kind === 'resume' ? verdict.seq : hub.applied;
    const cursor = formatCursor({ epoch: hub.epoch, seq });
    const connectionId = environment.token();
    const audience = hub.audiences.enter(subscription);
    const parts: SessionParts = {
      identity: {
        connectionId,
        session: request.url.searchParams.get('session') ?? undefined,
        clientId: grant.clientId,
        credential: grant.credential,
        connectedAt: environment.now(),
      },
      policy: {
        ...slowConsumer,
        stalledMs: limits.stalledMs,
        heartbeatMs: heartbeatMs * (0.75 + environment.random() / 4),
      },
      lifetime: lifetimeOf(grant, settings, hub),
      seq,
    };
    const session = new Session(hub, sink, audience, parts, leaver(hub, place.leave));
    hub.enter(session);
    stats.opened += 1;
    const resumed = verdict.kind === 'resume';
    if (resumed) stats.resumed += 1;
    const info = { connectionId, cursor, resumed, replayed: hub.applied - seq, heartbeatMs };
    let text = ready(info, grant.retryMs ?? retryMs, verdict.kind === 'reset');
    if (verdict.kind === 'reset') {
      count(stats.resets, verdict.reason);
      text += reset({ reason: verdict.reason, requested: requested.slice(0, 1_024), resumedFrom: cursor });
    }
    session.start(text);
    // Before anything is replayed.
    const { endsAt, reason } = parts.lifetime;
    const refusal = place.refusal() ?? (endsAt <= hub.now() ? reason : undefined);
    if (refusal) session.end(refusal, RETRY_MS);
    else session.resume();
    return session;
  }

  return {
    headers: { ...HEADERS, ...corsHeaders(request.headers.get('origin'), settings.origins) },
    abandon: place.leave,
    begin,
  };
}
