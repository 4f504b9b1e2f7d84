import type { PublishOptions } from '../../../packages/server/src/events.ts';
import type { PushStream } from '../../../packages/server/src/push-stream.ts';
import type { Random } from '../../support/random.ts';
import type { Position } from '../../../packages/server/src/log/log.ts';
import type { ModelLog } from './model-log.ts';
import type { Ephemeral } from './witness.ts';

const CHANNELS: readonly string[] = ['a', 'b.x', 'b.y', 'c'];
const TYPES: readonly string[] = ['task.one', 'task.two', 'note'];
const KEYS: readonly string[] = ['k1', 'k2', 'k3', 'k4'];
/** What an encoder may stumble over. */
const AWKWARD = 'é\u2028\r\n: x';

/** An event that was given to an instance; with its id as soon as that is told. */
interface Given {
  id: string;
}

/** An instance, as far as publishing to it is concerned. */
export interface Publishing {
  readonly name: string;
  readonly push: PushStream;
  /** The highest number that it has told to have stored. */
  stored: number;
  /** What it was given, and has not told of. */
  readonly storing: Set<Given>;
}

/** Publishes whatever chance wants, and checks what it is told. */
export class Publisher {
  readonly ephemerals: Map<string, Ephemeral> = new Map();
  readonly #log: ModelLog;
  readonly #random: Random;
  readonly #fail: (error: unknown) => void;
  /** Events so far: each carries its number. */
  count = 0;
  #last = { type: 'note', channel: 'a' };
  stored = 0;
  /** Calls that have not come back. */
  pending = 0;

  constructor(log: ModelLog, random: Random, fail: (error: unknown) => void) {
    this.#log = log;
    this.#random = random;
    this.#fail = fail;
  }

  /** Many in one turn are small. */
  publish(instance: Publishing, count: number): void {
    for (let n = 0; n < count; n += 1) this.#publishOne(instance, count > 50 ? 40 : 500);
  }

  /** Large ones. */
  flood(instance: Publishing, count: number, bytes: number): void {
    for (let n = 0; n < count; n += 1) this.#publishOne(instance, 1, bytes);
  }

  #publishOne(instance: Publishing, mostAwkward: number, bytes = this.#random.below(60)): void {
    const random = this.#random;
    this.count += 1;
    const pad = random.chance(0.12) ? AWKWARD.repeat(random.between(1, mostAwkward)) : 'x'.repeat(bytes);
    const data = { n: this.count, pad };
    const ephemeral = random.chance(0.1);
    // What replaces what is worth a closer look.
    const isSame = ephemeral && random.chance(0.5);
    const type = isSame ? this.#last.type : random.pick(TYPES);
    const channel = isSame ? this.#last.channel : random.pick(CHANNELS);
    this.#last = { type, channel };
    const to = random.chance(0.15) ? random.pick(['u1', 'u2', 'u3']) : undefined;
    const tags = random.chance(0.3) ? { p: random.pick(['1', '2']) } : undefined;
    const key = !ephemeral && random.chance(0.15) ? random.pick(KEYS) : undefined;
    if (ephemeral) {
      const text = JSON.stringify(data);
      const entry = { type, channel, to, tags, data: text };
      const { epoch } = this.#log.history;
      const { stored, storing } = instance;
      const earlier = [...storing];
      const numberOf = ({ id }: Given): number => (id.startsWith(`${epoch}.`) ? Number(id.slice(epoch.length + 1)) : 0);
      const behind = (): Position => ({ epoch, seq: Math.max(stored, ...earlier.map(numberOf)) });
      this.ephemerals.set(text, { entry, data: text, number: this.count, instance: instance.name, behind });
    }
    this.pending += 1;
    const given = { id: '' };
    if (!ephemeral) instance.storing.add(given);
    this.#store(instance, type, data, { channel, to, tags, key, ephemeral }, given)
      .catch(this.#fail)
      .finally(() => {
        this.pending -= 1;
        instance.storing.delete(given);
      });
  }

  /** Tries again where it is not known whether it was stored, and a key makes that harmless. */
  async #store(
    instance: Publishing,
    type: string,
    data: unknown,
    options: PublishOptions,
    given: Given,
  ): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        const { id, duplicate } = await instance.push.publish(type, data, options);
        if (id === null) return;
        // Another attempt comes behind what was published in between.
        if (attempt === 0) given.id = id;
        this.#acknowledged(instance, id, duplicate, JSON.stringify(data), options.key);
        return;
      } catch (error) {
        const isExpected = /injected|ClosedError/.test(String(error));
        if (!isExpected) throw error;
        if (options.key === undefined) return;
      }
    }
  }

  /** I7, I8: what is acknowledged is there, as what was published or as the first one with that key. */
  #acknowledged(instance: Publishing, id: string, duplicate: boolean, text: string, key: string | undefined): void {
    const { history } = this.#log;
    const [epoch = '', digits] = id.split('.');
    const seq = Number(digits);
    if (epoch === history.epoch) instance.stored = Math.max(instance.stored, seq);
    if (duplicate) {
      if (history.keys.get(id) !== key) throw new Error(`I8: ${id} is said to be a duplicate of ${String(key)}`);
      return;
    }
    this.stored += 1;
    if (history.entry({ epoch, seq })?.data !== text) throw new Error(`I7: ${id} was acknowledged, and is not there`);
  }
}
