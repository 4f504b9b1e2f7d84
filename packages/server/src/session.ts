import type { Audience, Delivery } from './audience.ts';
import { type Backlog, type BacklogPolicy, createBacklog } from './backlog.ts';
import { type Chunk, createChunk } from './chunk.ts';
import { closing, type ClosingReason, reset, type ResetReason } from './control.ts';
import { formatCursor } from './cursor.ts';
import type { Batch, Page, SessionHub } from './session-hub.ts';
import type { SessionInfo } from './session-info.ts';
import type { Sink, SinkListener } from './sink.ts';
import { count } from './stats.ts';
import type { Spoke } from './wheel.ts';

/** How long a stream that was ended may take to be over. */
const ENDING_MS = 5_000;

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

/**
 * One stream: a place in the log, and a response that takes what follows it.
 *
 * `replaying`: it reads what it has missed. `live`: it is offered what happens. `ending`: it was
 * ended and the response is not over yet.
 */
export class Session implements Spoke, SinkListener {
  slot: number = Infinity;
  readonly identity: Identity;
  readonly audience: Audience<Session>;
  readonly #hub: SessionHub;
  readonly #sink: Sink;
  readonly #policy: SessionPolicy;
  readonly #lifetime: Lifetime;
  #phase: 'replaying' | 'live' | 'ending' | 'closed' = 'replaying';
  /** All that concerns it up to here was written; where nothing waits for a live stream, that is all there is. */
  #written: number;
  #backlog: Backlog | undefined;
  /** When the response took no more, and when it is given up then. */
  #blockedAt = Infinity;
  #giveUpAt = Infinity;
  /** Since when others wait for it. */
  #crowdedAt = Infinity;
  #wroteAt: number;
  #isReading = false;
  /** The batch that was on its way, or the last one, when it became live: it read that one itself. */
  #joinedAt = 0;
  #reset: { readonly reason: ResetReason; readonly requested: string } | undefined;
  #accounted = 0;

  constructor(
    hub: SessionHub,
    sink: Sink,
    audience: Audience<Session>,
    about: {
      readonly identity: Identity;
      readonly policy: SessionPolicy;
      readonly lifetime: Lifetime;
      readonly seq: number;
    },
  ) {
    this.#hub = hub;
    this.#sink = sink;
    this.audience = audience;
    this.identity = about.identity;
    this.#policy = about.policy;
    this.#lifetime = about.lifetime;
    this.#written = about.seq;
    this.#wroteAt = hub.now();
  }

  get clientId(): string | undefined {
    return this.identity.clientId;
  }

  get info(): SessionInfo {
    const { connectionId, session, clientId, connectedAt } = this.identity;
    return { connectionId, session, clientId, connectedAt, bufferedBytes: this.bufferedBytes };
  }

