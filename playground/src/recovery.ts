import type { EventClient } from 'pushstream-client';
import type { TaskEvents } from '../task-events.ts';
import type { Expected } from './courses.ts';
import { byId, grouped, seconds, setText } from './dom.ts';
import { followOpenings } from './openings.ts';
import type { Counts } from './tally.ts';

const NO_BREAK = 'no break';

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
  title: string;
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
  let fault: Fault | undefined;
  /** Done to an instance: perhaps to that of this page. */
  let aside: Fault | undefined;
  let broken: Break | undefined;
  let ending: ReturnType<typeof setTimeout> | undefined;

  function show(value: string, text: string): void {
    setText(time, value);
    setText(note, text);
  }

  function pressed(title: string, expected: Expected): void {
    const mine = { title, expected, at: performance.now(), isOver: false, repeated: 0 };
    if (expected.kind === 'perhaps') {
      aside = mine;
      return;
    }
    fault = mine;
    clearTimeout(ending);
    ending = setTimeout(() => void end(mine), expected.untilMs);
    if (!broken) show(expected.kind === 'break' ? '…' : NO_BREAK, title);
    else if (expected.kind === 'break' && !broken.title.endsWith(title)) show('…', (broken.title += `, ${title}`));
  }

  /** Its time has passed. */
  async function end(mine: Fault): Promise<void> {
    const counts = await audit().catch(() => undefined);
    const { title, expected, isOver } = mine;
    mine.isOver = true;
    if (fault !== mine || isOver) return;
    if (expected.kind === 'break' && !broken) show(NO_BREAK, `${title}: harmless`);
    if (counts) counted(counts);
  }

  function broke(): void {
    const now = performance.now();
    const cause = [fault, aside].find((one) => one && mayBreak(one, now));
    if (!cause) return;
    cause.isOver = true;
    broken = { title: broken?.title ?? cause.title, at: broken?.at ?? now, wholeAt: undefined, isKnown: false };
    show('…', broken.title);
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
    if (!broken) return;
    broken = undefined;
    show('–', 'left before it was back');
  }

  function counted({ toCome }: Counts): void {
    if (broken) recover(broken, toCome);
    else if (fault?.expected.kind === 'late') {
      const isDone = fault.isOver && toCome === 0;
      show(NO_BREAK, `${fault.title}: ${isDone ? 'all shown' : toCome > 0 ? `${grouped(toCome)} to come` : 'on'}`);
      if (isDone) fault = undefined;
    }
  }

  function recover(mine: Break, toCome: number): void {
    if (mine.wholeAt === undefined) return;
    if (toCome > 0 || !mine.isKnown) {
      mine.wholeAt = performance.now();
      return;
    }
    show(seconds(mine.wholeAt - mine.at), mine.title);
    broken = undefined;
  }

  followOpenings(client, { broke, opened: () => void opened(), left });
  client.inspect((inspection) => {
    if (broken || fault?.expected.kind !== 'again') return;
    if (inspection.kind !== 'frame' || inspection.outcome !== 'repeated') return;
    fault.repeated += 1;
    show(
      NO_BREAK,
      `${fault.title}: ${grouped(fault.repeated)} ${fault.repeated === 1 ? 'repetition' : 'repetitions'} dropped`,
    );
  });

  return { pressed, counted };
}

function mayBreak({ expected, at, isOver }: Fault, now: number): boolean {
  if (isOver || (expected.kind !== 'break' && expected.kind !== 'perhaps')) return false;
  const fromMs = expected.kind === 'break' ? (expected.fromMs ?? 0) : 0;
  return now - at >= fromMs && now - at <= expected.untilMs;
}
