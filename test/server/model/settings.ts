import type { SlowConsumerStrategy } from '../../../packages/server/src/options.ts';
import type { Random } from '../../support/random.ts';

/** `small`: a copy whose pages, rings, portions and bodies are small, so that all of them end all the time. */
export type Scale = 'real' | 'small';

/** What is the same for one whole schedule. */
export interface Settings {
  readonly strategy: SlowConsumerStrategy;
  readonly maxEvents: number;
  readonly capacity: number;
  readonly capacityBytes: number;
  readonly bufferedBytes: number;
  readonly replay: number;
  readonly replays: number;
  readonly ageMs: number | false;
  readonly highWaterMark: number;
  readonly hosts: ReadonlyArray<'fetch' | 'node'>;
  /** How often a grant has an end. */
  readonly expires: number;
}

/** A page, and what a body takes before it says that it is full. */
const PAGE_BYTES = { real: 131_072, small: 500 };
const BODY_BYTES = { real: 65_536, small: 1_000 };
/** No event is longer. */
const EVENT_BYTES = 7_000;

export function settingsOf(random: Random, scale: Scale): Settings {
  const isSmall = scale === 'small';
  return {
    strategy: random.pick(['spill', 'wait', 'drop', 'disconnect', 'conflate']),
    maxEvents: random.pick([10_000, 10_000, 100, 20]),
    capacity: random.pick([1, 3, 20, 200]),
    capacityBytes: random.pick(isSmall ? [100, 500, 5_000] : [1_000, 50_000, 1_048_576]),
    bufferedBytes: random.pick(isSmall ? [7_500, 12_000, 1e9] : [400_000, 1e9, 1e9]),
    replay: random.pick([100_000, 100_000, 100_000, 50]),
    replays: random.pick([1, 2, 32]),
    ageMs: random.pick([false, false, 1_000, 5_000]),
    highWaterMark: random.pick(isSmall ? [1, 200, 1_000] : [1, 500, 16_384]),
    hosts: random.pick([['fetch'], ['node'], ['fetch', 'node']] as const),
    expires: random.pick([0, 0, 0.5]),
  };
}

/** I19: a queue; and what a body had before it was full, with the page or the queue that made it so. */
export function mostOfOne({ capacityBytes, highWaterMark }: Settings, scale: Scale): number {
  const body = Math.max(highWaterMark, BODY_BYTES[scale]);
  return capacityBytes + body + Math.max(capacityBytes, PAGE_BYTES[scale] + EVENT_BYTES);
}
