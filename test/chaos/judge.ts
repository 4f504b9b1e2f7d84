import { parseCursor } from '../../packages/server/src/cursor.ts';
import type { Stored } from './ledger.ts';

/** What a client was told, in order. */
export type Told = {
  /** The client's own count of connections. */
  readonly connection: number;
  /** In milliseconds since the epoch. */
  readonly at: number;
} & (
  | { readonly kind: 'event'; readonly id: string | undefined; readonly label: string }
  | { readonly kind: 'reset'; readonly reason: string; readonly requested: string; readonly resumedFrom: string }
);

/** What may reset clients, and whether it has to. */
export interface ResetRule {
  readonly reason: string;
  /** Each client exactly once; otherwise at most once. */
  readonly isForAll: boolean;
  /** The last entry that was trimmed: only who was before it is reset. @default anybody may be */
  readonly trimmed?: string | undefined;
}

/** What clients were given, held to what is stored. */
export interface Verdict {
  delivered: number;
  /** Resets by reason. */
  resets: Record<string, number>;
  /** Events that did not come because a reset stands for them. */
  covered: number;
  lost: number;
  duplicated: number;
  /** Of those, repetitions on a later connection: a client as it is by default drops them. */
  hidden: number;
  outOfOrder: number;
  /** In words, each of what must not be. */
  violations: string[];
}

export const emptyVerdict = (): Verdict => ({
  delivered: 0,
  resets: {},
  covered: 0,
  lost: 0,
  duplicated: 0,
  hidden: 0,
  outOfOrder: 0,
  violations: [],
});

/** Adds what another one says. */
export function merge(into: Verdict, other: Verdict): void {
  for (const name of ['delivered', 'covered', 'lost', 'duplicated', 'hidden', 'outOfOrder'] as const)
    into[name] += other[name];
  for (const [reason, count] of Object.entries(other.resets)) into.resets[reason] = (into.resets[reason] ?? 0) + count;
  into.violations.push(...other.violations);
}

/** Everything that was ever stored, in order, over all epochs. */
export interface Transcript {
  readonly length: number;
  append(entries: readonly Stored[]): void;
  entry(at: number): Stored | undefined;
  /** Where an id stands. */
  find(id: string): number | undefined;
  /** The last place at or before a cursor; `undefined`: of an epoch that nothing was stored in. */
  upTo(cursor: string): number | undefined;
}

export function createTranscript(): Transcript {
  const entries: Stored[] = [];
  const places = new Map<string, number>();
  const begins = new Map<string, number>();
  return {
    get length() {
      return entries.length;
    },
    append(more) {
      for (const entry of more) {
        if (!begins.has(entry.epoch)) begins.set(entry.epoch, entries.length);
        places.set(`${entry.epoch}.${entry.seq}`, entries.length);
        entries.push(entry);
      }
    },
    entry: (at) => entries[at],
    find: (id) => places.get(id),
    upTo(cursor) {
      const position = parseCursor(cursor);
      const begin = position && begins.get(position.epoch);
      if (!position || begin === undefined) return undefined;
      const at = entries.findLastIndex(({ epoch, seq }) => epoch === position.epoch && seq <= position.seq);
      return at < 0 ? begin - 1 : at;
    },
  };
}

/** Holds one client to the transcript, cycle by cycle. */
export interface Witness {
  /** Judges what it was told; by then it has to have everything. */
  judge(told: readonly Told[], rule: ResetRule | undefined): Verdict;
}

/** Whether everything behind a cursor was still there. */
function isNeedless(requested: string, trimmed: string | undefined): boolean {
  const [from, gone] = [parseCursor(requested), parseCursor(trimmed ?? '')];
  return from !== undefined && from.epoch === gone?.epoch && from.seq >= gone.seq;
}

/** `wants`: what the client has asked for. */
export function createWitness(transcript: Transcript, wants: (entry: Stored) => boolean): Witness {
  /** The last place that it has. */
  let at = -1;

  function countBetween(from: number, to: number): number {
    let count = 0;
    for (let place = from + 1; place < to; place += 1) {
      const entry = transcript.entry(place);
      if (entry && wants(entry)) count += 1;
    }
    return count;
  }

  function event(told: Extract<Told, { kind: 'event' }>, given: Map<number, number>, verdict: Verdict): void {
    verdict.delivered += 1;
    const place = transcript.find(told.id ?? '');
    const entry = transcript.entry(place ?? -1);
    if (place === undefined || !entry || entry.label !== told.label || !wants(entry)) {
      verdict.violations.push(`it got ${told.label} as ${told.id}, which is not stored like that or not for it`);
    } else if (place > at) {
      const missing = countBetween(at, place);
      verdict.lost += missing;
      if (missing > 0) verdict.violations.push(`${missing} lost before ${told.id}`);
      at = place;
      given.set(place, told.connection);
    } else if (given.has(place) || given.size === 0) {
      verdict.duplicated += 1;
      if (given.get(place) !== told.connection) verdict.hidden += 1;
      verdict.violations.push(`${told.id} came twice`);
    } else {
      verdict.outOfOrder += 1;
      verdict.violations.push(`${told.id} came behind ${at - place} later ones`);
    }
  }

  function reset(told: Extract<Told, { kind: 'reset' }>, verdict: Verdict, rule: ResetRule | undefined): void {
    const { reason, requested, resumedFrom } = told;
    verdict.resets[reason] = (verdict.resets[reason] ?? 0) + 1;
    if (isNeedless(requested, rule?.trimmed)) {
      verdict.violations.push(`a reset (${reason}) at ${requested}, behind which nothing was missing`);
    }
    const place = transcript.upTo(resumedFrom);
    if (place === undefined || place < at) {
      verdict.violations.push(`a reset (${reason}) led to ${resumedFrom}, which is not where it could be`);
      return;
    }
    verdict.covered += countBetween(at, place + 1);
    at = place;
  }

  function checkResets({ resets, violations }: Verdict, rule: ResetRule | undefined): void {
    for (const [reason, count] of Object.entries(resets)) {
      if (reason !== rule?.reason) violations.push(`${count} resets (${reason}) where there must be none of them`);
      else if (count > 1) violations.push(`${count} resets (${reason}) where one is enough`);
    }
    if (rule?.isForAll && !resets[rule.reason]) violations.push(`no reset (${rule.reason}) where there must be one`);
  }

  return {
    judge(told, rule) {
      const verdict = emptyVerdict();
      /** Places that it was given, by the connection that brought them. */
      const given = new Map<number, number>();
      for (const one of told) {
        if (one.kind === 'event') event(one, given, verdict);
        else reset(one, verdict, rule);
      }
      const missing = countBetween(at, transcript.length);
      verdict.lost += missing;
      if (missing > 0) verdict.violations.push(`${missing} lost at the end`);
      at = transcript.length - 1;
      checkResets(verdict, rule);
      return verdict;
    },
  };
}
