import type { Position } from './log/log.ts';

/** What this instance was told when it stored something: that will come from the log. */
export interface Stored {
  /** The newest number in the epoch of now: what is passed now has to come behind it. */
  readonly seq: number;
  /** The place of it; before there is an epoch of now, that of the last event that was stored. */
  readonly place: Position;
  note(place: Position): void;
  /** Another epoch is that of now; in it something may have been stored already. */
  begin(epoch: string): void;
}

export function createStored(): Stored {
  let now = '';
  let newest = new Map<string, number>();
  const inEpoch = (epoch: string): number => newest.get(epoch) ?? 0;
  return {
    get seq() {
      return inEpoch(now);
    },
    get place() {
      const epoch = now === '' ? ([...newest.keys()].at(-1) ?? '') : now;
      return { epoch, seq: inEpoch(epoch) };
    },
    note({ epoch, seq }) {
      newest.set(epoch, Math.max(inEpoch(epoch), seq));
    },
    begin(epoch) {
      newest = new Map([[epoch, inEpoch(epoch)]]);
      now = epoch;
    },
  };
}
