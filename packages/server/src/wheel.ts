import type { Environment } from './environment.ts';

/** Something that is to be looked at. */
export interface Spoke {
  /** The wheel's own: where it stands; `Infinity`: nowhere. */
  slot: number;
  /** Does what has to be done by now; returns when to look again, `Infinity`: never. */
  tick(now: number): number;
}

/** One timer for whatever any number of streams wait for. Times are the monotonic clock's. */
export interface Wheel {
  /** Looks at a spoke by then, up to one step late; where it is due earlier, nothing changes. */
  schedule(spoke: Spoke, dueAt: number): void;
  remove(spoke: Spoke): void;
}

export function createWheel({ monotonicNow, setTimer }: Environment, stepMs: number): Wheel {
  const slots = new Map<number, Set<Spoke>>();
  /** Slots before it are done. */
  let next = 0;
  let isTurning = false;

  function remove(spoke: Spoke): void {
    const spokes = slots.get(spoke.slot);
    spokes?.delete(spoke);
    // With the last one the wheel stands still.
    if (spokes?.size === 0) slots.delete(spoke.slot);
    spoke.slot = Infinity;
  }

  function schedule(spoke: Spoke, dueAt: number): void {
    const slot = Math.max(next, Math.ceil(dueAt / stepMs));
    if (slot >= spoke.slot) return;
    remove(spoke);
    spoke.slot = slot;
    const spokes = slots.get(slot);
    if (spokes) spokes.add(spoke);
    else slots.set(slot, new Set([spoke]));
    turn();
  }

  function turn(): void {
    if (isTurning || slots.size === 0) return;
    isTurning = true;
    setTimer(() => {
      isTurning = false;
      const now = monotonicNow();
      next = Math.floor(now / stepMs) + 1;
      for (const [slot, spokes] of slots) {
        if (slot >= next) continue;
        slots.delete(slot);
        for (const spoke of spokes) {
          spoke.slot = Infinity;
          schedule(spoke, spoke.tick(now));
        }
      }
      turn();
    }, stepMs);
  }

  return { schedule, remove };
}
