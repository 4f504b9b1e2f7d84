const MAX_REMEMBERED = 10_000;

/** Whose rights were taken away, for who is being let in at that moment. */
export interface Revoked {
  /** How often so far: a moment to come back to. */
  readonly moment: number;
  add(whom: readonly string[]): void;
  /** Whether one of those was meant after a moment, as far as that is still known. */
  isSince(moment: number, groups: readonly string[]): boolean;
}

export function createRevoked(): Revoked {
  /** The newest moment of each, oldest first. */
  const moments = new Map<string, number>();
  let now = 0;
  /** Up to there everybody may have been meant. */
  let forgotten = 0;
  return {
    get moment() {
      return now;
    },
    add(whom) {
      now += 1;
      for (const one of whom) {
        moments.delete(one);
        moments.set(one, now);
      }
      for (const [one, moment] of moments) {
        if (moments.size <= MAX_REMEMBERED) break;
        moments.delete(one);
        forgotten = moment;
      }
    },
    isSince: (moment, groups) => moment < forgotten || groups.some((group) => (moments.get(group) ?? 0) > moment),
  };
}
