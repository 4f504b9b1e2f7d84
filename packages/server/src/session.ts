import type { Audience, Delivery } from './audience.ts';
import { createChunk } from './chunk.ts';
import { closing, type ClosingReason, type ResetReason } from './control.ts';
import { Outlet } from './outlet.ts';
import { Replay, type Replayed } from './replay.ts';
import type { Batch, SessionHub } from './session-hub.ts';
import type { SessionInfo } from './session-info.ts';
import type { Identity, Lifetime, SessionParts, SessionPolicy } from './session-parts.ts';
import type { Sink, SinkListener } from './sink.ts';
import { count } from './stats.ts';
import type { Spoke } from './wheel.ts';

/** How long a stream that was ended may take to be over. */
const ENDING_MS = 5_000;

type Leave = (session: Session) => void;

/**
 * One stream: a place in the log, and a response that takes what follows it.
 *
 * `replaying`: it reads what it has missed. `live`: it is offered what happens. `ending`: it was
 * ended, and the response is not over yet.
 */
export class Session implements Spoke, SinkListener, Replayed {
  slot: number = Infinity;
  readonly identity: Identity;
  readonly audience: Audience<Session>;
  readonly #hub: SessionHub;
  readonly #outlet: Outlet;
  readonly #replay: Replay;
  readonly #policy: SessionPolicy;
  readonly #lifetime: Lifetime;
  readonly #left: Leave;
  #phase: 'replaying' | 'live' | 'ending' | 'closed' = 'replaying';
  /** The batch that was on its way, or the last one, when it became live: it has read that itself. */
  #joinedAt = 0;
  /** When it is given up if it takes nothing until then. */
  #giveUpAt = Infinity;
  /** Since when others wait for it. */
  #crowdedAt = Infinity;

  /** `left`: called when it is over. */
  constructor(hub: SessionHub, sink: Sink, audience: Audience<Session>, parts: SessionParts, left: Leave) {
    this.#hub = hub;
    this.audience = audience;
    this.identity = parts.identity;
    this.#policy = parts.policy;
    this.#lifetime = parts.lifetime;
    this.#left = left;
    this.#outlet = new Outlet(hub, sink, parts.policy);
    this.#replay = new Replay(hub, this, this.#outlet, parts.seq);
  }

  get clientId(): string | undefined {
    return this.identity.clientId;
  }

  /** What counts of it where all streams together are bounded. */
  get heldBytes(): number {
    return this.#outlet.heldBytes;
  }

  get isReplaying(): boolean {
    return this.#phase === 'replaying';
  }

