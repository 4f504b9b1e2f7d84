import { type Backlog, type BacklogPolicy, createBacklog } from './backlog.ts';
import type { Chunk } from './chunk.ts';
import type { Frame } from './frame.ts';
import type { Sink } from './sink.ts';
import type { Stats } from './stats.ts';

/** What an outlet needs to know and to tell. */
export interface OutletHost {
  readonly epoch: string;
  readonly stats: Stats;
  now(): number;
  /** So many bytes more wait, or fewer. */
  account(bytes: number): void;
}

/** What is larger is handed over in parts of that size: each that is taken is a sign of life. */
const SLICE_BYTES = 65_536;

/** The response of one stream: what it takes at once, and what waits for it. */
export class Outlet {
  readonly #host: OutletHost;
  readonly #sink: Sink;
  readonly #policy: BacklogPolicy;
  /** Most never need one. */
  #backlog: Backlog | undefined;
  /** Of the chunk that is being written: what the response was not handed yet. */
  #rest: Uint8Array | undefined;
  #isOver = false;
  /** So much of it the host was told. */
  heldBytes = 0;
  /** When it took something last. */
  wroteAt: number;
  /** It takes nothing, since `wroteAt`. */
  isBlocked = false;

  constructor(host: OutletHost, sink: Sink, policy: BacklogPolicy) {
    this.#host = host;
    this.#sink = sink;
    this.#policy = policy;
    this.wroteAt = host.now();
  }

  /** Nothing waits for it. */
  get isEmpty(): boolean {
    return this.#backlog?.isEmpty !== false;
  }

  /** Even who is waited for has to get no more. */
  get isOverflowing(): boolean {
    return this.#backlog?.isOverflowing === true;
  }

  get bufferedBytes(): number {
    return (this.#backlog?.bytes ?? 0) + this.#stuckBytes;
  }

  /** Only where it is not blocked. */
  write(chunk: Chunk, events: number): void {
    this.#host.stats.delivered += events;
    this.#put(this.#sink.isFramed ? chunk.framed : chunk.bytes);
  }

  /** For later. `false`: that is more than may wait. */
  keep(frames: readonly Frame[]): boolean {
    const backlog = (this.#backlog ??= createBacklog(this.#policy));
    const before = backlog.lost;
    const fits = backlog.add(frames, this.#host.epoch, this.#stuckBytes);
    this.#host.stats.dropped += backlog.lost - before;
    this.#account();
    return fits;
  }

  /** It takes more: what waits goes first. */
  drained(): void {
    this.isBlocked = false;
    if (this.#rest) this.#put(this.#rest);
    if (!this.isBlocked && this.#backlog?.isEmpty === false) {
      const { chunk, events } = this.#backlog.take();
      this.write(chunk, events);
    }
    this.#account();
  }

  /** Nothing waits any more. What is in no log is lost. */
  clear(): void {
    this.#host.stats.dropped += this.#backlog?.clear() ?? 0;
    this.#account();
  }

  /** With a last word, where it takes one. */
  end(word: Chunk): void {
    if (!this.isBlocked) this.write(word, 0);
    if (this.#rest) this.#sink.write(this.#rest);
    this.#rest = undefined;
    this.#sink.end();
  }

  /** Given up: what it holds is gone, whenever the host says so. */
  destroy(): void {
    this.#sink.destroy();
    this.release();
  }

  /** It is over. */
  release(): void {
    this.#isOver = true;
    this.#rest = undefined;
    this.clear();
    this.isBlocked = false;
    this.#account();
  }

  /** Of what the response itself holds, only what it is stuck with: elsewhere that is gone in a moment. */
  #account(): void {
    const held = this.isBlocked ? this.bufferedBytes : 0;
    const change = held - this.heldBytes;
    this.heldBytes = held;
    if (change !== 0) this.#host.account(change);
  }

  /** Of chunks that were begun: no strategy has a say in them. */
  get #stuckBytes(): number {
    return (this.#rest?.length ?? 0) + this.#sink.bufferedBytes;
  }

  #put(bytes: Uint8Array): void {
    this.wroteAt = this.#host.now();
    let rest = bytes;
    let takesMore = true;
    while (takesMore && rest.length > SLICE_BYTES) {
      takesMore = this.#sink.write(rest.subarray(0, SLICE_BYTES));
      rest = rest.subarray(SLICE_BYTES);
      // Some hosts close in the middle of it.
      if (this.#isOver) return;
    }
    this.#rest = takesMore ? undefined : rest;
    if (takesMore && (this.#sink.write(rest) || this.#isOver)) return;
    this.isBlocked = true;
    this.#account();
  }
}
