import { Buffer } from 'node:buffer';
import { complete, type Manual, misuse, show } from 'pushstream-protocol';
import { formatCursor } from './cursor.ts';
import type { Ephemerals } from './ephemerals.ts';
import { ClosedError, EventTooLargeError } from './errors.ts';
import type { Published, PublishOptions } from './events.ts';
import { checkChannel, checkClientId, checkEventType, checkKey, checkTags } from './grammar.ts';
import type { Hub } from './hub.ts';
import type { Log } from './log/log.ts';
import type { Resolved } from './resolve-options.ts';
import { proveData } from './schemas.ts';

/** Publishes events whose types are known at run time only. */
export type Publish = (type: string, data: unknown, options?: PublishOptions) => Promise<Published>;

/** What it needs. */
export interface PublisherParts {
  readonly hub: Hub;
  readonly ephemerals: Ephemerals;
  readonly log: Log;
  readonly settings: () => Resolved;
  readonly isClosed: () => boolean;
}

type Complete = { readonly [Name in keyof PublishOptions]-?: PublishOptions[Name] };

const manual: Manual<Complete> = {
  channel: ['string', 'default'],
  to: ['string', undefined],
  tags: ['object', undefined],
  key: ['string', undefined],
  ephemeral: ['boolean', false],
};

/** @throws {TypeError} For options that cannot be. */
function readOptions(given: PublishOptions): Complete {
  const options = complete<Complete>('options', given, manual);
  const { channel, to, tags, key, ephemeral } = options;
  checkChannel('options.channel', channel);
  if (to !== undefined) checkClientId('options.to', to);
  if (tags !== undefined) checkTags('options.tags', tags);
  if (key !== undefined) checkKey('options.key', key);
  if (key !== undefined && ephemeral === true) {
    throw misuse('options.key', 'none for an ephemeral event: it is not stored', show(key, true));
  }
  return options;
}

/** @throws {TypeError} For data that has no text. */
function encode(type: string, data: unknown): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(data);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text;
  const reason = cause instanceof Error ? cause.message : typeof data;
  throw new TypeError(`${type}: expected data that JSON can carry, got ${reason}`, { cause });
}

export function createPublisher({ hub, ephemerals, log, settings, isClosed }: PublisherParts): Publish {
  const { stats, environment } = hub;
  /** The last event whose schema takes its time: those behind it wait, so that the order is that of the calls. */
  let turn: Promise<void> | undefined;
  /** Until the log has all the events that it was given; its answers may come in any order. */
  let storing: Promise<void> | undefined;

  /** Puts it behind everything that is being stored. */
  function queue(work: () => Promise<void> | void): Promise<void> {
    const mine = Promise.resolve(storing).then(work);
    const clear = (): void => {
      if (storing === settled) storing = undefined;
    };
    const settled = mine.then(clear, clear);
    storing = settled;
    return mine;
  }

  /** Until there is room in every queue of this instance that is waited for, or for as long as is waited. */
  async function waitForRoom(epoch: string, seq: number): Promise<void> {
    const deadline = hub.now() + settings().slowConsumer.writeTimeoutMs;
    const isWaiting = (): boolean =>
      hub.epoch === epoch && (hub.flushed < seq || hub.isBusy || hub.crowded.size > 0) && hub.now() < deadline;
    const cancel = environment.setTimer(() => hub.wake(), settings().slowConsumer.writeTimeoutMs);
    while (isWaiting()) {
      await hub.change.wait();
    }
    cancel();
  }

  async function store(type: string, text: string, options: Complete): Promise<Published> {
    const { channel = 'default', to, tags, key, ephemeral } = options;
    if (isClosed()) throw new ClosedError();
    if (ephemeral === true) {
      let told: Promise<void> | undefined;
      const pass = (): void => {
        told = ephemerals.pass({ type, data: text, channel, to, tags, time: environment.now() });
      };
      // Behind what was published before it, as far as that is known.
      if (storing) await queue(pass);
      else pass();
      stats.published += 1;
      await told;
      return { id: null, duplicate: false };
    }
    const stored = log.publish({ type, data: text, channel, to, tags, key });
    const noted = stored.then(
      ({ epoch, seq }) => hub.stored(epoch, seq),
      () => {},
    );
    void queue(() => noted);
    const { epoch, seq, duplicate } = await stored;
    if (duplicate) stats.duplicates += 1;
    else stats.published += 1;
    if (settings().slowConsumer.strategy === 'wait') await waitForRoom(epoch, seq);
    return { id: formatCursor({ epoch, seq }), duplicate };
  }

  return async (type, data, given = {}) => {
    if (isClosed()) throw new ClosedError();
    checkEventType('type', type);
    const options = readOptions(given);
    const text = encode(type, data);
    const { schemas, limits } = settings();
    const bytes = Buffer.byteLength(text);
    if (bytes > limits.eventBytes) throw new EventTooLargeError(type, bytes, limits.eventBytes);
    const proof = schemas.has(type) ? proveData(schemas, type, data) : undefined;
    if (!turn && !proof) return store(type, text, options);
    let stored: Promise<Published> | undefined;
    const mine = Promise.allSettled([proof, turn]).then(([proven]) => {
      if (turn === mine) turn = undefined;
      if (proven.status === 'fulfilled') stored = store(type, text, options);
    });
    turn = mine;
    await mine;
    await proof;
    if (!stored) throw new ClosedError();
    return stored;
  };
}