  get info(): SessionInfo {
    const { connectionId, session, clientId, connectedAt } = this.identity;
    return { connectionId, session, clientId, connectedAt, bufferedBytes: this.#outlet.bufferedBytes };
  }

  /** The number up to which it has everything. */
  get position(): number {
    return this.#phase === 'live' && this.#outlet.isEmpty ? this.#hub.flushed : this.#replay.written;
  }

  /** Begins with a text of its own; what it has missed comes with `resume`. */
  start(text: string): void {
    this.#outlet.write(createChunk(text), 0);
    this.#hub.wheel.schedule(this, this.#nextLook());
  }

  /** What happened. */
  offer({ frames, chunk }: Delivery<Session>, { number, from }: Batch): void {
    if (this.#phase !== 'live' || number <= this.#joinedAt) return;
    if (!this.#outlet.isBlocked) {
      this.#outlet.write(chunk, frames.length);
      if (this.#outlet.isBlocked) this.#patience();
      return;
    }
    if (this.#outlet.isEmpty) this.#replay.written = from;
    if (!this.#outlet.keep(frames)) this.#overflow();
  }

  drained(): void {
    if (!this.#outlet.isBlocked || this.#phase === 'ending' || this.#phase === 'closed') return;
    this.#giveUpAt = Infinity;
    this.#outlet.drained();
    if (this.#outlet.isEmpty) this.#uncrowd();
    this.resume();
    this.#patience();
  }

  closed(): void {
    if (this.#phase === 'closed') return;
    if (this.#phase !== 'ending') count(this.#hub.stats.ended, 'client');
    this.#leave('closed');
    this.#outlet.release();
    this.#hub.wheel.remove(this);
    this.#left(this);
  }

  /** What it had cannot be continued: it goes on from now, and says so. */
  restart(reason: ResetReason, requested: string): void {
    if (this.#phase !== 'live' && this.#phase !== 'replaying') return;
    this.#leave('replaying');
    this.#replay.abandon(reason, requested);
    this.resume();
  }

  /** Says why, and ends; at once where there is nobody to say it to. */
  end(reason: ClosingReason | 'memory' | 'stalled', retryMs = 0): void {
    if (this.#phase === 'ending' || this.#phase === 'closed') return;
    this.#leave('ending');
    count(this.#hub.stats.ended, reason);
    this.#giveUpAt = this.#hub.now() + ENDING_MS;
    this.#hub.wheel.schedule(this, this.#giveUpAt);
    const isLost = reason === 'memory' || reason === 'stalled';
    if (isLost || (reason === 'closed' && this.#outlet.isBlocked)) this.#outlet.destroy();
    else this.#outlet.end(createChunk(closing(reason, retryMs)));
  }

  tick(now: number): number {
    if (this.#phase === 'closed') return Infinity;
    if (this.#phase === 'ending') {
      if (now < this.#giveUpAt) return this.#giveUpAt;
      this.#outlet.destroy();
      return now + ENDING_MS;
    }
    if (now >= Math.min(this.#giveUpAt, this.#lifetime.endsAt)) {
      const giveUp = this.#policy.strategy === 'disconnect' ? 'slow' : 'stalled';
      this.end(now >= this.#giveUpAt ? giveUp : this.#lifetime.reason);
      return Infinity;
    }
    if (now >= this.#crowdedAt + this.#policy.writeTimeoutMs) this.#spill();
    const isDue = now >= this.#outlet.wroteAt + this.#policy.heartbeatMs;
    if (isDue && !this.#outlet.isBlocked && !this.#hub.isBusy) {
      this.#outlet.write(this.#hub.heartbeat(this.position), 0);
      if (this.#outlet.isBlocked) this.#patience();
    }
    return Math.max(this.#nextLook(), now);
  }

  #nextLook(): number {
    const { heartbeatMs, writeTimeoutMs } = this.#policy;
    const beatAt = this.#outlet.isBlocked ? Infinity : this.#outlet.wroteAt + heartbeatMs;
    return Math.min(beatAt, this.#lifetime.endsAt, this.#giveUpAt, this.#crowdedAt + writeTimeoutMs);
  }

  /** It takes no more: not for ever. Or it does again: it has to be looked at again. */
  #patience(): void {
    if (this.#outlet.isBlocked && this.#giveUpAt === Infinity) {
      this.#giveUpAt = this.#outlet.wroteAt + this.#policy.stalledMs;
    }
    this.#hub.wheel.schedule(this, this.#nextLook());
  }

  #overflow(): void {
    // To keep something more may have been its end.
    if (this.#phase !== 'live') return;
    const { strategy, writeTimeoutMs } = this.#policy;
    if (strategy === 'wait' && !this.#outlet.isOverflowing) {
      if (this.#crowdedAt < Infinity) return;
      this.#crowdedAt = this.#hub.now();
      this.#hub.crowded.add(this);
    } else {
      this.#spill();
      // What it needs is in the log: if it takes something in time it need not even go.
      if (strategy === 'disconnect') this.#giveUpAt = this.#hub.now() + writeTimeoutMs;
    }
    this.#patience();
  }

  /** Nothing waits for it any more: it reads it again when it can. */
  #spill(): void {
    this.#leave('replaying');
    this.#hub.stats.spilled += 1;
  }

  #leave(phase: 'replaying' | 'ending' | 'closed'): void {
    if (this.#phase === 'live') {
      this.#replay.written = this.position;
      this.audience.live.delete(this);
    }
    this.#phase = phase;
    this.#outlet.clear();
    this.#uncrowd();
  }

  #uncrowd(): void {
    if (this.#crowdedAt === Infinity) return;
    this.#crowdedAt = Infinity;
    this.#hub.crowded.delete(this);
    this.#hub.wake();
  }

  /** Goes on with what it has missed. Where it has everything, it is live in the same moment. */
  resume(): void {
    this.#replay.run();
    const { flushed, batch } = this.#hub;
    const isDone = this.isReplaying && this.#replay.isDone;
    if (isDone && this.#replay.written > flushed) this.#hub.defer(this);
    else if (isDone) {
      this.#phase = 'live';
      this.#joinedAt = batch.number;
      this.audience.live.add(this);
    }
    if (this.#outlet.isBlocked) this.#patience();
  }
}
