/** What came, held against what was published. */
export interface Counts {
  readonly published: number;
  readonly delivered: number;
  /** Never came although later ones did, and nobody had said so. */
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  /** Never came, and a reset had said so. */
  readonly skipped: number;
  /** Published, and expected still. */
  readonly toCome: number;
}

/** Judges a stream whose ids are `<epoch>.<number>` by a ledger that has nothing to do with the stream. */
export interface Tally {
  readonly counts: Counts;
  /** The newest id that the ledger told of. */
  readonly audited: string;
  /** An event reached a listener. */
  deliver(id: string): void;
  /** The ledger says that these were published, behind those before. */
  publish(ids: readonly string[]): void;
  /** The server cannot resume: what was not delivered up to here will not come. */
  reset(resumedFrom: string): void;
}

interface Place {
  readonly epoch: string;
  readonly number: number;
}

function placeOf(id: string): Place {
  const dot = id.lastIndexOf('.');
  return { epoch: id.slice(0, dot), number: Number(id.slice(dot + 1)) };
}

/** Whether a reset that went on from `floor` covers an event that the ledger tells of, or told. */
const covers = (floor: Place | undefined, { epoch, number }: Place): boolean =>
  floor !== undefined && (epoch !== floor.epoch || number <= floor.number);

/** @param baseline The newest event that is not counted. */
export function createTally(baseline: string): Tally {
  const start = placeOf(baseline);
  /** Told of and not delivered, in the ledger's order; values count up. */
  const pending = new Map<string, number>();
  /** Of those, the ones behind which something was delivered. */
  const missing = new Set<string>();
  /** Delivered before the ledger told of them. */
  const early = new Set<string>();
  /** The newest number of each epoch that was told of, and delivered. */
  const told = new Map([[start.epoch, start.number]]);
  const reached = new Map([[start.epoch, start.number]]);
  let newest = start.epoch;
  let audited = baseline;
  let index = 0;
  let furthest = 0;
  let floor: Place | undefined;
  let published = 0;
  let delivered = 0;
  let duplicated = 0;
  let outOfOrder = 0;
  let skipped = 0;

  /** What the ledger has before a delivered one, and was not delivered, has been passed over. */
  function passTo(at: number): void {
    furthest = Math.max(furthest, at);
    for (const [id, place] of pending) {
      if (place >= furthest) return;
      pending.delete(id);
      missing.add(id);
    }
  }

  function accept(id: string, { epoch, number }: Place): void {
    const at = pending.get(id);
    if (at === undefined && !missing.delete(id)) early.add(id);
    pending.delete(id);
    const last = reached.get(epoch);
    if (last === undefined) newest = epoch;
    else if (number <= last || epoch !== newest) outOfOrder += 1;
    reached.set(epoch, Math.max(number, last ?? 0));
    delivered += 1;
    if (at !== undefined) passTo(at);
  }

  return {
    get counts() {
      const lost = missing.size;
      const toCome = pending.size;
      return { published: published + early.size, delivered, lost, duplicated, outOfOrder, skipped, toCome };
    },
    get audited() {
      return audited;
    },
    deliver(id) {
      const place = placeOf(id);
      const isAwaited = pending.has(id) || missing.has(id);
      const isOld = place.number <= (told.get(place.epoch) ?? 0);
      if (early.has(id) || (isOld && !isAwaited)) duplicated += 1;
      else accept(id, place);
    },
    publish(ids) {
      for (const id of ids) {
        const place = placeOf(id);
        if (place.number <= (told.get(place.epoch) ?? 0)) continue;
        told.set(place.epoch, place.number);
        audited = id;
        published += 1;
        index += 1;
        if (early.delete(id)) passTo(index);
        else if (covers(floor, place)) skipped += 1;
        else pending.set(id, index);
        if (floor && !covers(floor, place)) floor = undefined;
      }
    },
    reset(resumedFrom) {
      floor = placeOf(resumedFrom);
      // What is lost already no reset makes good.
      for (const id of pending.keys()) {
        if (!covers(floor, placeOf(id))) continue;
        pending.delete(id);
        skipped += 1;
      }
    },
  };
}
