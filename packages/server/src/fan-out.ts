import type { Delivery } from './audience.ts';
import type { Session } from './session.ts';
import type { Batch } from './session-hub.ts';

/** Streams that get a batch before the host has its turn again. */
const PER_TURN = 1_000;

/** How a batch is on its way. */
export interface Journey {
  soon(callback: () => void): void;
  /** `false`: it has to go no further. */
  isCurrent(): boolean;
  /** All have it. */
  done(): void;
}

/** Hands a batch to its streams, in portions. */
export function fanOut(deliveries: readonly Delivery<Session>[], batch: Batch, journey: Journey): void {
  /** The delivery that is on its way, and how many of its streams have it. */
  let at = 0;
  let reached = 0;
  function portion(): void {
    for (let left = PER_TURN; left > 0;) {
      const delivery = deliveries[at];
      if (!delivery || !journey.isCurrent()) {
        journey.done();
        return;
      }
      const session = delivery.members[reached];
      if (session) {
        session.offer(delivery, batch);
        reached += 1;
        left -= 1;
      } else {
        at += 1;
        reached = 0;
      }
    }
    journey.soon(portion);
  }
  portion();
}
