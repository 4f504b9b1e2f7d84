import type { EventClient } from 'pushstream-client';
import type { TaskEvents } from '../task-events.ts';
import type { Expected } from './courses.ts';
import { byId, grouped, seconds, setText } from './dom.ts';
import { followOpenings, isLeft } from './openings.ts';
import type { Counts } from './tally.ts';

const NO_BREAK = 'no break';
/** Broken from another tab, or by what nobody of this page knows of. */
const ELSEWHERE = 'not pressed here';

/** What was pressed. */
interface Fault {
  readonly title: string;
  readonly expected: Expected;
  readonly at: number;
  /** What it does is done, or was seen. */
  isOver: boolean;
  /** Repetitions that were dropped since. */
  repeated: number;
}

/** A stream that went away, and is not back with everything. */
interface Break {
  readonly titles: Set<string>;
  readonly at: number;
  /** When it opened, or the last of what it had missed came; `undefined` while it is away. */
  wholeAt: number | undefined;
  /** The ledger was asked since it opened: it is known what there is to come. */
  isKnown: boolean;
}

export interface Recovery {
  /** Something was done to the stream, or to others. */
  pressed(title: string, expected: Expected): void;
  /** An event came, or the ledger told of some. */
  counted(counts: Counts): void;
}

/** Measures from when the stream goes away until it is open again, with everything that was published meanwhile. */
export function showRecovery(client: EventClient<TaskEvents>, audit: () => Promise<Counts>): Recovery {
  const time = byId('recovery', HTMLElement);
  const note = byId('recovery-note', HTMLElement);
  /** Newest first: each may break the stream as long as it lasts. */
  let faults: Fault[] = [];
  /** The one whose course is shown, until the stream breaks. */
  let shown: Fault | undefined;
  let broken: Break | undefined;

  function show(value: string, text: string): void {
    setText(time, value);
    setText(note, text);
  }

  function pressed(title: string, expected: Expected): void {
    const mine = { title, expected, at: performance.now(), isOver: false, repeated: 0 };
    faults.unshift(mine);
    setTimeout(() => void end(mine), expected.untilMs);
    if (expected.kind === 'perhaps') return;
    if (broken) {
      if (expected.kind === 'break') join(broken, title);
    } else if (isLeft(client.status)) {
      shown = undefined;
      show('–', `${title}: no stream to break`);
    } else {
      shown = mine;
      show(expected.kind === 'break' ? '…' : NO_BREAK, title);
    }
  }

  function join(mine: Break, title: string): void {
    mine.titles.add(title);
    show('…', titleOf(mine));
  }

  /** Its time has passed. */
  async function end(mine: Fault): Promise<void> {
    const counts = await audit().catch(() => undefined);
    mine.isOver = true;
    faults = faults.filter((fault) => fault !== mine);
    if (shown !== mine) return;
    if (mine.expected.kind === 'break') show(NO_BREAK, `${mine.title}: harmless`);
    if (counts) counted(counts);
  }

  /** All that breaks the stream and has not yet done so; else what may have done so. */
  function causesAt(now: number): Fault[] {
    const able = faults.filter((fault) => mayBreak(fault, now));
    const due = able.filter(({ isOver }) => !isOver);
    const certain = due.filter(({ expected }) => expected.kind === 'break').toReversed();
    return certain.length > 0 ? certain : [...due, ...able].slice(0, 1);
  }

  function broke(): void {
    // Away already: one more attempt was in vain.
    if (broken && broken.wholeAt === undefined) return;
    const now = performance.now();
    const causes = causesAt(now);
    // Opened anew, for what is to break it later.
    if (causes.length === 0 && faults.some(({ expected, at }) => now - at < fromMsOf(expected))) return;
    for (const cause of causes) cause.isOver = true;
    broken = { titles: broken?.titles ?? new Set(), at: broken?.at ?? now, wholeAt: undefined, isKnown: false };
    shown = undefined;
    for (const { title } of causes) broken.titles.add(title);
    show('…', titleOf(broken));
  }

  async function opened(): Promise<void> {
    const mine = broken;
    if (!mine) return;
    mine.wholeAt = performance.now();
    const counts = await audit().catch(() => undefined);
    mine.isKnown = true;
    if (counts) counted(counts);
  }

  function left(): void {
    if (!broken && shown?.expected.kind !== 'break') return;
    broken = undefined;
    shown = undefined;
    show('–', 'left before it was back');
  }

  function counted({ toCome }: Counts): void {
    if (broken) recover(broken, toCome);
    else if (shown?.expected.kind === 'late') {
      const isDone = shown.isOver && toCome === 0;
      show(NO_BREAK, `${shown.title}: ${isDone ? 'all shown' : toCome > 0 ? `${grouped(toCome)} to come` : 'on'}`);
      if (isDone) shown = undefined;
    }
  }

  function recover(mine: Break, toCome: number): void {
    if (mine.wholeAt === undefined) return;
    if (toCome > 0 || !mine.isKnown) {
      mine.wholeAt = performance.now();
      return;
    }
    show(seconds(mine.wholeAt - mine.at), titleOf(mine));
    broken = undefined;
  }

  /** A server may say so without ending the stream. */
  function reset(): void {
    if (shown?.expected.kind !== 'break') return;
    show(NO_BREAK, `${shown.title}: told by a reset`);
    shown = undefined;
  }

  client.lifecycle.on('reset', reset);
  followOpenings(client, { broke, opened: () => void opened(), left });
  client.inspect((inspection) => {
    if (shown?.expected.kind !== 'again') return;
    if (inspection.kind !== 'frame' || inspection.outcome !== 'repeated') return;
    shown.repeated += 1;
    const repetitions = shown.repeated === 1 ? 'repetition' : 'repetitions';
    show(NO_BREAK, `${shown.title}: ${grouped(shown.repeated)} ${repetitions} dropped`);
  });

  return { pressed, counted };
}

function titleOf({ titles }: Break): string {
  const [first = ELSEWHERE, second, ...more] = titles;
  return `${first}${second === undefined ? '' : `, ${second}`}${more.length > 0 ? `, ${more.length} more` : ''}`;
}

const fromMsOf = (expected: Expected): number => (expected.kind === 'break' ? (expected.fromMs ?? 0) : 0);

function mayBreak({ expected, at }: Fault, now: number): boolean {
  if (expected.kind !== 'break' && expected.kind !== 'perhaps') return false;
  return now - at >= fromMsOf(expected) && now - at <= expected.untilMs;
}
