import { createChange } from '../../change.ts';
import type { Environment } from '../../environment.ts';
import { sleep } from '../../sleep.ts';
import type { LogEntry, Position } from '../log.ts';
import type { RedisConnection } from './connection.ts';
import { createLink } from './link.ts';
import { PAGE, type Place, type Store } from './store.ts';
import { createWindow } from './window.ts';

/** How long Redis lets a reader wait; behind it, whether the log is still the same is looked at. */
const BLOCK_MS = 1_000;
/** How much later than that an answer may come, in milliseconds. */
const PATIENCE_MS = 4_000;
const RETRY_MS = 100;
/** Entries that are waited for; there is no limit of bytes where Redis waits. */
const MOST = 128;

/** Stays at the end of a log, for every tail of the process. */
export interface Reader {
  /** Connects; nothing to do where it has. */
  start(): void;
  /** What follows a position as far as the reader has seen it, from memory; `undefined`: Redis knows. */
  after(position: Position): readonly LogEntry[] | undefined;
  /** Whether it has seen more of that epoch. */
  isBeyond(position: Position): boolean;
  /** Until it has gone on, or found out that there is nothing to go on with. */
  changed(): Promise<void>;
  close(): Promise<void>;
}

/** `split`: what is waited for and what the store reads are on different servers, so one of them is the wrong one. */
export function createReader(
  store: Store,
  create: () => RedisConnection,
  environment: Environment,
  split: (reason: Error) => void,
): Reader {
  const window = createWindow();
  const link = createLink(create, { prepare: () => Promise.resolve(), up, down }, environment);
  let connection: RedisConnection | undefined;
  let connected: () => void = () => {};
  let place: Place | undefined;
  /** Nothing is between its place and the end, as far as it was told. */
  let isPlaced = false;
  /** What its connection had last, where that was not what follows. */
  let heard: 'nothing' | 'others' | undefined;
  /** Behind which its connection had nothing, and pages had more. */
  let doubted: Place | undefined;
  let isFailing = false;
  let running: Promise<void> | undefined;
  const change = createChange();
  const closing = new AbortController();

  function up(one: RedisConnection): void {
    connection = one;
    connected();
  }

  function down(error: unknown): void {
    [connection, heard, doubted] = [undefined, undefined, undefined];
    fail(error);
  }

  /** Once, until it goes on. */
  function fail(error: unknown): void {
    isPlaced = false;
    if (isFailing || closing.signal.aborted) return;
    isFailing = true;
    environment.reportError(error, 'the log in Redis');
  }

  function move(to: Place, entries: readonly LogEntry[]): void {
    if (to.epoch !== place?.epoch || entries.length === 0) window.clear();
    window.push(entries);
    place = to;
    store.witness(to);
    change.wake();
  }

  /** A failover may leave one of the two connections behind. */
  function diverge(): never {
    const reason = new Error('Expected one log in Redis, got two: its address has led to different servers');
    link.drop(reason);
    split(reason);
    throw reason;
  }

  /** By pages, until there is nothing more: also finds out that the log is another one. */
  async function catchUp(): Promise<void> {
    const [before, wasHeard] = [place, heard];
    heard = undefined;
    if (!place) {
      const found = await store.head();
      move(found.place, []);
    }
    while (!closing.signal.aborted && place) {
      const { page, place: next } = await store.read(place, PAGE);
      if (page.kind === 'gap') {
        move(next, []);
      } else {
        if (page.entries.length === 0) break;
        move(next, page.entries);
      }
    }
    if (wasHeard === 'others' && place === before) diverge();
    const hasMore = place !== before && place?.epoch === before?.epoch;
    doubted = wasHeard === 'nothing' && hasMore ? before : undefined;
    isPlaced = true;
    isFailing = false;
    change.wake();
  }

  /** What its connection has behind a place, now or soon. */
  async function ask(from: Place, on: RedisConnection): Promise<readonly unknown[]> {
    const cancel = environment.setTimer(
      () => link.drop(new Error('Expected an answer from Redis, got silence')),
      BLOCK_MS + PATIENCE_MS,
    );
    // Whatever stands behind the point is behind every one of that number.
    const id = `${from.seq}-18446744073709551615`;
    const words = ['XREAD', 'COUNT', String(MOST), 'BLOCK', String(BLOCK_MS), 'STREAMS', store.key, id];
    const answer: unknown = await on.sendCommand(words).finally(cancel);
    const [stream]: readonly unknown[] = Array.isArray(answer) ? answer : [];
    const [, items]: readonly unknown[] = Array.isArray(stream) ? stream : [];
    return Array.isArray(items) ? items : [];
  }

  /** Waits for what follows; anything but that is left to `catchUp`. */
  async function wait(from: Place, on: RedisConnection): Promise<void> {
    // What came between two questions it has by now: or it is at another server.
    if (doubted && (await ask(doubted, on)).length === 0) diverge();
    doubted = undefined;
    const items = await ask(from, on);
    const linked = store.follow(from, items);
    const last = linked?.at(-1);
    heard = last ? undefined : items.length > 0 ? 'others' : 'nothing';
    isPlaced = last !== undefined;
    if (!linked || !last) return;
    move(
      { epoch: from.epoch, seq: last.entry.seq, mark: last.mark },
      linked.map(({ entry }) => entry),
    );
  }

  async function step(): Promise<void> {
    if (!isPlaced) await catchUp();
    if (!connection && !closing.signal.aborted) await new Promise<void>((resolve) => (connected = resolve));
    // What came between the end of one connection and the next is found by pages.
    if (isPlaced && connection && place) await wait(place, connection);
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await step();
      } catch (error) {
        fail(error);
        await sleep(environment, RETRY_MS, closing.signal);
      }
    }
  }

  return {
    start() {
      if (closing.signal.aborted) return;
      link.start();
      running ??= run();
    },
    after(position) {
      if (position.epoch !== place?.epoch) return undefined;
      return position.seq >= place.seq ? [] : window.after(position.seq);
    },
    isBeyond: ({ epoch, seq }) => epoch === place?.epoch && place.seq > seq,
    changed: () => change.wait(),
    async close() {
      closing.abort();
      change.wake();
      const ending = link.close();
      connected();
      await ending;
      await running;
    },
  };
}
