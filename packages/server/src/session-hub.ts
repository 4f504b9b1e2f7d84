import type { Audience } from './audience.ts';
import type { Chunk } from './chunk.ts';
import type { Frame } from './frame.ts';
import type { GapReason } from './log/log.ts';
import type { OutletHost } from './outlet.ts';
import type { Wheel } from './wheel.ts';

/** What follows a place in the log, as one stream gets it; or why that cannot be told. */
export type Page =
  | { readonly kind: 'frames'; readonly after: number; readonly upTo: number; readonly frames: readonly Frame[] }
  | { readonly kind: 'gap'; readonly reason: GapReason };

/** Who reads pages. */
export interface Reader {
  readonly clientId: string | undefined;
  readonly audience: Pick<Audience, 'wants' | 'select' | 'encode'>;
  /** It still wants to be read for. */
  readonly isReplaying: boolean;
}

/** Events that are offered to live streams together. */
export interface Batch {
  /** Counts from 1. */
  readonly number: number;
  /** Where it begins: behind that number of the log. */
  readonly from: number;
}

/** What a stream needs of its hub. */
export interface SessionHub extends OutletHost {
  /** The newest number that came from the log: now. */
  readonly applied: number;
  /** Everything up to here was offered to all live streams. */
  readonly flushed: number;
  /** The one that is on its way, or was the last. */
  readonly batch: Batch;
  /** It is on its way: not every stream has it yet. */
  readonly isBusy: boolean;
  readonly wheel: Wheel;
  /** Streams that publishing waits for. */
  readonly crowded: Set<object>;
  /** Behind a number, up to `flushed`; `undefined`: look again. */
  page(stream: Reader, after: number): Page | Promise<Page | undefined>;
  /** The sign of life of a stream that has everything up to a number. */
  heartbeat(seq: number): Chunk;
  /** It begins behind what is being offered: to be resumed when that is done. */
  defer(stream: { resume(): void }): void;
  /** Something that is waited for may have come. */
  wake(): void;
}
