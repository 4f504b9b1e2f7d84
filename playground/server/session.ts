import type { ServerResponse } from 'node:http';
import { encodeComment } from 'pushstream-protocol';
import type { Ring } from './ring.ts';

/** Written at once at the most; what is left waits in the ring, not in the socket. */
const BATCH_CHARACTERS = 64 * 1024;

/** One stream of one reader: a position in the ring. Replay and live events are the same loop. */
export interface Session {
  /** Sends what the ring has and the reader has not. */
  pump(): void;
  /** Half-open for a while: the socket stays, nothing is written, heartbeats neither. */
  stall(ms: number): void;
  /** Sends the newest event that the reader has got once more. */
  repeat(): void;
  /** Sends up to the last event, of that only `share` of its bytes, and drops the socket. */
  tear(share: number): void;
  end(): void;
}

export function createSession(response: ServerResponse, ring: Ring, from: number, heartbeatMs: number): Session {
  let position = from;
  let blocked = false;
  let ended = false;
  let stalled: NodeJS.Timeout | undefined;
  const heartbeat = setInterval(() => !stalled && write(encodeComment()), heartbeatMs);

  function write(text: string): void {
    blocked = !response.write(text);
  }

  function leave(): void {
    ended = true;
    clearInterval(heartbeat);
    clearTimeout(stalled);
  }

  const mayWrite = (): boolean => !blocked && !stalled && !ended;

  function pumpTo(last: number): void {
    while (position < last && mayWrite()) {
      let batch = '';
      while (position < last && batch.length < BATCH_CHARACTERS) {
        const entry = ring.at(position + 1);
        if (!entry) {
          // Too slow for the ring: the reader comes back with its cursor and is told.
          response.destroy();
          return;
        }
        batch += entry.block;
        position += 1;
      }
      write(batch);
    }
  }

  const session: Session = {
    pump: () => pumpTo(ring.head),
    stall(ms) {
      clearTimeout(stalled);
      stalled = setTimeout(() => {
        stalled = undefined;
        session.pump();
      }, ms);
    },
    repeat() {
      const entry = ring.at(position);
      if (entry && !stalled && !ended) write(entry.block);
    },
    tear(share) {
      if (ended) return;
      pumpTo(ring.head - 1);
      leave();
      const bytes = Buffer.from(ring.at(position + 1)?.block ?? '');
      const length = Math.min(Math.floor(bytes.length * share), bytes.length - 1);
      response.write(bytes.subarray(0, length), () => response.destroy());
    },
    end() {
      leave();
      response.end();
    },
  };

  response.on('drain', () => {
    blocked = false;
    session.pump();
  });
  response.on('close', leave);
  return session;
}
