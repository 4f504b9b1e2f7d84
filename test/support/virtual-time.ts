import { VirtualTime as ManualTime } from '../../packages/client/src/testing/virtual-time.ts';

/** The public kit's clock, for what needs no promise: time passes at once. */
export class VirtualTime extends ManualTime {
  /** What becomes due fires in order, at its time. */
  advance(ms: number): void {
    const end = this.monotonic + ms;
    while (this.fire(end));
    this.moveTo(end);
  }
}
