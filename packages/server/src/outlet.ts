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

/** The response of one stream: what it takes at once, and what waits for it. */
export class Outlet {
  readonly #host: OutletHost;
  readonly #sink: Sink;
  readonly #policy: BacklogPolicy;
  /** Most never need one. */
  #backlog: Backlog | undefined;
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
    return (this.#backlog?.bytes ?? 0) + this.#sink.bufferedBytes;
  }

  /** Only where it is not blocked. */
  write(chunk: Chunk, events: number): void {
    this.#host.stats.delivered += events;
    this.wroteAt = this.#host.now();
    // Some hosts close in the middle of it.
    if (this.#sink.write(chunk) || this.#isOver) return;
    this.isBlocked = true;
    this.#account();
  }

  /** For later. `false`: that is more than may wait. */
  keep(frames: readonly Frame[]): boolean {
    const backlog = (this.#backlog ??= createBacklog(this.#policy));
    const before = backlog.lost;
    const fits = backlog.add(frames, this.#host.epoch, this.#sink.bufferedBytes);
    this.#host.stats.dropped += backlog.lost - before;
    this.#account();
    return fits;
  }

  /** It takes more: what waits goes first. */
  drained(): void {
    this.isBlocked = false;
    if (this.#backlog?.isEmpty === false) {
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
    if (!this.isBlocked) this.#sink.write(word);
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
}
