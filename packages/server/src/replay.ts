import { createChunk } from './chunk.ts';
import { reset, type ResetReason } from './control.ts';
import { formatCursor } from './cursor.ts';
import type { Outlet } from './outlet.ts';
import type { Page, Reader, SessionHub } from './session-hub.ts';
import { count } from './stats.ts';

/** A stream, as far as its replay is concerned. */
export interface Replayed extends Reader {
  /** It still wants to be replayed. */
  readonly isReplaying: boolean;
  /** A page has come that was waited for. */
  resume(): void;
}

/** A stream's place in the log, and the way from there to the end. */
export class Replay {
  readonly #hub: SessionHub;
  readonly #stream: Replayed;
  readonly #outlet: Outlet;
  /** The page that it waits for; whatever comes of another one is too late. */
  #reading: Promise<Page | undefined> | undefined;
  /** To be said first: why it cannot go on from its place. */
  #reset: { readonly reason: ResetReason; readonly requested: string } | undefined;
  /** All that concerns the stream up to here was written. */
  written: number;

  constructor(hub: SessionHub, stream: Replayed, outlet: Outlet, seq: number) {
    this.#hub = hub;
    this.#stream = stream;
    this.#outlet = outlet;
    this.written = seq;
  }

  /** From now on instead of from its place. */
  abandon(reason: ResetReason, requested: string): void {
    // Until the reset is told its place means nothing, and a sign of life would tell its place.
    this.#reading = undefined;
    this.#reset ??= { reason, requested };
  }

  /** It has all that was offered so far, or more. */
  get isDone(): boolean {
    return !this.#reading && !this.#reset && this.written >= this.#hub.flushed;
  }

  /** Reads and writes as much as the outlet takes. */
  run(): void {
    while (this.#stream.isReplaying && !this.#outlet.isBlocked && !this.#reading) {
      if (this.#reset) this.#tell(this.#reset.reason, this.#reset.requested);
      else if (this.written < this.#hub.flushed) this.#read();
      else return;
    }
  }

  #read(): void {
    const page = this.#hub.page(this.#stream, this.written);
    if (!(page instanceof Promise)) {
      this.#take(page);
      return;
    }
    this.#reading = page;
    void page.then((read) => {
      if (this.#reading !== page) return;
      this.#reading = undefined;
      if (read && this.#stream.isReplaying) this.#take(read);
      this.#stream.resume();
    });
  }

  #take(page: Page): void {
    if (page.kind === 'gap') {
      this.abandon(page.reason, formatCursor({ epoch: this.#hub.epoch, seq: this.written }));
      return;
    }
    this.written = page.upTo;
    if (page.frames.length === 0) return;
    this.#outlet.write(this.#stream.audience.encode(page.after, page.frames), page.frames.length);
  }

  #tell(reason: ResetReason, requested: string): void {
    this.#reset = undefined;
    this.written = this.#hub.applied;
    count(this.#hub.stats.resets, reason);
    const resumedFrom = formatCursor({ epoch: this.#hub.epoch, seq: this.written });
    this.#outlet.write(createChunk(reset({ reason, requested, resumedFrom })), 0);
  }
}