  get bufferedBytes(): number {
    return (this.#backlog?.bytes ?? 0) + this.#sink.bufferedBytes;
  }

  get position(): number {
    return this.#phase === 'live' && !this.#backlog?.size ? this.#hub.flushed : this.#written;
  }

  /** Begins with a text of its own. */
  start(text: string): void {
    this.#write(createChunk(text), 0);
    this.#hub.wheel.schedule(this, Math.min(this.#wroteAt + this.#policy.heartbeatMs, this.#lifetime.endsAt));
    this.#pump();
  }

  /** What happened. */
  offer({ frames, chunk }: Delivery<Session>, { number, from }: Batch): void {
    if (this.#phase !== 'live' || number <= this.#joinedAt) return;
    if (this.#blockedAt === Infinity) {
      this.#write(chunk, frames.length);
      return;
    }
    const backlog = (this.#backlog ??= createBacklog(this.#policy));
    if (backlog.size === 0) this.#written = from;
    const before = backlog.lost;
    const fits = backlog.add(frames, this.#hub.epoch);
    this.#hub.stats.dropped += backlog.lost - before;
    if (!fits) this.#overflow(backlog);
    this.#account();
  }

  drained(): void {
    if (this.#blockedAt === Infinity) return;
    this.#blockedAt = Infinity;
    if (this.#phase !== 'ending') this.#giveUpAt = Infinity;
    this.#uncrowd();
    if (this.#phase === 'live' && this.#backlog?.size) {
      const { chunk, events } = this.#backlog.take();
      this.#write(chunk, events);
    }
    this.#account();
    this.#pump();
  }

  closed(): void {
    if (this.#phase === 'closed') return;
    if (this.#phase !== 'ending') count(this.#hub.stats.ended, 'client');
    this.#leave('closed');
    this.#hub.wheel.remove(this);
    this.#account();
    this.#hub.forget(this);
  }

  /** What it had cannot be continued: it goes on from now, and says so. */
  restart(reason: ResetReason, requested: string): void {
    if (this.#phase !== 'live' && this.#phase !== 'replaying') return;
    this.#leave('replaying');
    this.#reset ??= { reason, requested };
    this.#pump();
  }

  /** Says why, and ends. */
  end(reason: ClosingReason | 'memory' | 'stalled', retryMs = 0): void {
    if (this.#phase === 'ending' || this.#phase === 'closed') return;
    this.#leave('ending');
    count(this.#hub.stats.ended, reason);
    this.#giveUpAt = this.#hub.now() + ENDING_MS;
    this.#hub.wheel.schedule(this, this.#giveUpAt);
    if (reason === 'memory' || reason === 'stalled') {
      this.#sink.destroy();
      return;
    }
    if (this.#blockedAt === Infinity) this.#sink.write(createChunk(closing(reason, retryMs)));
    this.#sink.end();
    this.#account();
  }

  tick(now: number): number {
    const { heartbeatMs, writeTimeoutMs } = this.#policy;
    if (this.#phase === 'closed') return Infinity;
    if (now >= this.#giveUpAt) {
      if (this.#phase === 'ending') this.#sink.destroy();
      else this.end('stalled');
      return now + ENDING_MS;
    }
    if (this.#phase === 'ending') return this.#giveUpAt;
    if (now >= this.#lifetime.endsAt) {
      this.end(this.#lifetime.reason);
      return this.#giveUpAt;
    }
    if (now >= this.#crowdedAt + writeTimeoutMs) this.#spill();
    if (this.#blockedAt === Infinity && now >= this.#wroteAt + heartbeatMs && !this.#hub.isBusy) {
      this.#write(this.#hub.heartbeat(this.position), 0);
    }
    const beatAt = Math.max(this.#wroteAt + heartbeatMs, now + 1);
    return Math.min(beatAt, this.#lifetime.endsAt, this.#giveUpAt, this.#crowdedAt + writeTimeoutMs);
  }

  #write(chunk: Chunk, events: number): void {
    this.#hub.stats.delivered += events;
    this.#wroteAt = this.#hub.now();
    if (this.#sink.write(chunk)) return;
    this.#blockedAt = this.#wroteAt;
    this.#giveUpAt = this.#wroteAt + this.#policy.stalledMs;
    this.#hub.wheel.schedule(this, this.#giveUpAt);
    this.#account();
  }

  #overflow(backlog: Backlog): void {
    const { strategy, writeTimeoutMs } = this.#policy;
    if (strategy === 'wait' && !backlog.isOverflowing) {
      if (this.#crowdedAt < Infinity) return;
      this.#crowdedAt = this.#hub.now();
      this.#hub.crowded.add(this);
      this.#hub.wheel.schedule(this, this.#crowdedAt + writeTimeoutMs);
      return;
    }
    this.#spill();
    if (strategy !== 'disconnect') return;
    // What it needs is in the log: if it takes something in time it need not even go.
    this.#giveUpAt = this.#hub.now() + writeTimeoutMs;
    this.#hub.wheel.schedule(this, this.#giveUpAt);
  }

  /** Nothing waits for it any more: it reads it again when it can. */
  #spill(): void {
    this.#leave('replaying');
    this.#hub.stats.spilled += 1;
    this.#account();
  }

  #leave(phase: 'replaying' | 'ending' | 'closed'): void {
    if (this.#phase === 'live') {
      this.#written = this.position;
      this.audience.live.delete(this);
    }
    this.#phase = phase;
    this.#hub.stats.dropped += this.#backlog?.clear() ?? 0;
    this.#uncrowd();
  }

  #uncrowd(): void {
    if (this.#crowdedAt === Infinity) return;
    this.#crowdedAt = Infinity;
    this.#hub.crowded.delete(this);
    this.#hub.wake();
  }

  /** Tells the hub what waits; the response's own part is exact where it takes no more, and small elsewhere. */
  #account(): void {
    const held = this.#phase === 'closed' || this.#blockedAt === Infinity ? 0 : this.bufferedBytes;
    const change = held - this.#accounted;
    this.#accounted = held;
    if (change !== 0) this.#hub.account(change);
  }

  /** Reads and writes until it has all there is, or can take no more. */
  #pump(): void {
    while (this.#phase === 'replaying' && this.#blockedAt === Infinity && !this.#isReading) {
      if (this.#reset) {
        this.#tellReset(this.#reset);
      } else if (this.#written === this.#hub.flushed) {
        this.#phase = 'live';
        this.#joinedAt = this.#hub.batch.number;
        this.audience.live.add(this);
      } else {
        const page = this.#hub.page(this, this.#written);
        if (page instanceof Promise) this.#wait(page);
        else this.#take(page);
      }
    }
  }

  #tellReset({ reason, requested }: { readonly reason: ResetReason; readonly requested: string }): void {
    this.#reset = undefined;
    this.#written = this.#hub.flushed;
    count(this.#hub.stats.resets, reason);
    const resumedFrom = formatCursor({ epoch: this.#hub.epoch, seq: this.#written });
    this.#write(createChunk(reset({ reason, requested, resumedFrom })), 0);
  }

  #wait(page: Promise<Page | undefined>): void {
    this.#isReading = true;
    void page.then((read) => {
      this.#isReading = false;
      if (this.#phase === 'replaying' && read && !this.#reset) this.#take(read);
      this.#pump();
    });
  }

  #take(page: Page): void {
    if (page.kind === 'gap') {
      this.#reset = { reason: page.reason, requested: formatCursor({ epoch: this.#hub.epoch, seq: this.#written }) };
      return;
    }
    this.#written = page.upTo;
    if (page.frames.length > 0) this.#write(this.audience.encode(page.after, page.frames), page.frames.length);
  }
}
