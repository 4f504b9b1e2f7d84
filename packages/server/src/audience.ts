import type { Chunk } from './chunk.ts';
import { compileFilter, type Subscription, subscriptionKey } from './filter.ts';
import { type Frame, type FrameEntry, joinFrames } from './frame.ts';
import { Part } from './part.ts';

/** A stream as its audience knows it. */
export interface Member {
  readonly clientId: string | undefined;
}

/** Pages that are remembered: after a storm, thousands come back from the same few places. */
const REMEMBERED_PAGES = 16;
/** Larger ones are not: all of them together have a bound too. */
const MAX_REMEMBERED_BYTES = 262_144;

interface Remembered {
  readonly after: number;
  readonly frames: readonly Frame[];
  readonly chunk: Chunk;
}

/** The streams with the same subscription: what one gets, all get, so it is put together once. */
export interface Audience<M extends Member = Member> {
  readonly key: string;
  /** Its channels, where all of them are names; `undefined`: any may concern it. */
  readonly channels: readonly string[] | undefined;
  /** Those that get what happens now. */
  readonly live: Set<M>;
  /** Those that belong to it, live or not. */
  members: number;
  matches(frame: Frame): boolean;
  /** Whether one of its streams gets an event. */
  wants(entry: FrameEntry, clientId: string | undefined): boolean;
  /** The part of a page that one of its streams gets. */
  select(frames: readonly Frame[], clientId: string | undefined): readonly Frame[];
  /** Encodes a part of a page; the same part again is not encoded again. */
  encode(after: number, frames: readonly Frame[]): Chunk;
}

const isFor = ({ entry: { to } }: Pick<Frame, 'entry'>, clientId: string | undefined): boolean =>
  to === undefined || to === clientId;

/** `pages`: those that all audiences remember together. */
function createAudience<M extends Member>(subscription: Subscription, pages: Remembered[]): Audience<M> {
  const { channels } = subscription;
  const accepts = compileFilter(subscription);
  const isSame = (a: readonly Frame[], b: readonly Frame[]): boolean =>
    a.length === b.length && a.every((frame, at) => frame === b[at]);

  return {
    key: subscriptionKey(subscription),
    channels: channels.length === 0 || channels.some((name) => name.includes('*')) ? undefined : channels,
    live: new Set(),
    members: 0,
    matches: ({ entry, size }) => size > 0 && accepts(entry),
    wants: (entry, clientId) => isFor({ entry }, clientId) && accepts(entry),
    select: (frames, clientId) =>
      frames.filter((frame) => frame.size > 0 && isFor(frame, clientId) && accepts(frame.entry)),
    encode(after, frames) {
      const known = pages.find((page) => page.after === after && isSame(page.frames, frames));
      if (known) return known.chunk;
      const chunk = joinFrames(frames);
      if (chunk.bytes.length <= MAX_REMEMBERED_BYTES) pages.push({ after, frames, chunk });
      if (pages.length > REMEMBERED_PAGES) pages.shift();
      return chunk;
    },
  };
}

/** Some streams that get the same frames. */
export interface Delivery<M extends Member> {
  readonly members: readonly M[];
  readonly frames: readonly Frame[];
  readonly chunk: Chunk;
}

/** All audiences, found by channel. */
export interface Audiences<M extends Member> {
  /** The one of a subscription. */
  enter(subscription: Subscription): Audience<M>;
  leave(audience: Audience<M>): void;
  /** Who gets which of these frames. */
  plan(frames: readonly Frame[]): Delivery<M>[];
}

export function createAudiences<M extends Member>(): Audiences<M> {
  const pages: Remembered[] = [];
  const byKey = new Map<string, Audience<M>>();
  const byChannel = new Map<string, Set<Audience<M>>>();
  const wide = new Set<Audience<M>>();

  function* concerned(channel: string): Iterable<Audience<M>> {
    yield* wide;
    yield* byChannel.get(channel) ?? [];
  }

  /** What each audience gets that has somebody to get it; `none` is the part that it begins with. */
  function match(frames: readonly Frame[], none: Part): Map<Audience<M>, Part> {
    const found = new Map<Audience<M>, Part>();
    for (const frame of frames) {
      for (const audience of concerned(frame.entry.channel)) {
        if (audience.live.size === 0 || !audience.matches(frame)) continue;
        found.set(audience, (found.get(audience) ?? none).with(frame));
      }
    }
    return found;
  }

  return {
    enter(subscription) {
      const key = subscriptionKey(subscription);
      let audience = byKey.get(key);
      if (!audience) {
        audience = createAudience<M>(subscription, pages);
        byKey.set(key, audience);
        if (!audience.channels) wide.add(audience);
        for (const channel of audience.channels ?? []) {
          byChannel.set(channel, (byChannel.get(channel) ?? new Set()).add(audience));
        }
      }
      audience.members += 1;
      return audience;
    },
    leave(audience) {
      audience.members -= 1;
      if (audience.members > 0) return;
      byKey.delete(audience.key);
      wide.delete(audience);
      for (const channel of audience.channels ?? []) {
        const audiences = byChannel.get(channel);
        audiences?.delete(audience);
        if (audiences?.size === 0) byChannel.delete(channel);
      }
    },
    plan(frames) {
      const none = new Part();
      const targets = new Set(frames.map(({ entry }) => entry.to).filter((to) => to !== undefined));
      const deliver = (members: readonly M[], { frames: own, chunk }: Part): Delivery<M> => ({
        members,
        frames: own,
        chunk,
      });
      return [...match(frames, none)].flatMap(([{ live }, part]) => {
        if (targets.size === 0) return deliver([...live], part);
        const { frames: matched } = part;
        /** Those that nothing is meant for in particular; each of the others has a list of its own. */
        const groups = new Map<string | undefined, M[]>();
        for (const member of live) {
          const name = member.clientId !== undefined && targets.has(member.clientId) ? member.clientId : undefined;
          const members = groups.get(name);
          if (members) members.push(member);
          else groups.set(name, [member]);
        }
        return [...groups].flatMap(([name, members]) => {
          const own = matched.filter((frame) => isFor(frame, name));
          if (own.length === 0) return [];
          return deliver(
            members,
            own.reduce((one, frame) => one.with(frame), none),
          );
        });
      });
    },
  };
}
