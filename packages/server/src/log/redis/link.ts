import { type BackoffPolicy, backoffMs } from '../../backoff.ts';
import type { Environment } from '../../environment.ts';
import { sleep } from '../../sleep.ts';
import { CONNECT_MS, type RedisConnection } from './connection.ts';

const RETRIES: BackoffPolicy = { baseDelayMs: 50, maxDelayMs: 1_000 };
/** To reach a server, and for it to answer what every connection begins with. */
const BEGIN_MS = CONNECT_MS + 1_000;

/** What has a connection, while there is one. */
export interface LinkOwner {
  /** Makes a connection fit to be used. */
  prepare(connection: RedisConnection): Promise<void>;
  up(connection: RedisConnection): void;
  /** It is gone, or none could be had. */
  down(error: unknown): void;
}

/** One connection to Redis at a time: when it is lost, the next one is made, sooner or later. */
export interface Link {
  /** Connects; nothing to do where it has. */
  start(): void;
  /** Gives up a connection that is of no use any more. */
  drop(reason: Error): void;
  /** Ends it for good; resolves when nothing is left of it. */
  close(): Promise<void>;
}

export function createLink(create: () => RedisConnection, owner: LinkOwner, environment: Environment): Link {
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  /** In a row. */
  let failures = 0;
  let drop: (reason: Error) => void = () => {};

  /** From the first attempt to the end of a connection; tells what ended it. */
  async function hold(): Promise<unknown> {
    const connection = create();
    let isOver = false;
    let connecting: Promise<unknown> = Promise.resolve();
    let cancel: () => void = () => {};
    const lost = new Promise<never>((_, reject) => {
      drop = reject;
      connection.on('error', reject);
      connection.on('end', () => reject(new Error('Expected a connection to Redis, got its end')));
      // Told to go while it was on its way, it arrives all the same.
      connection.on('connect', () => void (isOver && connection.destroy()));
      cancel = environment.setTimer(() => reject(new Error('Expected Redis to answer, got silence')), BEGIN_MS);
    });
    try {
      connecting = connection.connect();
      await Promise.race([connecting.then(() => owner.prepare(connection)), lost]);
      cancel();
      failures = 0;
      owner.up(connection);
      return await lost;
    } catch (error) {
      return error;
    } finally {
      cancel();
      isOver = true;
      connection.destroy();
      await connecting.catch(() => {});
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      owner.down(await hold().catch((error: unknown) => error));
      const ms = backoffMs(failures, RETRIES, environment.random());
      failures += 1;
      await sleep(environment, ms, closing.signal);
    }
  }

  return {
    start() {
      if (!closing.signal.aborted) running ??= run();
    },
    drop: (reason) => drop(reason),
    async close() {
      closing.abort();
      drop(new Error('Expected a link, got one that is closed'));
      await running;
    },
  };
}
