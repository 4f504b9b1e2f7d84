import { seconds } from '../dom.ts';
import { BUCKET_MS, type Mark, type MarkKind, PAST_MS, type Phase, type Recording } from './record.ts';

/** The colours of the page, as they are now. */
export type Palette = Readonly<Record<'accent' | 'good' | 'busy' | 'bad' | 'calm' | 'line' | 'soft' | 'ink', string>>;

/** What is planned is shown too, as a ninth of the width: the next attempt. */
const PAST_SHARE = 8 / 9;
const MS_PER_PIXEL = 40;
const LEAST_MS = 15_000;
const STEP_MS = 10_000;

const LANES = { flags: 11, status: 46, events: 116, beats: 128, axis: 154 } as const;
/** Flags whose words would overlap stand below each other. */
const FLAG_ROWS = 3;
const FLAG_ROW_HEIGHT = 12;
const STATUS_HEIGHT = 16;
/** Of a wait, in pixels, for its length to be written below it. */
const LEAST_LABEL = 26;
const EVENTS_HEIGHT = 48;

const PHASES: Record<Phase, keyof Palette> = {
  idle: 'line',
  connecting: 'busy',
  open: 'good',
  waiting: 'busy',
  paused: 'calm',
  closed: 'bad',
};

/** One frame of the picture. */
interface Frame {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly palette: Palette;
  readonly now: number;
  /** Where the picture begins. */
  readonly from: number;
  readonly x: (at: number) => number;
}

export function draw(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  palette: Palette,
  recording: Recording,
): void {
  const now = performance.now();
  const past = Math.min(PAST_MS, Math.max(LEAST_MS, width * MS_PER_PIXEL));
  const from = now - past;
  const x = (at: number): number => ((at - from) / past) * PAST_SHARE * width;
  const frame: Frame = { context, width, palette, now, from, x };
  context.clearRect(0, 0, width, height);
  context.font = '11px system-ui, sans-serif';
  drawAxis(frame);
  drawBands(frame, recording);
  drawEvents(frame, recording);
  for (const mark of recording.marks) if (mark.at > from) MARKS[mark.kind](frame, x(mark.at));
  drawFlags(frame, recording.marks);
  if (recording.due !== undefined) drawDue(frame, recording.due);
}

function drawAxis({ context, palette, now, from, x }: Frame): void {
  context.fillStyle = palette.line;
  context.fillRect(0, LANES.events, x(now), 1);
  context.fillStyle = palette.soft;
  context.fillRect(x(now), LANES.status - 6, 1, LANES.beats - LANES.status + 14);
  context.textAlign = 'center';
  for (let ago = STEP_MS; ago < now - from; ago += STEP_MS)
    context.fillText(`−${ago / 1_000} s`, x(now - ago), LANES.axis);
  context.fillText('now', x(now), LANES.axis);
}

/** A wait is half as high as what it waits for. */
function drawBands({ context, palette, now, from: begin, x }: Frame, { bands }: Recording): void {
  for (const [index, { phase, from }] of bands.entries()) {
    const to = bands[index + 1]?.from ?? now;
    if (to < begin || phase === 'idle') continue;
    const height = phase === 'waiting' ? STATUS_HEIGHT / 4 : STATUS_HEIGHT;
    const left = Math.max(0, x(from));
    context.fillStyle = palette[PHASES[phase]];
    context.fillRect(left, LANES.status + (STATUS_HEIGHT - height) / 2, Math.max(1.5, x(to) - left), height);
    if (phase !== 'waiting' || x(to) - left < LEAST_LABEL) continue;
    context.textAlign = 'center';
    context.fillText(seconds(to - from), (left + x(to)) / 2, LANES.status + STATUS_HEIGHT + 12);
  }
}

/** By the square root: one event is seen beside a thousand. */
function drawEvents({ context, palette, now, from, x }: Frame, { eventsAt }: Recording): void {
  const last = Math.floor(now / BUCKET_MS);
  const first = Math.ceil(from / BUCKET_MS);
  const barWidth = Math.max(1, x(BUCKET_MS) - x(0) - 0.5);
  context.beginPath();
  for (let bucket = first; bucket <= last; bucket += 1) {
    const events = eventsAt(bucket);
    if (events === 0) continue;
    const height = Math.min(EVENTS_HEIGHT, 4 + 5 * Math.sqrt(events));
    context.rect(x(bucket * BUCKET_MS), LANES.events - height, barWidth, height);
  }
  context.fillStyle = palette.accent;
  context.fill();
}

