import { type BackoffPolicy, backoffMs } from './backoff.ts';
import type { Environment } from './environment.ts';
import type { LogHead, LogPage, Log, Position } from './log/log.ts';
import { sleep } from './sleep.ts';

/** What follows a log. */
export interface Follower {
  readonly epoch: string;
  /** The newest number that it has. */
  readonly applied: number;
  /** What has to be known before. */
  prepare(): Promise<void>;
  begin(head: LogHead): void;
  apply(page: LogPage): void;
}

const RETRIES: BackoffPolicy = { baseDelayMs: 100, maxDelayMs: 5_000 };

/**
 * Keeps a follower at the end of a log until the signal is aborted: one reader, that goes on from
 * its place whatever becomes of the log in between.
 */
export async function follow(
  log: Log,
  follower: Follower,
  environment: Environment,
  signal: AbortSignal,
): Promise<void> {
  const { random, reportError } = environment;
  let isBegun = false;
  let failures = 0;

  function wait(): Promise<void> {
    const ms = backoffMs(failures, RETRIES, random());
    failures += 1;
    return sleep(environment, ms, signal);
  }

  async function read(): Promise<void> {
    if (!isBegun) {
      const head = await log.head();
      await follower.prepare();
      follower.begin(head);
      isBegun = true;
    }
    const position: Position = { epoch: follower.epoch, seq: follower.applied };
    for await (const page of log.tail(position, signal)) {
      failures = 0;
      follower.apply(page);
    }
  }

  while (!signal.aborted) {
    try {
      await read();
      if (!signal.aborted) await wait();
    } catch (error) {
      if (signal.aborted) return;
      reportError(error, 'the log');
      await wait();
    }
  }
}
