import type { Frame } from '../../../packages/protocol/src/index.ts';
import { formatCursor, parseCursor } from '../../../packages/server/src/cursor.ts';
import type { LogEntry, Position } from '../../../packages/server/src/log/log.ts';
import type { SlowConsumerStrategy } from '../../../packages/server/src/options.ts';
import type { Link } from './link.ts';
import type { History } from './model-log.ts';

/** What a client asks for. */
export interface Wanted {
  readonly channels: readonly string[];
  readonly types: readonly string[];
  readonly tags: ReadonlyArray<readonly [string, string]>;
}

/** An event that is in no log. */
export interface Ephemeral {
  readonly entry: Omit<LogEntry, 'seq' | 'time'>;
  readonly data: string;
  /** Counts over all; those of one instance come in this order. */
  readonly number: number;
  readonly instance: string;
  /** What the instance was given to store before, as far as it says by now that it has. */
  readonly behind: () => Position;
}

/** What the model knows about the servers. */
export interface Truth {
  readonly history: History;
  readonly strategy: SlowConsumerStrategy;
  readonly ephemerals: ReadonlyMap<string, Ephemeral>;
  /** Events that the log keeps. */
  readonly maxEvents: number;
  /** Events that are replayed at most. */
  readonly mostReplayed: number;
}

/** Written anew for the model: what the product's own says is what is to be proven. */
function isMatched(patterns: readonly string[] | undefined, name: string): boolean {
  if (patterns === undefined) return true;
  return patterns.some((pattern) => {
    const form = pattern === '*' ? '.*' : pattern.replaceAll('.', String.raw`\.`).replaceAll('*', '[^.]+');
    return new RegExp(`^${form}$`).test(name);
  });
}

const orAll = (patterns: readonly string[]): readonly string[] | undefined =>
  patterns.length > 0 ? patterns : undefined;

/** Whether an event is for a client with those wishes, on a connection with that grant. */
function isFor(wanted: Wanted, { grant }: Link, entry: Omit<LogEntry, 'seq' | 'time'>): boolean {
  const names = new Set(wanted.tags.map(([name]) => name));
  return (
    grant !== undefined &&
    // An order is nobody's.
    !entry.type.startsWith('pushstream.') &&
    isMatched(grant.channels, entry.channel) &&
    isMatched(orAll(wanted.channels), entry.channel) &&
    isMatched(orAll(wanted.types), entry.type) &&
    [...names].every((name) => wanted.tags.some(([tag, value]) => tag === name && entry.tags?.[name] === value)) &&
    (entry.to === undefined || entry.to === grant.clientId)
  );
}

const keyOf = ({ channel, type }: Pick<LogEntry, 'channel' | 'type'>): string => `${channel} ${type}`;

/** Follows one client over its whole life, and knows at each frame what may come next. */
export class Witness {
  readonly wanted: Wanted;
  readonly #truth: Truth;
  readonly name: string;
  readonly #left = new Set<string>();
  readonly #ephemerals = new Set<string>();
  readonly #lastEphemeral = new Map<string, number>();
  /** Lost, and announced: numbers of the present epoch. */
  readonly #excused = new Set<number>();
  /** Newest events that conflation left out, and that a newer one has to make up for. */
  readonly #owed = new Map<string, number>();
  /** Up to here the client has everything that concerns it. */
  place: Position | undefined;
  delivered = 0;
  resets = 0;
  drops = 0;

  constructor(name: string, wanted: Wanted, truth: Truth, cursor: string) {
    this.name = name;
    this.wanted = wanted;
    this.#truth = truth;
    this.place = parseCursor(cursor);
  }

  /** Where a reconnection has to resume. */
  get cursor(): string {
    return this.place ? formatCursor(this.place) : '';
  }

