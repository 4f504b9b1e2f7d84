import type { BacklogPolicy } from './backlog.ts';
import type { ClosingReason } from './control.ts';
import type { SessionInfo } from './session-info.ts';

/** How one stream is kept. */
export interface SessionPolicy extends BacklogPolicy {
  /** Not the same for all: after a broadcast they would all be due at once. */
  readonly heartbeatMs: number;
  readonly writeTimeoutMs: number;
  readonly stalledMs: number;
}

/** Who a stream is. */
export interface Identity extends Omit<SessionInfo, 'bufferedBytes'> {
  readonly credential: string | undefined;
}

/** When a stream has to end, by the monotonic clock, and why. */
export interface Lifetime {
  readonly endsAt: number;
  readonly reason: ClosingReason;
}

/** What a stream is made with. */
export interface SessionParts {
  readonly identity: Identity;
  readonly policy: SessionPolicy;
  readonly lifetime: Lifetime;
  /** The number behind which it begins. */
  readonly seq: number;
}
