/**
 * `node bench/redis-presence.ts`: what it costs that instances tell each other of their streams: 10,000 streams of one
 * instance that open at once, stay, come and go, and are read by another. CPU of this process and of Redis, bytes on
 * the wire and in Redis, and the longest that this process's event loop had to wait.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as elapse } from 'node:timers/promises';
import { hostEnvironment } from '../packages/server/src/host.ts';
import { createPresence } from '../packages/server/src/presence.ts';
import { redisLog } from '../packages/server/src/log/redis/redis-log.ts';
import type { Identity } from '../packages/server/src/session-parts.ts';
import { ownerOf } from '../packages/server/src/whom.ts';
import { hasRedis, type RedisServer, startRedis } from '../test/support/redis.ts';
import { formatTable } from './support/harness.ts';

const STREAMS = 10_000;
/** Of one second. */
const CHURN = 100;
const SECONDS = 10;
const RESOLUTION_MS = 10;

const identityOf = (n: number): Identity => ({
  connectionId: hostEnvironment.token(),
  session: `tab-${n}`,
  clientId: `user-${n % 5_000}`,
  credential: undefined,
  connectedAt: Date.now(),
});

async function infoOf(server: RedisServer): Promise<(name: string) => number> {
  const text = String(await server.command('INFO', 'everything'));
  return (name) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1]);
}

/** One line of the table: what some work costs until it is done. */
async function measure(server: RedisServer, what: string, work: () => Promise<unknown>): Promise<string[]> {
  const before = await infoOf(server);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const cpu = process.cpuUsage();
  const begin = performance.now();
  delay.enable();
  await work();
  delay.disable();
  const ms = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  const after = await infoOf(server);
  const grown = (name: string): number => after(name) - before(name);
  return [
    what,
    ms.toFixed(0),
    ((user + system) / 1_000).toFixed(0),
    ((grown('used_cpu_user') + grown('used_cpu_sys')) * 1_000).toFixed(0),
    (grown('total_net_input_bytes') / 1_000).toFixed(0),
    (grown('total_net_output_bytes') / 1_000).toFixed(0),
    (delay.max / 1e6 - RESOLUTION_MS).toFixed(0),
  ];
}

async function main(): Promise<void> {
  if (!hasRedis) throw new Error('Expected redis-server on this machine, got none');
  await using server = await startRedis();
  const logs = [redisLog({ url: server.url }), redisLog({ url: server.url })];
  const [one, other] = logs.map((log, at) => {
    const { shared } = log;
    if (!shared) throw new Error('Expected a log that shares, got another');
    return createPresence({ shared, environment: hostEnvironment, instance: `i${at}`, ttlMs: () => 30_000 });
  });
  if (!one || !other) throw new Error('Expected two instances');
  const streams = Array.from({ length: STREAMS }, (_, n) => identityOf(n));
  await other.elsewhere();
  const memoryOf = async (): Promise<number> => (await infoOf(server))('used_memory');
  const empty = await memoryOf();

  const isWritten = async (): Promise<boolean> => (await other.elsewhere()).length === STREAMS;
  const rows = [
    await measure(server, `${STREAMS} open at once, and are written`, async () => {
      for (const identity of streams) one.enter(identity);
      await elapse(2_000);
    }),
  ];
  if (!(await isWritten())) throw new Error('Expected all to be written by now');
  const held = (await memoryOf()) - empty;
  rows.push(
    await measure(server, `they stay, for ${3 * SECONDS} s`, () => elapse(3_000 * SECONDS)),
    await measure(server, `${CHURN} a second close and open, for ${SECONDS} s`, async () => {
      for (let at = 0; at < SECONDS * CHURN; at += 1) {
        const gone = streams[at];
        if (gone) one.leave(gone);
        one.enter(identityOf(STREAMS + at));
        if (at % 10 === 9) await elapse(10_000 / CHURN);
      }
    }),
    await measure(server, 'another instance lists them', () => other.elsewhere()),
    await measure(server, 'another instance counts those of a client', () =>
      other.count([ownerOf('user-4000', undefined) ?? '']),
    ),
  );
  console.log(
    formatTable(['what', 'ms', 'CPU ms here', 'CPU ms Redis', 'kB to Redis', 'kB from Redis', 'longest wait ms'], rows),
  );
  console.log(`\nRedis holds ${(held / 1e6).toFixed(1)} MB for them, ${(held / STREAMS).toFixed(0)} bytes each.`);
  await Promise.all([one.end(), other.end()]);
  await Promise.all(logs.map((log) => log.close()));
}

await main();