  #must(holds: boolean, what: string): void {
    if (!holds) throw new Error(`${this.name} at ${this.cursor}: ${what}`);
  }

  /** A request: it resumes from the last event whose delivery is complete. */
  asks(cursor: string): void {
    this.#must(cursor === this.cursor, `I9: asked to resume from ${cursor}`);
  }

  /** A frame that the client has taken; `cursor` is the client's own behind it. */
  takes(frame: Frame, cursor: string, link: Link): void {
    this.#must(!link.isLeft, `I11: a frame of connection ${link.number}, which is over`);
    if (frame.kind === 'event') this.#event(frame, link);
    else if (frame.kind === 'id') this.#moves(frame.id, link, 'a sign of life');
    else this.#must(frame.kind === 'comment' || frame.kind === 'retry', `a frame of kind ${frame.kind}`);
    this.#must(cursor === this.cursor, `I9: the client resumes from ${cursor} after ${JSON.stringify(frame)}`);
  }

  /** The first event of the log that it waits for. */
  missing(link: Link): Position | undefined {
    const { epoch, last } = this.#truth.history;
    if (!this.place || this.place.epoch !== epoch) return { epoch, seq: last };
    for (let seq = this.place.seq + 1; seq <= last; seq += 1)
      if (this.#concerns({ epoch, seq }, link)) return { epoch, seq };
    return undefined;
  }

  /** What conflation still owes: keys whose newest event has not come. */
  owed(link: Link): string | undefined {
    const { history } = this.#truth;
    for (const [key, seq] of this.#owed) {
      if (this.#concerns({ epoch: history.epoch, seq }, link)) return `${key} (${seq})`;
    }
    return undefined;
  }

  #concerns(position: Position, link: Link): boolean {
    const entry = this.#truth.history.entry(position);
    return entry !== undefined && isFor(this.wanted, link, entry);
  }

  /** I1, I5: everything on the way has been delivered, or was announced as lost. */
  #moves(id: string, link: Link, by: string): void {
    const to = parseCursor(id);
    if (!to) throw new Error(`${this.name}: an id that is none: ${id}`);
    this.#must(!link.owesReset, `I5: ${by} before the reset that is owed`);
    const from = this.place;
    this.#must(from !== undefined, `${by} before the first word of a stream`);
    if (!from) return;
    this.#must(to.epoch === from.epoch, `I5: ${by} moves to another epoch, ${id}, and no reset`);
    this.#must(to.seq >= from.seq, `I3, I9: ${by} moves back to ${id}`);
    this.#must(
      to.seq <= (this.#truth.history.epochs.get(to.epoch)?.length ?? 0),
      `I9: ${by} moves ahead of the log, ${id}`,
    );
    for (let seq = from.seq + 1; seq <= to.seq; seq += 1) this.#passes({ epoch: to.epoch, seq }, link, to.seq, by);
    this.place = to;
  }

  #passes(position: Position, link: Link, to: number, by: string): void {
    if (by === 'an event' && position.seq === to) return;
    const entry = this.#truth.history.entry(position);
    if (!entry || !this.#concerns(position, link)) return;
    if (this.#excused.delete(position.seq)) {
      this.#owed.delete(keyOf(entry));
      return;
    }
    const isConflated = this.#truth.strategy === 'conflate' && this.#isReplaced(position, entry, link);
    this.#must(isConflated, `I1, I5: ${by} moves to ${to} past ${position.seq}, which did not come`);
    this.#owed.set(keyOf(entry), position.seq);
  }

  /** Something newer with the same key is for the same client. */
  #isReplaced({ epoch, seq }: Position, entry: LogEntry, link: Link): boolean {
    const { history } = this.#truth;
    const key = keyOf(entry);
    for (let later = seq + 1; later <= (history.epochs.get(epoch)?.length ?? 0); later += 1) {
      const other = history.entry({ epoch, seq: later });
      if (other && keyOf(other) === key && this.#concerns({ epoch, seq: later }, link)) return true;
    }
    return false;
  }

  #event(frame: Extract<Frame, { kind: 'event' }>, link: Link): void {
    const { type, data, id } = frame;
    if (type.startsWith('pushstream.')) {
      this.#control(type.slice('pushstream.'.length), JSON.parse(data) as Record<string, unknown>, id, link);
      return;
    }
    this.#must(link.hasBegun, 'an event before the first word of the stream');
    if (id === undefined) {
      this.#ephemeral(type, data, link);
      return;
    }
    const position = parseCursor(id);
    const entry = position && this.#truth.history.entry(position);
    if (!position || !entry) throw new Error(`${this.name}: I4: an event that nobody published, ${id}`);
    this.#must(entry.type === type && entry.data === data, `I4: ${id} is another event than was published`);
    this.#must(isFor(this.wanted, link, entry), `I20: ${id} is not for it`);
    this.#mustBeAllowed(position, link);
    this.#must(position.epoch !== this.place?.epoch || position.seq > this.place.seq, `I2, I3: ${id} again, or late`);
    this.#moves(id, link, 'an event');
    this.#owed.delete(keyOf(entry));
    this.delivered += 1;
  }

  #mustBeAllowed({ epoch, seq }: Position, { revokedAt }: Link): void {
    const epochs = [...this.#truth.history.epochs.keys()];
    const isLate =
      revokedAt !== undefined &&
      (revokedAt.epoch === epoch ? seq > revokedAt.seq : epochs.indexOf(epoch) > epochs.indexOf(revokedAt.epoch));
    this.#must(!isLate, `I20: ${epoch}.${seq} on a connection whose rights were revoked before`);
  }

  #ephemeral(type: string, data: string, link: Link): void {
    const known = this.#truth.ephemerals.get(data);
    if (!known) throw new Error(`${this.name}: I4: an ephemeral event that nobody published: ${data}`);
    this.#must(known.entry.type === type, 'I4: an ephemeral event of another type');
    this.#must(isFor(this.wanted, link, known.entry), `I20: ${data} is not for it`);
    this.#must(!this.#ephemerals.has(data), `I2: ${data} again`);
    this.#ephemerals.add(data);
    const before = this.#lastEphemeral.get(known.instance) ?? 0;
    this.#must(known.number > before, `I3: ${data} behind a later one`);
    this.#lastEphemeral.set(known.instance, known.number);
    this.#must(
      known.number <= link.ephemeralsAtRevocation,
      `I20: ${data} on a connection whose rights were revoked before`,
    );
    const behind = known.behind();
    if (this.#truth.strategy !== 'conflate' && this.place?.epoch === behind.epoch) {
      for (let seq = this.place.seq + 1; seq <= behind.seq; seq += 1) {
        const isOwed = this.#concerns({ epoch: behind.epoch, seq }, link) && !this.#excused.has(seq);
        this.#must(!isOwed, `I3: ${data} before ${seq}, which was stored before it`);
      }
    }
  }

  #control(name: string, data: Record<string, unknown>, id: string | undefined, link: Link): void {
    if (name === 'ready') this.#ready(data, id, link);
    else if (name === 'reset') this.#reset(data, id, link);
    else if (name === 'dropped') this.#dropped(data, link);
    else this.#must(name === 'closing', `an event of the stream's own: ${name}`);
    if (name !== 'ready') this.#must(link.hasBegun, `${name} before ready`);
  }

  #ready({ cursor, resumed }: Record<string, unknown>, id: string | undefined, link: Link): void {
    this.#must(!link.hasBegun, 'ready for the second time');
    link.hasBegun = true;
    const asked = link.requested;
    this.#must(
      resumed !== true || (cursor === asked && asked !== ''),
      `resumed at ${String(cursor)}, asked for ${asked}`,
    );
    link.owesReset = resumed !== true && asked !== '';
    // What was dropped on another connection is replayed on this one.
    this.#excused.clear();
    if (id === undefined) return;
    // A stream that is cut behind this block would never tell what was lost.
    this.#must(!link.owesReset, `I5: ready moves to ${id} before the reset is told`);
    if (this.place) this.#moves(id, link, 'ready');
    else this.place = parseCursor(id);
  }

  #reset({ reason, requested, resumedFrom }: Record<string, unknown>, id: string | undefined, link: Link): void {
    const { history, maxEvents, mostReplayed } = this.#truth;
    const last = history.epochs.get(this.place?.epoch ?? '')?.length ?? 0;
    const to = parseCursor(String(resumedFrom));
    if (!to || id !== resumedFrom)
      throw new Error(`${this.name}: a reset to ${String(resumedFrom)} with the id ${id ?? ''}`);
    const { place } = this;
    // I6: only for what really cannot be continued.
    const isSo =
      place !== undefined &&
      ((reason === 'epoch' && place.epoch !== history.epoch) ||
        (reason === 'trimmed' && last - maxEvents > place.seq) ||
        (reason === 'too-far' && last - place.seq > mostReplayed));
    this.#must(isSo, `I6: a reset of ${String(requested)} for no reason: ${String(reason)}`);
    this.#must(to.seq <= (history.epochs.get(to.epoch)?.length ?? -1), `a reset to ${id}, which does not exist`);
    this.#must(to.epoch !== place?.epoch || to.seq >= place.seq, `I3: a reset back to ${id}`);
    if (place && place.epoch !== to.epoch) this.#left.add(place.epoch);
    this.#must(!this.#left.has(to.epoch), `I3: the epoch ${to.epoch} returns`);
    link.owesReset = false;
    this.#excused.clear();
    this.#owed.clear();
    this.place = to;
    this.resets += 1;
  }

  #dropped({ count, from, to }: Record<string, unknown>, link: Link): void {
    const { strategy } = this.#truth;
    this.#must(strategy === 'drop' || strategy === 'conflate', `I6: events are dropped with ${strategy}`);
    const [first, last] = [parseCursor(String(from)), parseCursor(String(to))];
    if (!first || !last) throw new Error(`${this.name}: dropped from ${String(from)} to ${String(to)}`);
    const { place } = this;
    this.#must(place?.epoch === first.epoch && place.epoch === last.epoch, 'events of another epoch are dropped');
    this.#must(first.seq > (place?.seq ?? 0) && last.seq >= first.seq, 'I6: dropped what was delivered');
    let concerned = 0;
    for (let seq = first.seq; seq <= last.seq; seq += 1) {
      if (!this.#concerns({ epoch: first.epoch, seq }, link)) continue;
      concerned += 1;
      this.#excused.add(seq);
    }
    const isSo = strategy === 'drop' ? count === concerned : Number(count) <= concerned;
    this.#must(isSo, `${String(count)} dropped from ${String(from)} to ${String(to)}, where ${concerned} concern it`);
    this.#must(Number(count) > 0, 'I6: nothing was dropped');
    this.drops += 1;
  }
}
