import type { Environment } from './environment.ts';
import { createFrame, type Frame, type FrameEntry } from './frame.ts';
import { isReserved } from './grammar.ts';
import type { Log, LogEntry } from './log/log.ts';
import { createLogReader } from './log-reader.ts';
import { createRing, type PageLimit } from './ring.ts';
import type { Page, Reader } from './session-hub.ts';

const RING: PageLimit = { count: 1_024, bytes: 4 * 1_048_576 };
/** About what a socket takes at once. */
const PAGE: PageLimit = { count: 512, bytes: 131_072 };

/** How many of some frames make a page: one at least, however large it is. */
export function pageLength(frames: readonly Frame[]): number {
  let bytes = 0;
  const end = frames.findIndex(({ size }, at) => {
    bytes += size;
    return at === PAGE.count || (bytes > PAGE.bytes && at > 0);
  });
  return end < 0 ? frames.length : end;
}

/** What a hub has read, as pages: the newest from memory, the rest from the log. */
export interface Pages {
  /** Encodes the next entry, and remembers it. */
  push(entry: FrameEntry & { readonly seq: number }): Frame;
  /** What follows a number, up to another: at most a page, the part of it that one stream gets. */
  read(stream: Reader, after: number, upTo: number): Page | Promise<Page | undefined>;
  /** Whether that is in memory. */
  covers(after: number, upTo: number): boolean;
  /** Another epoch begins. */
  begin(epoch: string): void;
}

/** What it reads from, and how much at the same time. */
export interface PagesParts {
  readonly log: Log;
  readonly replays: () => number;
  readonly environment: Environment;
}

export function createPages({ log, replays, environment }: PagesParts): Pages {
  const ring = createRing(RING, PAGE);
  const reader = createLogReader(log, replays, environment);
  let epoch = '';
  /** Entries that are asked for: as many as were a page before, so that little is read in vain. */
  let reach = PAGE.count;

  /** Whatever is stored, only what can be a block gets out; one that cannot is as if a filter refused it. */
  function frameOf(entry: FrameEntry): Frame {
    // Not the streams' business, whatever they ask for.
    if (isReserved(entry.type)) return { entry, text: '', size: 0 };
    try {
      return createFrame(entry, epoch);
    } catch (error) {
      environment.reportError(error, 'an event of the log');
      return { entry, text: '', size: 0 };
    }
  }

  function select({ audience, clientId }: Reader, after: number, page: readonly Frame[]): Page {
    return { kind: 'frames', after, upTo: after + page.length, frames: audience.select(page, clientId) };
  }

  /** Of what was read, only what the stream gets is encoded: at most a page of that. */
  function encode({ audience, clientId }: Reader, after: number, entries: readonly LogEntry[]): Page {
    const frames: Frame[] = [];
    let bytes = 0;
    let taken = 0;
    for (const entry of entries) {
      const frame = audience.wants(entry, clientId) ? frameOf(entry) : undefined;
      bytes += frame?.size ?? 0;
      if (bytes > PAGE.bytes && frames.length > 0) break;
      if (frame && frame.size > 0) frames.push(frame);
      taken += 1;
    }
    reach = taken < entries.length ? taken : Math.min(PAGE.count, 2 * reach);
    return { kind: 'frames', after, upTo: after + taken, frames };
  }

  async function readLog(stream: Reader, after: number, upTo: number): Promise<Page | undefined> {
    const asked = epoch;
    const read = await reader.read({ epoch, seq: after }, Math.min(reach, upTo - after), () => stream.isReplaying);
    // A log may answer at once: others have their turn between two pages.
    await new Promise<void>((resolve) => environment.soon(resolve));
    // Meanwhile the stream was told to begin anew.
    if (!read || asked !== epoch) return undefined;
    return read.kind === 'gap' ? read : encode(stream, after, read.entries);
  }

  return {
    push(entry) {
      const frame = frameOf(entry);
      ring.push(entry.seq, frame);
      return frame;
    },
    read(stream, after, upTo) {
      const frames = ring.slice(after, upTo);
      return frames ? select(stream, after, frames) : readLog(stream, after, upTo);
    },
    covers: (after, upTo) => after <= upTo && ring.slice(after, upTo) !== undefined,
    begin(next) {
      epoch = next;
      ring.clear();
    },
  };
}
