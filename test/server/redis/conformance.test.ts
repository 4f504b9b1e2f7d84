import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Log } from '../../../packages/server/src/log/log.ts';
import { redisLog } from '../../../packages/server/src/log/redis/redis-log.ts';
import { type LogHarness, logBehaviours, sharedBehaviours } from '../../../packages/server/src/testing/index.ts';
import { hasRedis, type RedisServer, startRedis } from '../../support/redis.ts';
import { elapse } from '../../support/until.ts';
import { freshHub, quiet } from './support.ts';

let server: RedisServer;
beforeAll(async () => void (hasRedis && (server = await startRedis())));
afterAll(() => server?.[Symbol.asyncDispose]());

/** With every power: time passes by waiting. */
function createHarness(): Required<Omit<LogHarness, 'patienceMs'>> {
  const hubs = new WeakMap<Log, string>();
  const open = (hub: string, options: { keyWindowMs?: number | undefined } = {}): Log => {
    const log = redisLog({ url: server.url, hub, ...options }, quiet);
    hubs.set(log, hub);
    return log;
  };
  const keyOf = (log: Log, part: string): string => `pushstream:{${hubs.get(log)}}:${part}`;
  return {
    create: (options) => Promise.resolve(open(freshHub(), options)),
    join: (log) => Promise.resolve(open(hubs.get(log) ?? '')),
    trim: (log, keep) => server.command('XTRIM', keyOf(log, 'log'), 'MAXLEN', String(keep)).then(() => {}),
    async wipe(log) {
      const keys = await server.command('KEYS', keyOf(log, '*'));
      await server.command('DEL', ...(keys as string[]));
      return log;
    },
    advance: elapse,
  };
}

describe.skipIf(!hasRedis)('a log in Redis', () => {
  for (const { name, run } of logBehaviours(createHarness())) test.concurrent(name, run);
  for (const { name, run } of sharedBehaviours(createHarness())) test.concurrent(name, run);

  test('every behaviour is listed', () => {
    expect(logBehaviours(createHarness()).length).toBeGreaterThanOrEqual(60);
    expect(sharedBehaviours(createHarness()).length).toBeGreaterThanOrEqual(17);
  });
});
