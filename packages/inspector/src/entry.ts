import type { Frame, FrameOutcome, Inspection } from 'pushstream-client';
import { cut } from './text.ts';

/** Characters that are kept of one text. */
const MAX_TEXT = 4_096;
/** Characters that are kept of one name or id. */
const MAX_NAME = 256;

/** One line of a log; never changed: the same object is always the same line. */
export interface Entry {
  /** When, in milliseconds since the epoch; `undefined` for what is so now. */
  readonly at: number | undefined;
  /** The event's type, the kind of the frame, the status, the pattern. */
  readonly name: string;
  /** What a pattern is held against: the event's type, where there is one. */
  readonly type: string;
  /** The event's id, or what else tells lines apart. */
  readonly id: string;
  /** The data, at most `MAX_TEXT` characters of it. */
  readonly text: string;
  /** How long the text was before it was cut. */
  readonly length: number;
  /** What is special about it, in a word. */
  readonly mark: string;
  /** More that is shown of the one that is selected. */
  readonly notes: readonly string[];
}

type FrameInspection = Extract<Inspection, { kind: 'frame' }>;

/** What is to be seen at once: that an event did not reach a listener, and why; a control event by its own name. */
const markOf = (outcome: FrameOutcome, type: string): string =>
  outcome === 'control' ? type.replace('pushstream.', '') : /dispatched|noted/.test(outcome) ? '' : outcome;

const notesOf = ({ outcome, cursor }: FrameInspection): readonly string[] => [
  outcome,
  `cursor ${cut(cursor, MAX_NAME) || 'none'}`,
];

/** What a log keeps of an event. */
export function eventEntry(inspection: FrameInspection): Entry | undefined {
  const { at, frame, outcome } = inspection;
  if (frame.kind !== 'event' && frame.kind !== 'oversized') return undefined;
  const text = frame.kind === 'event' ? frame.data : '';
  const name = cut(frame.type, MAX_NAME);
  return {
    at,
    name,
    type: name,
    id: cut(frame.id ?? '', MAX_NAME),
    text: cut(text, MAX_TEXT),
    length: text.length,
    mark: markOf(outcome, name),
    notes: notesOf(inspection),
  };
}

/** As the standard has it on the wire. `message` may have been written there, or not. */
function wire(frame: Frame, event: Entry | undefined): string {
  if (frame.kind === 'comment') return `: ${cut(frame.text, MAX_TEXT)}`;
  if (frame.kind === 'retry') return `retry: ${frame.retryMs}`;
  const type = event && event.name !== 'message' ? `event: ${event.name}\n` : '';
  const id = frame.id === undefined ? '' : `id: ${event?.id ?? cut(frame.id, MAX_NAME)}\n`;
  const data = frame.kind === 'event' ? `data: ${(event?.text ?? '').replaceAll('\n', '\ndata: ')}` : '';
  return (type + id + data).trimEnd();
}

/** What a log keeps of any frame; `event` is what it keeps of the event in it. */
export function frameEntry(inspection: FrameInspection, event: Entry | undefined): Entry {
  const { at, frame } = inspection;
  const text = wire(frame, event);
  return {
    at,
    name: frame.kind,
    type: event?.type ?? '',
    id: event?.id ?? ('id' in frame ? cut(frame.id ?? '', MAX_NAME) : ''),
    text,
    // What is missing of the data is missing of the frame.
    length: text.length + (frame.kind === 'comment' ? missing(frame.text.length) : missing(event?.length ?? 0)),
    mark: event?.mark ?? '',
    notes: event?.notes ?? notesOf(inspection),
  };
}

const missing = (length: number): number => Math.max(0, length - MAX_TEXT);
