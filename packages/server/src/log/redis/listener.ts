import type { Environment } from '../../environment.ts';
import type { RedisConnection } from './connection.ts';
import { createLink } from './link.ts';

/** How often Redis is asked whether it is there: a machine that is gone does not say so. */
const PING_MS = 2_000;
const PATIENCE_MS = 5_000;

/** Hears one channel of Redis, on a connection of its own, for as long as it is not closed. */
export interface Listener {
  /** Gives up its connection for another one. */
  drop(reason: Error): void;
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
  let current: RedisConnection | undefined;
  let cancel: () => void = () => {};
  // Whoever reads the log says that Redis is away.
  const link = createLink(create, { prepare, up, down }, environment);

  function up(connection: RedisConnection): void {
    current = connection;
    cancel = environment.setTimer(() => ping(connection), PING_MS);
  }

  function down(): void {
    current = undefined;
    cancel();
  }

  function ping(connection: RedisConnection): void {
    cancel = environment.setTimer(
      () => link.drop(new Error('Expected an answer from Redis, got silence')),
      PATIENCE_MS,
    );
    // A refusal is a sign of life, too.
    const answered = (): void => {
      if (connection !== current) return;
      cancel();
      up(connection);
    };
    connection.sendCommand(['PING']).then(answered, answered);
  }

  link.start();
  return link;
}
