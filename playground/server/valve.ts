import type { Socket } from 'node:net';

/** How narrow and how late a network is. */
export interface Narrowness {
  readonly bytesPerSecond: number;
  readonly latencyMs: number;
}

/** What goes to a socket, at its pace, or at that of a worse network. */
export interface Valve {
  /** Passes bytes on, at once or in their turn. */
  pour(bytes: Buffer): void;
  /** Nothing more is taken in for a while; what was, goes on its way. */
  hold(ms: number): void;
  release(): void;
  /** Still so long nothing is taken in, in milliseconds. */
  readonly heldMs: number;
  /** What waits goes at once; calls back when the system has it. */
  flush(written?: () => void): void;
  close(): void;
}

const STEP_MS = 50;

/** `narrowness`: of now; `undefined`: as wide as the machine's own network. */
export function createValve(from: Socket, to: Socket, narrowness: () => Narrowness | undefined): Valve {
  /** Bytes that are late, and when they may go. */
  let late: { bytes: Buffer; readonly at: number }[] = [];
  let step: NodeJS.Timeout | undefined;
  let hold: NodeJS.Timeout | undefined;
  let drippedAt = 0;
  let heldUntil = 0;
  let isFull = false;

  /** Taken in is only what can go on: what waits further back, waits where a real network has it. */
  function adjust(): void {
    if (isFull || hold || late.length > 0) from.pause();
    else from.resume();
  }

  function write(bytes: Buffer): void {
    if (!to.write(bytes)) isFull = true;
    adjust();
  }

  function flush(written: () => void = () => {}): void {
    clearInterval(step);
    step = undefined;
    const bytes = Buffer.concat(late.map((piece) => piece.bytes));
    late = [];
    to.write(bytes, () => written());
    adjust();
  }

  function drip(): void {
    const now = narrowness();
    if (!now) {
      flush();
      return;
    }
    // A step may come late.
    const elapsedMs = performance.now() - drippedAt;
    drippedAt += elapsedMs;
    for (let budget = Math.ceil((now.bytesPerSecond * elapsedMs) / 1_000); budget > 0;) {
      const [first] = late;
      if (!first || first.at > drippedAt) break;
      const piece = first.bytes.subarray(0, budget);
      first.bytes = first.bytes.subarray(piece.length);
      if (first.bytes.length === 0) late.shift();
      budget -= piece.length;
      write(piece);
    }
    if (late.length === 0) flush();
  }

  to.on('drain', () => {
    isFull = false;
    adjust();
  });

  const valve: Valve = {
    pour(bytes) {
      const now = narrowness();
      if (!now && late.length === 0) {
        write(bytes);
        return;
      }
      late.push({ bytes, at: performance.now() + (now?.latencyMs ?? 0) });
      if (!step) {
        step = setInterval(drip, STEP_MS);
        drippedAt = performance.now();
      }
      adjust();
    },
    hold(ms) {
      clearTimeout(hold);
      heldUntil = performance.now() + ms;
      hold = setTimeout(valve.release, ms);
      adjust();
    },
    release() {
      clearTimeout(hold);
      hold = undefined;
      adjust();
    },
    get heldMs() {
      return hold ? Math.max(0, heldUntil - performance.now()) : 0;
    },
    flush,
    close() {
      clearInterval(step);
      clearTimeout(hold);
      step = hold = undefined;
      late = [];
    },
  };
  return valve;
}
