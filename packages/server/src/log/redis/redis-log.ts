import { check } from 'pushstream-protocol';
import type { Environment } from '../../environment.ts';
import { ClosedError } from '../../errors.ts';
import { hostEnvironment } from '../../host.ts';
import type { Log } from '../log.ts';
import { createCalls } from './calls.ts';
import { createConnection, type RedisConnection } from './connection.ts';
import { baseOf, parseUrl, type RedisLogOptions, resolveRedis } from './options.ts';
import { createReader } from './reader.ts';
import { createRedisShared } from './shared.ts';
import { createStore } from './store.ts';
import { tailLog } from './tail.ts';

/**
 * A log in Redis, which any number of instances share and which outlives them; Redis 6.2 or newer,
 * with `maxmemory-policy noeviction`. It has up to three connections: one for what is asked, one that
 * waits for what comes, and one for what is told and not stored. Each is made when it is needed, and
 * made again when it is lost.
 *
 * What is acknowledged has been stored by the Redis that was asked: what of it a crash or a failover
 * survives is that server's setting (`appendfsync`, `min-replicas-to-write`). Where an instance finds
 * that the log is not the one that it has seen (emptied, restored from a copy, failed over to a replica
 * that was behind), a new epoch begins, with an empty log. Nobody finds it who has not seen what was
 * lost: where *every* instance that had is gone too, positions of then may be taken for those of now. An
 * instance that a failover has left, as a whole, at an old primary that lives goes on with that one.
 *
 * While Redis is away, publishing and reading reject with a `LogUnavailableError`, within two seconds
 * at first and at once from then on; within five where it is there and silent. Tails wait, and go on
 * without a gap.
 *
 * `environment`: what is left out is the host's.
 *
 * @throws {TypeError} For an option of the wrong type or one that does not exist.
 * @throws {RangeError} For a number that is out of range.
 */
export function redisLog(options: RedisLogOptions, environment: Partial<Environment> = {}): Log {
  check('options', options, 'object');
  const settings = resolveRedis(options);
  const url = parseUrl('options.url', settings.url);
  const complete: Environment = { ...hostEnvironment, ...environment };

  const connect = (): RedisConnection => createConnection(url, settings.client);
  const calls = createCalls(connect, complete);
  const store = createStore(calls, settings, complete);
  const database = url.pathname.slice(1) || '0';
  const shared = createRedisShared({ calls, connect, environment: complete, base: baseOf(settings), database });
  // Which of them is at the wrong server cannot be told: all go to where the address leads now.
  const split = (reason: Error): void => {
    for (const part of [calls, shared]) part.drop(reason);
  };
  const reader = createReader(store, connect, complete, split);
  let closing: Promise<unknown> | undefined;

  const whileOpen = <Result>(work: () => Promise<Result>): Promise<Result> =>
    closing ? Promise.reject(new ClosedError()) : work();

  const parts = { store, reader, environment: complete, isClosed: () => closing !== undefined };

  return {
    publish: (entry) => whileOpen(() => store.publish(entry)),
    head: () => whileOpen(async () => (await store.head()).head),
    read: (after, limit) => whileOpen(async () => (await store.read(after, limit)).page),
    tail: (after, signal) => tailLog(parts, after, signal),
    shared,
    async close() {
      closing ??= Promise.all([calls.close(), reader.close(), shared.close()]);
      await closing;
    },
  };
}
