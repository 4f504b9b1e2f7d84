import { type Audiences, createAudiences } from './audience.ts';
import { type Change, createChange } from './change.ts';
import { type Chunk, createChunk } from './chunk.ts';
import { heartbeat, type ResetReason } from './control.ts';
import { formatCursor } from './cursor.ts';
import type { Environment } from './environment.ts';
import { endGreatest } from './budget.ts';
import { fanOut } from './fan-out.ts';
import { createFrame, type Frame, type FrameEntry } from './frame.ts';
import { createHeld } from './held.ts';
import type { HubWatcher } from './hub-watcher.ts';
import type { LogHead, LogPage, Position } from './log/log.ts';
import { ORDER } from './order.ts';
import { createPages, pageLength, type Pages, type PagesParts } from './pages.ts';
import type { Session } from './session.ts';
import type { Batch, Page, Reader, SessionHub } from './session-hub.ts';
import type { Stats } from './stats.ts';
import { createStored } from './stored.ts';
import { createWheel, type Wheel } from './wheel.ts';

const WHEEL_STEP_MS = 100;

/** What a hub is made of. */
export interface HubParts extends PagesParts {
  readonly stats: Stats;
  readonly watcher: HubWatcher;
  /** All that may wait, over all streams, in bytes. */
  readonly bufferedBytes: () => number;
}

/**
 * Delivers a log to streams. It knows one place in the log, up to which every live stream was
 * offered everything: `flushed`. A stream that has read so far is live, and no event is between.
 */
export class Hub implements SessionHub {
  readonly audiences: Audiences<Session> = createAudiences();
  readonly sessions: Set<Session> = new Set();
  readonly crowded: Set<object> = new Set();
  /** Of what requests and publishers wait for. */
  readonly change: Change = createChange();
  readonly wheel: Wheel;
  readonly stats: Stats;
  readonly environment: Environment;
  readonly #pages: Pages;
  readonly #watcher: HubWatcher;
  readonly #mostBuffered: () => number;
  /** What came and was not offered yet. */
  #pending: Frame[] = [];
  readonly #held = createHeld();
  #deferred: Array<{ resume(): void }> = [];
  #isScheduled = false;
  #beat: { readonly seq: number; readonly chunk: Chunk } | undefined;
  readonly #stored = createStored();
  epoch = '';
  /** The newest number that came from the log. */
  applied = 0;
  flushed = 0;
  isBusy = false;
  batch: Batch = { number: 0, from: 0 };

  constructor(parts: HubParts) {
    this.#pages = createPages(parts);
    this.#watcher = parts.watcher;
    this.#mostBuffered = parts.bufferedBytes;
    this.stats = parts.stats;
    this.environment = parts.environment;
    this.wheel = createWheel(parts.environment, WHEEL_STEP_MS);
  }

  now(): number {
    return this.environment.monotonicNow();
  }

  prepare(): Promise<void> {
    return this.#watcher.begins();
  }

  /** Where it begins, before it has read anything. */
  begin({ epoch, last }: Pick<LogHead, 'epoch' | 'last'>): void {
    this.epoch = epoch;
    this.#pages.begin(epoch);
    this.#beat = undefined;
    this.#stored.begin(epoch);
    this.applied = last;
    this.flushed = last;
    this.wake();
  }

  /** Whether a stream behind that number is served without the log. */
  covers(seq: number): boolean {
    return this.#pages.covers(seq, this.flushed);
  }

