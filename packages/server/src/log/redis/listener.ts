import type { Environment } from '../../environment.ts';
import type { RedisConnection } from './connection.ts';
import { createLink } from './link.ts';

/** Hears one channel of Redis, on a connection of its own, for as long as it is not closed. */
export interface Listener {
  close(): Promise<void>;
}

export function createListener(
  create: () => RedisConnection,
  environment: Environment,
  channel: string,
  heard: (text: string) => void,
): Listener {
  const prepare = async (connection: RedisConnection): Promise<void> => {
    await connection.subscribe(channel, heard);
  };
  // Whoever reads the log says that Redis is away.
  const link = createLink(create, { prepare, up: () => {}, down: () => {} }, environment);
  link.start();
  return link;
}
