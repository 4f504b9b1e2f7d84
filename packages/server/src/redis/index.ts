export type { RedisConnectionOptions } from '../log/redis/connection.ts';
export type { RedisLogOptions } from '../log/redis/options.ts';
export { redisLog } from '../log/redis/redis-log.ts';
