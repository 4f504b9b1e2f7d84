import type { EventClient, InspectedState, Inspection, Status } from 'pushstream-client';
import { causeOf, type Failure, failureOf } from './causes.ts';
import { type Entry, eventEntry, frameEntry } from './entry.ts';
import { createRing, type Ring } from './ring.ts';
import { cut, duration, plural } from './text.ts';

/** An `EventClient`, whatever its events are. */
export type InspectedClient = Pick<
  EventClient,
  | 'url'
  | 'status'
  | 'snapshot'
  | 'lastEventId'
  | 'inspect'
  | 'connect'
  | 'disconnect'
  | 'reconnect'
  | 'pause'
  | 'resume'
>;

/** The logs of one inspector, by the name of the view that shows them. */
export interface Logs {
  readonly events: Ring<Entry>;
  readonly frames: Ring<Entry>;
  readonly timeline: Ring<Entry>;
}

/** What is known of the client besides its snapshot. */
export interface Known {
  /** The machine's, as of the last transition. */
  readonly state: InspectedState | undefined;
  readonly lastByteAt: number | undefined;
  /** The last error, also when it is over. */
  readonly failure: (Failure & { readonly at: number }) | undefined;
  readonly leases: number;
  readonly resets: number;
  readonly drops: number;
}

/** Keeps what a client tells. */
export interface Recorder {
  readonly logs: Logs;
  readonly known: Known;
  /** Who listens, by type or pattern. */
  readonly listeners: readonly Entry[];
  take(inspection: Inspection): void;
  /** Begins a part of the timeline with how the client is. */
  begin(status: Status, at: number): void;
  keep(limit: number): void;
  clear(): void;
}

const nothing: Known = {
  state: undefined,
  lastByteAt: undefined,
  failure: undefined,
  leases: 0,
  resets: 0,
  drops: 0,
};

type Transition = Extract<Inspection, { kind: 'transition' }>;

/** The client's own word for a phase. */
function statusOf({ to, state: { opens, attempt } }: Transition): Status {
  return to === 'waiting' || (to === 'connecting' && opens + attempt > 0) ? 'reconnecting' : to;
}

function line(at: number | undefined, name: string, id: string, text: string): Entry {
  return { at, name, type: name, id, text, length: text.length, mark: '', notes: [] };
}

export function createRecorder(limit: number): Recorder {
  const logs: Logs = { events: createRing(limit), frames: createRing(limit), timeline: createRing(limit) };
  let known = nothing;
  let most = limit;
  let patterns: ReadonlyMap<string, number> = new Map();
  let listeners: readonly Entry[] | undefined;
  let input: Extract<Inspection, { kind: 'input' }>['input'] | undefined;
  let changedAt: number | undefined;

  function mark(at: number, status: Status, cause: string): void {
    logs.timeline.add(line(at, status, changedAt === undefined ? '' : duration(at - changedAt), cause));
    changedAt = at;
  }

  function takeInput({ at, input: told }: Extract<Inspection, { kind: 'input' }>): void {
    input = told;
    if (told.type === 'opened' || told.type === 'frames') known = { ...known, lastByteAt: at };
    else if ((told.type === 'failed' || told.type === 'fatal') && told.error)
      known = { ...known, failure: { ...failureOf(told.error), at } };
  }

  function takeFrame(inspection: Extract<Inspection, { kind: 'frame' }>): void {
    const event = eventEntry(inspection);
    if (event) logs.events.add(event);
    if (event?.mark === 'reset') known = { ...known, resets: known.resets + 1 };
    else if (event?.mark === 'dropped') known = { ...known, drops: known.drops + 1 };
    logs.frames.add(frameEntry(inspection, event));
  }

  return {
    logs,
    get known() {
      return known;
    },
    get listeners() {
      listeners ??= [...patterns]
        .slice(0, most)
        .map(([pattern, count]) => line(undefined, cut(pattern, 256), String(count), plural(count, 'listener')));
      return listeners;
    },
    take(inspection) {
      const { kind, at } = inspection;
      if (kind === 'input') takeInput(inspection);
      else if (kind === 'frame') takeFrame(inspection);
      else if (kind === 'leases') known = { ...known, leases: inspection.leases };
      else if (kind === 'listeners') {
        patterns = inspection.listeners;
        listeners = undefined;
      } else {
        known = { ...known, state: inspection.state };
        if (inspection.from !== inspection.to) mark(at, statusOf(inspection), causeOf(input, inspection));
      }
    },
    begin(status, at) {
      changedAt = undefined;
      // What nobody looked at may have changed it.
      known = { ...known, state: undefined };
      mark(at, status, 'the inspector looks');
    },
    keep(wanted) {
      most = wanted;
      listeners = undefined;
      for (const log of Object.values(logs)) log.keep(wanted);
    },
    clear() {
      known = { ...known, resets: 0, drops: 0 };
      for (const log of Object.values(logs)) log.clear();
    },
  };
}
