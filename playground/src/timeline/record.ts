import type { EventClient, Inspection } from 'pushstream-client';
import type { TaskEvents } from '../../task-events.ts';

/** The machine's own words for how a connection is. */
export type Phase = Extract<Inspection, { kind: 'transition' }>['to'];

interface Band {
  readonly phase: Phase;
  readonly from: number;
}

export type MarkKind = 'attempt' | 'failure' | 'heartbeat' | 'repeat' | 'reset' | 'fault';

export interface Mark {
  readonly kind: MarkKind;
  readonly at: number;
  readonly text: string;
}

/** What happened lately, in milliseconds of `performance.now()`. */
export interface Recording {
  readonly bands: readonly Band[];
  readonly marks: readonly Mark[];
  /** When the next attempt is due. */
  readonly due: number | undefined;
  /** Events of the bucket that begins there. */
  eventsAt(bucket: number): number;
  mark(kind: MarkKind, text?: string): void;
}

export const BUCKET_MS = 100;
/** As far back as it is shown. */
export const PAST_MS = 45_000;
const BUCKETS = PAST_MS / BUCKET_MS + 10;
const KEPT = 300;

/** Writes down what a client does: as much as is shown of it, and no more. */
export function record(client: EventClient<TaskEvents>): Recording {
  const bands: Band[] = [{ phase: 'idle', from: performance.now() }];
  const marks: Mark[] = [];
  const counts = new Uint16Array(BUCKETS);
  let newest = 0;
  let due: number | undefined;

  function keep<Item>(items: Item[], item: Item): void {
    items.push(item);
    if (items.length > 2 * KEPT) items.splice(0, KEPT);
  }

  const mark = (kind: MarkKind, text = ''): void => keep(marks, { kind, at: performance.now(), text });

  /** The counter of now; those that were skipped are of an earlier round. */
  function bucket(): number {
    const now = Math.floor(performance.now() / BUCKET_MS);
    if (now - newest >= BUCKETS) counts.fill(0);
    else for (let stale = newest + 1; stale <= now; stale += 1) counts[stale % BUCKETS] = 0;
    newest = now;
    return now % BUCKETS;
  }

  function frame({ frame: { kind }, outcome }: Extract<Inspection, { kind: 'frame' }>): void {
    if (kind === 'comment' || kind === 'id') mark('heartbeat');
    else if (outcome === 'repeated') mark('repeat');
    else if (kind === 'event' && outcome !== 'control') {
      const at = bucket();
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }

  client.inspect((inspection) => {
    if (inspection.kind === 'frame') frame(inspection);
    else if (inspection.kind === 'transition' && inspection.from !== inspection.to) {
      if (inspection.to === 'connecting') mark('attempt');
      if (inspection.to !== 'waiting') due = undefined;
      keep(bands, { phase: inspection.to, from: performance.now() });
    }
  });
  client.lifecycle.on('retry', ({ delayMs }) => (due = performance.now() + delayMs));
  client.lifecycle.on('error', ({ code }) => mark('failure', code));
  client.lifecycle.on('reset', ({ reason }) => mark('reset', `reset: ${reason}`));

  return {
    bands,
    marks,
    get due() {
      return due;
    },
    eventsAt(at) {
      bucket();
      return at > newest || newest - at >= BUCKETS ? 0 : (counts[at % BUCKETS] ?? 0);
    },
    mark,
  };
}
