/** What a client was told when it could not be resumed. */
export interface Reset {
  readonly requested: string;
  readonly resumedFrom: string;
}

export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
}

function placeOf(cursor: string): { readonly epoch: string; readonly seq: number } {
  const dot = cursor.lastIndexOf('.');
  return { epoch: cursor.slice(0, dot), seq: Number(cursor.slice(dot + 1)) };
}

/** Whether a cursor is at an event, or behind it. */
export function hasReached(cursor: string, id: string): boolean {
  const [there, wanted] = [placeOf(cursor), placeOf(id)];
  return there.epoch === wanted.epoch && there.seq >= wanted.seq;
}

/**
 * Holds what came against the ledger's ids behind `baseline`. What a reset covers, from where the client
 * was to where it went on, was lost by design, and said.
 */
export function judge(
  baseline: string,
  ids: readonly string[],
  delivered: readonly string[],
  resets: readonly Reset[],
): Verdict {
  const places = new Map(ids.map((id, at) => [id, at]));

  /** How many ids a cursor has behind it. */
  function upTo(cursor: string): number {
    const { epoch, seq } = placeOf(cursor);
    // Not every number is an event.
    const behind = ids.findIndex((id) => placeOf(id).epoch === epoch && placeOf(id).seq > seq);
    if (behind >= 0) return behind;
    const last = ids.findLastIndex((id) => placeOf(id).epoch === epoch);
    if (last >= 0) return last + 1;
    // An epoch in which nothing has happened yet.
    return epoch === placeOf(baseline).epoch ? 0 : ids.length;
  }

  const covered = new Set<string>();
  for (const { requested, resumedFrom } of resets) {
    for (const id of ids.slice(upTo(requested), upTo(resumedFrom))) covered.add(id);
  }
  const came = new Set(delivered);
  const order = delivered.map((id) => places.get(id) ?? -1);
  return {
    lost: ids.filter((id) => !came.has(id) && !covered.has(id)).length,
    duplicated: delivered.length - came.size,
    outOfOrder: order.filter((at, index) => at <= (order[index - 1] ?? -1)).length,
  };
}
