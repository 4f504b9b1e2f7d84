/** A cluster in a process of its own, until `SIGTERM`; it tells the ids of the processes that are in it. */
import { startCluster } from '../../playground/cluster/cluster.ts';

const cluster = await startCluster();
const info = String(await cluster.redis.command('INFO', 'server'));
const redis = Number(/^process_id:(\d+)/m.exec(info)?.[1]);
process.stdout.write(`${JSON.stringify([redis, ...cluster.instances.map(({ pid }) => pid)])}\n`);
process.once('SIGTERM', () => void cluster[Symbol.asyncDispose]());