  /** What the log tells next. */
  apply(page: LogPage): void {
    if (page.kind === 'gap') {
      this.#jump(page.head.epoch, page.head.last, page.reason);
      return;
    }
    if (page.epoch !== this.epoch) this.#jump(page.epoch, (page.entries[0]?.seq ?? 1) - 1, 'epoch');
    for (const entry of page.entries) {
      // The guard that makes a repetition of an engine harmless.
      if (entry.seq <= this.applied) continue;
      this.applied = entry.seq;
      this.#pending.push(this.#pages.push(entry), ...this.#held.take(this.applied));
      if (entry.type === ORDER) this.#watcher.ordered(entry);
    }
    this.stats.lag = Math.max(0, this.#stored.seq - this.applied);
    this.#schedule();
  }

  /** An event that is in no log, behind a place in it: where none is given, that of what was stored here before. */
  pass(entry: Omit<FrameEntry, 'seq'>, place: Position = this.#stored.place): Position {
    // Before it has begun there is no stream to get it, and one that comes in a moment must not.
    if (this.epoch === '') return place;
    const frame = createFrame({ ...entry, seq: undefined }, this.epoch);
    // Nobody can wait for a number of another epoch.
    this.stats.dropped += this.#held.add(place.epoch === this.epoch ? place.seq : this.#stored.seq, frame);
    this.#pending.push(...this.#held.take(this.applied));
    this.#schedule();
    return place;
  }

  /** This instance stored something: it will come. */
  stored(epoch: string, seq: number): void {
    this.#stored.note({ epoch, seq });
    this.stats.lag = Math.max(0, this.#stored.seq - this.applied);
  }

  /** What was stored here has been offered to all live streams. */
  get isSettled(): boolean {
    return !this.isBusy && this.#pending.length === 0 && this.flushed >= this.#stored.seq;
  }

  page(stream: Reader, after: number): Page | Promise<Page | undefined> {
    return this.#pages.read(stream, after, this.flushed);
  }

  heartbeat(seq: number): Chunk {
    if (this.#beat?.seq !== seq) {
      this.#beat = { seq, chunk: createChunk(heartbeat(formatCursor({ epoch: this.epoch, seq }))) };
    }
    return this.#beat.chunk;
  }

  account(bytes: number): void {
    this.stats.bufferedBytes += bytes;
    if (bytes > 0) endGreatest(this.sessions, this.stats, this.#mostBuffered());
  }

  wake(): void {
    this.change.wake();
  }

  defer(stream: { resume(): void }): void {
    this.#deferred.push(stream);
  }

  enter(session: Session): void {
    this.sessions.add(session);
    this.stats.connections = this.sessions.size;
    this.#watcher.entered(session);
  }

  /** A stream is over. */
  readonly forget = (session: Session): void => {
    if (!this.sessions.delete(session)) return;
    this.audiences.leave(session.audience);
    this.stats.connections = this.sessions.size;
    this.#watcher.left(session);
    this.wake();
  };

  /** The log went another way: what came before it counts no more. */
  #jump(epoch: string, seq: number, reason: ResetReason): void {
    const before = this.epoch;
    this.stats.dropped += this.#held.clear();
    this.#pending = [];
    // Of a batch that is on its way nobody knows yet who has it.
    const most = this.isBusy ? this.batch.from : Infinity;
    const places = [...this.sessions].map((session) => [session, Math.min(session.position, most)] as const);
    this.begin({ epoch, last: seq });
    for (const [session, place] of places) {
      session.restart(reason, formatCursor({ epoch: before, seq: place }));
    }
    this.#watcher.jumped();
  }

  #schedule(): void {
    if (this.#isScheduled || this.isBusy || this.#pending.length === 0) return;
    this.#isScheduled = true;
    this.environment.soon(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  /** The events of one turn leave together, a page at a time. */
  #flush(): void {
    const frames = this.#pending.splice(0, pageLength(this.#pending));
    if (frames.length === 0 || this.isBusy) return;
    this.batch = { number: this.batch.number + 1, from: this.flushed };
    for (const { entry } of frames) this.flushed = entry.seq ?? this.flushed;
    this.isBusy = true;
    const { epoch } = this;
    fanOut(this.audiences.plan(frames), this.batch, {
      soon: this.environment.soon,
      // What is left of another epoch's batch is nobody's any more.
      isCurrent: () => epoch === this.epoch,
      done: () => {
        this.isBusy = false;
        for (const stream of this.#deferred.splice(0)) stream.resume();
        this.wake();
        this.#schedule();
      },
    });
  }
}