const MARKS: Record<MarkKind, (frame: Frame, x: number) => void> = {
  heartbeat({ context, palette }, x) {
    context.fillStyle = palette.soft;
    context.fillRect(x, LANES.beats - 4, 1.5, 8);
  },
  repeat({ context, palette }, x) {
    context.fillStyle = palette.busy;
    context.beginPath();
    context.arc(x, LANES.events - 6, 4, 0, 2 * Math.PI);
    context.fill();
  },
  attempt({ context, palette }, x) {
    context.fillStyle = palette.ink;
    context.fillRect(x - 1, LANES.status - 2, 2, STATUS_HEIGHT + 4);
  },
  failure({ context, palette }, x) {
    context.strokeStyle = palette.bad;
    context.lineWidth = 2;
    const y = LANES.status + STATUS_HEIGHT / 2;
    context.beginPath();
    context.moveTo(x - 4, y - 4);
    context.lineTo(x + 4, y + 4);
    context.moveTo(x + 4, y - 4);
    context.lineTo(x - 4, y + 4);
    context.stroke();
  },
  reset: (frame, x) => drawPole(frame, x, FLAGS.reset),
  fault: (frame, x) => drawPole(frame, x, FLAGS.fault),
};

const FLAGS = { reset: 'busy', fault: 'bad' } as const satisfies Partial<Record<MarkKind, keyof Palette>>;

function drawPole({ context, palette }: Frame, x: number, colour: keyof Palette): void {
  context.fillStyle = palette[colour];
  context.fillRect(x, LANES.flags - 8, 1.5, LANES.events - LANES.flags + 8);
}

/** Words of a flag, and the place that they take. */
interface Label {
  readonly text: string;
  readonly colour: keyof Palette;
  readonly left: number;
  readonly right: number;
}

/** Where no row is free, the older words make room. */
function drawFlags(frame: Frame, marks: readonly Mark[]): void {
  const { context, palette } = frame;
  const rows: Label[][] = Array.from({ length: FLAG_ROWS }, () => []);
  for (const mark of marks) {
    const { kind } = mark;
    if (kind !== 'fault' && kind !== 'reset') continue;
    const label = labelOf(frame, mark, FLAGS[kind]);
    const isFree = (row: readonly Label[]): boolean => row.every((other) => !overlap(label, other));
    const row = rows.find(isFree) ?? rows.toSorted((one, other) => endOf(one) - endOf(other))[0];
    row?.splice(0, row.length, ...row.filter((other) => !overlap(label, other)), label);
  }
  context.textAlign = 'left';
  for (const [at, row] of rows.entries()) {
    for (const { text, colour, left, right } of row) {
      if (right < 0) continue;
      context.fillStyle = palette[colour];
      context.fillText(text, left, LANES.flags + at * FLAG_ROW_HEIGHT);
    }
  }
}

/** Beside its pole, on the side where there is room. */
function labelOf({ context, x, width }: Frame, { at, text }: Mark, colour: keyof Palette): Label {
  const wide = context.measureText(text).width;
  const begins = x(at) + 5;
  const left = begins + wide < width ? begins : begins - 9 - wide;
  return { text, colour, left, right: left + wide };
}

const overlap = (one: Label, other: Label): boolean => one.left < other.right + 6 && other.left < one.right + 6;
const endOf = (row: readonly Label[]): number => row.at(-1)?.right ?? 0;

function drawDue({ context, palette, now, x, width }: Frame, due: number): void {
  const to = Math.min(x(due), width - 2);
  context.strokeStyle = palette.busy;
  context.lineWidth = 1.5;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(x(now), LANES.status + STATUS_HEIGHT / 2);
  context.lineTo(to, LANES.status + STATUS_HEIGHT / 2);
  context.stroke();
  context.setLineDash([]);
  context.strokeRect(to - 1, LANES.status, 2, STATUS_HEIGHT);
}
