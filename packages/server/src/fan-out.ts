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

function* offers(deliveries: readonly Delivery<Session>[], batch: Batch): Generator<void> {
  for (const delivery of deliveries) {
    for (const session of delivery.members) yield session.offer(delivery, batch);
  }
}

/** Hands a batch to its streams, in portions. */
export function fanOut(deliveries: readonly Delivery<Session>[], batch: Batch, journey: Journey): void {
  const steps = offers(deliveries, batch);
  function portion(): void {
    for (let step = 0; step < PER_TURN; step += 1) {
      if (!journey.isCurrent() || steps.next().done) {
        journey.done();
        return;
      }
    }
    journey.soon(portion);
  }
  portion();
}
