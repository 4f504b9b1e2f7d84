import { expect, test } from 'vitest';
import type { GapReason, LogEntry, LogPage, NewEntry, Position } from '../../../packages/server/src/log/log.ts';
import { createMemoryLog, type MemoryLimits } from '../../../packages/server/src/log/memory.ts';
import { caseSeed, createRandom, type Random, replayHint, testSeed } from '../../support/random.ts';
import { createTestEnvironment } from '../support.ts';

const HISTORIES = 400;
const STEPS = 80;

interface Known {
  readonly seq: number;
  readonly at: number;
}

/** The contract said once more, as simply and slowly as can be. */
class Model {
  readonly #limits: MemoryLimits;
  readonly entries: Array<{ seq: number; entry: NewEntry; at: number }> = [];
  readonly #keys: Array<Known & { key: string }> = [];
  last = 0;

  constructor(limits: MemoryLimits) {
    this.#limits = limits;
  }

  get first(): number {
    return this.entries[0]?.seq ?? this.last + 1;
  }

  #bytes(): number {
    return this.entries.reduce((sum, { entry: { type, channel, data, to, tags } }) => {
      const texts = [type, channel, data, to ?? '', ...Object.entries(tags ?? {}).flat()];
      return sum + Buffer.byteLength(texts.join(''));
    }, 0);
  }

  trim(now: number): void {
    const { maxEvents, maxBytes, maxAgeMs, maxKeys, keyWindowMs } = this.#limits;
    while (this.entries.length > maxEvents) this.entries.shift();
    while (this.entries.length > 1 && this.#bytes() > maxBytes) this.entries.shift();
    while (this.entries[0] && now - this.entries[0].at > maxAgeMs) this.entries.shift();
    while (this.#keys.length > maxKeys) this.#keys.shift();
    while (this.#keys[0] && now - this.#keys[0].at > keyWindowMs) this.#keys.shift();
  }

  publish(entry: NewEntry, now: number): { seq: number; duplicate: boolean } {
    this.trim(now);
    const known = this.#keys.find(({ key }) => key === entry.key);
    if (known) return { seq: known.seq, duplicate: true };
    const seq = (this.last += 1);
    this.entries.push({ seq, entry, at: now });
    if (entry.key !== undefined) this.#keys.push({ key: entry.key, seq, at: now });
    this.trim(now);
    return { seq, duplicate: false };
  }

  read(seq: number, isOfEpoch: boolean, limit: number): GapReason | string[] {
    if (!isOfEpoch) return 'epoch';
    if (seq > this.last) return 'ahead';
    if (seq + 1 < this.first) return 'trimmed';
    return this.entries
      .filter((one) => one.seq > seq)
      .slice(0, limit)
      .map((one) => `${one.seq}:${one.entry.data}`);
  }
}

const limitsOf = (random: Random): MemoryLimits => ({
  maxEvents: random.pick([1, 2, 5, 20, 1_000]),
  maxBytes: random.pick([1, 30, 100, Infinity]),
  maxAgeMs: random.pick([1, 50, 200, Infinity]),
  keyWindowMs: random.pick([1, 50, 300, Infinity]),
  maxKeys: random.pick([1, 3, 1_000]),
});

const entryOf = (random: Random, number: number): NewEntry => ({
  type: random.pick(['t', 'té']),
  channel: 'c',
  data: `${number}${random.pick(['', '…', '👍', 'x'.repeat(random.below(60))])}`,
  to: random.chance(0.1) ? 'ann' : undefined,
  tags: random.chance(0.2) ? { n: String(number) } : undefined,
  key: random.chance(0.4) ? random.pick(['a', 'b', 'c', 'd', '']) : undefined,
});

const shown = (entries: readonly LogEntry[]): string[] => entries.map(({ seq, data }) => `${seq}:${data}`);

/** A reader of a tail, now and then; what it gets is what the model would read at that moment. */
class Reader {
  position: Position;
  readonly #pages: AsyncIterator<LogPage>;

  constructor(position: Position, tail: AsyncIterable<LogPage>) {
    this.position = position;
    this.#pages = tail[Symbol.asyncIterator]();
  }

  async check(model: Model, epoch: string): Promise<void> {
    const expected = model.read(this.position.seq, this.position.epoch === epoch, Infinity);
    // It would wait.
    if (expected.length === 0) return;
    const { value } = (await this.#pages.next()) as { value: LogPage };
    if (value.kind === 'gap') {
      expect(value).toEqual({ kind: 'gap', reason: expected, head: { epoch, first: model.first, last: model.last } });
      this.position = { epoch, seq: model.last };
    } else {
      expect(shown(value.entries)).toEqual(expected);
      this.position = { epoch, seq: value.entries.at(-1)?.seq ?? NaN };
    }
  }
}

async function runHistory(random: Random): Promise<void> {
  const environment = createTestEnvironment();
  const limits = limitsOf(random);
  const model = new Model(limits);
  // Time passes at once: nothing here waits for it.
  let elapsed = 0;
  const log = createMemoryLog(limits, { ...environment, monotonicNow: () => elapsed });
  const { epoch } = await log.head();
  const readers: Reader[] = [];

  const positionOf = (): Position => ({
    epoch: random.chance(0.1) ? 'other' : epoch,
    seq: random.between(0, model.last + 2),
  });

  const steps: Array<() => Promise<void> | void> = [
    async () => {
      const entries = Array.from({ length: random.between(1, 6) }, (_, at) => entryOf(random, model.last + at));
      const got = await Promise.all(entries.map((one) => log.publish(one)));
      const expected = entries.map((one) => ({ epoch, ...model.publish(one, elapsed) }));
      expect(got).toEqual(expected);
    },
    async () => {
      const [position, limit] = [positionOf(), random.between(1, 8)];
      model.trim(elapsed);
      const page = await log.read(position, limit);
      const expected = model.read(position.seq, position.epoch === epoch, limit);
      expect(page.kind === 'gap' ? page.reason : shown(page.entries)).toEqual(expected);
    },
    async () => {
      model.trim(elapsed);
      expect(await log.head()).toEqual({ epoch, first: model.first, last: model.last });
    },
    () => void (elapsed += random.pick([0, 1, 10, 49, 50, 51, 199, 400])),
    () => environment.jump(random.between(-3_600_000, 3_600_000)),
    () => {
      const position = positionOf();
      readers.push(new Reader(position, log.tail(position, new AbortController().signal)));
    },
    async () => {
      model.trim(elapsed);
      if (readers.length > 0) await random.pick(readers).check(model, epoch);
    },
  ];
  for (let step = 0; step < STEPS; step += 1) await random.pick(steps)();
}

test(`${HISTORIES} random histories are those of a naive model`, async () => {
  const seed = testSeed();
  const random = createRandom(seed);
  for (let number = 0; number < HISTORIES; number += 1) {
    random.reseed(caseSeed(seed, number));
    await runHistory(random).catch((error: unknown) => {
      throw new Error(`history ${number}, ${replayHint(seed)}: ${(error as Error).message}`, { cause: error });
    });
  }
});
