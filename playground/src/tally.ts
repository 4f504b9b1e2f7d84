/** What came, held against what was published. */
export interface Counts {
  readonly published: number;
  readonly delivered: number;
  readonly lost: number;
  /** An epoch ended: how many of its last events never came, nobody knows; at least `lost`. */
  readonly lostUnknown: boolean;
  readonly duplicated: number;
  readonly outOfOrder: number;
}

/** Counts a stream whose ids are `<epoch>.<seq>`, seq without gaps. */
export interface Tally {
  readonly counts: Counts;
  /** An event reached a listener. */
  deliver(id: string): void;
  /** The server says that its newest event is this one. */
  publishedUpTo(id: string): void;
  /** The server cannot resume: the stream goes on after `resumedFrom`. */
  reset(resumedFrom: string): void;
}

interface Place {
  readonly epoch: string;
  readonly seq: number;
}

function placeOf(id: string): Place {
  const dot = id.lastIndexOf('.');
  return { epoch: id.slice(0, dot), seq: Number(id.slice(dot + 1)) };
}

/** @param baseline The newest event that is not counted. */
export function createTally(baseline: string): Tally {
  let { epoch, seq: highest } = placeOf(baseline);
  let announced = highest;
  /** What earlier epochs add to `published - highest seq`. */
  let before = -highest;
  let delivered = 0;
  let duplicated = 0;
  let outOfOrder = 0;
  let lostBefore = 0;
  let lostUnknown = false;
  const missing = new Set<number>();

  function miss(upTo: number): void {
    while (highest < upTo) missing.add((highest += 1));
  }

  return {
    get counts() {
      const published = before + Math.max(announced, highest);
      return { published, delivered, lost: lostBefore + missing.size, lostUnknown, duplicated, outOfOrder };
    },
    deliver(id) {
      const place = placeOf(id);
      if (place.epoch !== epoch || (place.seq <= highest && !missing.has(place.seq))) duplicated += 1;
      else if (place.seq <= highest) {
        missing.delete(place.seq);
        outOfOrder += 1;
        delivered += 1;
      } else {
        miss(place.seq - 1);
        highest = place.seq;
        delivered += 1;
      }
    },
    publishedUpTo(id) {
      const place = placeOf(id);
      if (place.epoch === epoch) announced = Math.max(announced, place.seq);
    },
    reset(resumedFrom) {
      const place = placeOf(resumedFrom);
      if (place.epoch === epoch) miss(place.seq);
      else {
        lostUnknown = true;
        before += highest;
        lostBefore += missing.size;
        missing.clear();
        ({ epoch, seq: announced } = place);
        // A new epoch counts from 1: what it had before the stream went on never came either.
        highest = 0;
        miss(announced);
      }
    },
  };
}
