import { randomBytes } from 'node:crypto';
import { encodeEvent } from 'pushstream-protocol';

/** A published event: encoded once, whoever reads it. */
interface Entry {
  readonly id: string;
  readonly block: string;
}

/** Where a stream starts, and why not where it was asked to. */
interface Join {
  readonly position: number;
  readonly resumed: boolean;
  readonly refusal?: 'malformed' | 'epoch' | 'ahead' | 'trimmed';
}

/** The newest events, in order, under ids `<epoch>.<seq>`. */
export interface Ring {
  readonly epoch: string;
  /** Sequence number of the newest event; 0 before the first. */
  readonly head: number;
  readonly oldest: number;
  append(type: string, data: unknown): Entry;
  /** `undefined` for what is not there any more, or not yet. */
  at(seq: number): Entry | undefined;
  idOf(seq: number): string;
  join(cursor: string): Join;
  /** Ids after a cursor; all that are left where it cannot be resumed from. */
  idsAfter(cursor: string): string[];
  /** A new epoch without history, as after a crash that lost it. */
  forget(): void;
}

export function createRing(capacity: number): Ring {
  let entries: Entry[] = [];
  let epoch = newEpoch();
  let head = 0;

  const ring: Ring = {
    get epoch() {
      return epoch;
    },
    get head() {
      return head;
    },
    get oldest() {
      return Math.max(1, head - capacity + 1);
    },
    append(type, data) {
      const id = ring.idOf(head + 1);
      const entry = { id, block: encodeEvent({ type, data: JSON.stringify(data), id }) };
      head += 1;
      entries[head % capacity] = entry;
      return entry;
    },
    at: (seq) => (seq < ring.oldest || seq > head ? undefined : entries[seq % capacity]),
    idOf: (seq) => `${epoch}.${seq}`,
    join(cursor) {
      if (cursor === '') return { position: head, resumed: false };
      const [, of, digits] = /^(\w+)\.(\d{1,15})$/.exec(cursor) ?? [];
      const seq = Number(digits);
      const refuse = (refusal: Join['refusal'] & string): Join => ({ position: head, resumed: false, refusal });
      if (of === undefined) return refuse('malformed');
      if (of !== epoch) return refuse('epoch');
      if (seq > head) return refuse('ahead');
      if (seq < ring.oldest - 1) return refuse('trimmed');
      return { position: seq, resumed: true };
    },
    idsAfter(cursor) {
      const { position, resumed } = ring.join(cursor);
      const first = resumed ? position + 1 : ring.oldest;
      return Array.from(
        { length: Math.max(0, head - first + 1) },
        (_, index) => entries[(first + index) % capacity]?.id ?? '',
      );
    },
    forget() {
      entries = [];
      epoch = newEpoch();
      head = 0;
    },
  };
  return ring;
}

function newEpoch(): string {
  return randomBytes(4).toString('hex');
}
