import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createPushStream } from '../../../packages/server/src/index.ts';
import { redisLog } from '../../../packages/server/src/log/redis/redis-log.ts';
import { hasRedis, startRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';
import { quiet } from './support.ts';

const command = fileURLToPath(new URL('../../../packages/server/src/cli/index.ts', import.meta.url));

/** Of everything that nobody waits for, none may fail unheard. */
function watchRejections(): readonly unknown[] {
  const unhandled: unknown[] = [];
  const add = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', add);
  onTestFinished(() => void process.off('unhandledRejection', add));
  return unhandled;
}

describe.skipIf(!hasRedis)('an end while Redis', () => {
  test.each(['says nothing', 'is gone'])('%s: takes seconds, and whoever waits is told', async (how) => {
    await using redis = await startRedis();
    const unhandled = watchRejections();
    const push = createPushStream({ log: redisLog({ url: redis.url }, quiet), environment: quiet });
    const stream = await push.fetch(new Request('http://localhost/events?session=tab'));
    await until(() => push.sessions().length === 1);
    expect(await push.presence()).toHaveLength(1);
    if (how === 'is gone') await redis.kill();
    else redis.pause();
    const calls = [push.presence(), push.kill('tab'), push.revoke({ clientId: 'ann' }), push.killAll()];
    const told = Promise.allSettled(calls);
    const since = performance.now();
    await push.close();
    expect(performance.now() - since).toBeLessThan(5_500);
    expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
    await expect(push.presence()).rejects.toMatchObject({ code: 'closed' });
    await expect(push.kill('tab')).rejects.toMatchObject({ code: 'closed' });
    await stream.body?.cancel().catch(() => {});
    if (how !== 'is gone') redis.resume();
    expect(unhandled).toEqual([]);
  });

  test('says nothing: the command refuses new streams as soon as it is told to end', async () => {
    await using redis = await startRedis();
    const child = spawn(process.execPath, [command, '--port', '0', '--open', '--demo', '--drain-ms', '8000'], {
      env: { ...process.env, PUSHSTREAM_REDIS_URL: redis.url },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    child.stdout.on('data', (text) => (output += String(text)));
    child.stderr.on('data', (text) => (output += String(text)));
    await expect.poll(() => output, { timeout: 20_000 }).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? '';
    const stream = await fetch(`${url}/events`);
    await expect
      .poll(async () => ((await (await fetch(`${url}/api/demo/status`)).json()) as { running: boolean }).running)
      .toBe(true);
    redis.pause();
    child.kill('SIGTERM');
    const ended = once(child, 'exit');
    await expect
      .poll(async () => (await fetch(`${url}/events`, { method: 'HEAD' })).status, { timeout: 1_000 })
      .toBe(503);
    await stream.body?.cancel();
    expect(await ended).toEqual([0, null]);
    redis.resume();
  });
});
