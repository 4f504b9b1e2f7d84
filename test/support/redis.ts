import { hasRedis as lookForRedis, startRedis } from '../../playground/cluster/redis.ts';

export { type RedisServer, startRedis } from '../../playground/cluster/redis.ts';

/** Whether there is a `redis-server` on this machine. */
export const hasRedis: boolean = lookForRedis();

/** A port on which nothing listens, for a server that comes later. */
export async function freePort(): Promise<number> {
  const server = await startRedis();
  await server[Symbol.asyncDispose]();
  return server.port;
}
