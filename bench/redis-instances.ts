/**
 * `npm run bench:redis-instances`: what one Redis spends on each event when 1, 10 and 50 instances read its log: CPU of
 * its own process, and bytes that it sends. Events come one by one at an even pace, the worst case: under load several
 * leave in one answer.
 */
import { setTimeout as elapse } from 'node:timers/promises';
import { redisLog } from '../packages/server/src/log/redis/redis-log.ts';
import { hasRedis, type RedisServer, startRedis } from '../test/support/redis.ts';
import { formatTable } from './support/harness.ts';

const INSTANCES = [1, 10, 50];
/** Per second. */
const PACE = 300;
const COUNT = 1_500;
const DATA = JSON.stringify({ taskId: 'a'.repeat(36), percentage: 50, note: 'x'.repeat(180) });

interface Spent {
  readonly cpuMs: number;
  readonly sent: number;
}

async function spent(server: RedisServer): Promise<Spent> {
  const text = String(await server.command('INFO', 'everything'));
  const number = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1]);
  return {
    cpuMs: (number('used_cpu_user') + number('used_cpu_sys')) * 1_000,
    sent: number('total_net_output_bytes'),
  };
}

async function measure(server: RedisServer, instances: number): Promise<string[]> {
  const options = { url: server.url, hub: `bench-${instances}` };
  const logs = Array.from({ length: instances }, () => redisLog(options));
  const publisher = redisLog(options);
  const { epoch, last } = await publisher.head();
  const reading = logs.map(async (log) => {
    let read = 0;
    for await (const page of log.tail({ epoch, seq: last }, new AbortController().signal)) {
      read += page.kind === 'entries' ? page.entries.length : NaN;
      if (read === COUNT) return;
    }
  });
  // Until all wait.
  await elapse(1_000);
  const before = await spent(server);
  const begin = performance.now();
  for (let at = 0; at < COUNT; at += 1) {
    await publisher.publish({ type: 'task.progress', channel: 'tasks', data: DATA });
    const aheadMs = ((at + 1) * 1_000) / PACE - (performance.now() - begin);
    if (aheadMs > 1) await elapse(aheadMs);
  }
  await Promise.all(reading);
  const after = await spent(server);
  await Promise.all([...logs, publisher].map((log) => log.close()));
  const cpuUs = ((after.cpuMs - before.cpuMs) * 1_000) / COUNT;
  const bytes = (after.sent - before.sent) / COUNT;
  return [
    String(instances),
    cpuUs.toFixed(0),
    (cpuUs / instances).toFixed(1),
    bytes.toFixed(0),
    (bytes / instances).toFixed(0),
  ];
}

if (!hasRedis) throw new Error('Expected a redis-server on the PATH, got none');
await using server = await startRedis();
const rows: string[][] = [];
for (const instances of INSTANCES) rows.push(await measure(server, instances));
console.log(
  formatTable(['instances', 'µs of Redis per event', '… and instance', 'bytes sent per event', '… and instance'], rows),
);
console.log(`\n(${COUNT} events of ${DATA.length} bytes of data, ${PACE} a second)`);
