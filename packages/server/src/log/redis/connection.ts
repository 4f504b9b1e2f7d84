import { createClient, type RedisClientOptions } from 'redis';

/** Beyond what the URL says; see the manual of `redis`. */
export type RedisConnectionOptions = Pick<
  RedisClientOptions,
  'clientInfoTag' | 'credentialsProvider' | 'disableClientInfo' | 'name' | 'socket'
>;

/** What is used of the client of `redis`: one connection, and when it is over it stays so. */
export interface RedisConnection {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'connect' | 'end', listener: () => void): unknown;
  connect(): Promise<unknown>;
  sendCommand(args: readonly string[]): Promise<unknown>;
  /** From then on it can be used for nothing else but `PING`. */
  subscribe(channel: string, listener: (text: string) => void): Promise<unknown>;
  /** Ends it at once; what was asked rejects. */
  destroy(): void;
}

/** How long it may take to reach a server, in milliseconds. */
export const CONNECT_MS = 3_000;

/** Makes a connection to what a URL names; it connects when it is told to. */
export function createConnection(url: URL, options: RedisConnectionOptions): RedisConnection {
  const { hostname, port, protocol, username, password, pathname } = url;
  const credentials = {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  };
  // The URL itself is nothing for the library: its messages repeat it.
  const socket = {
    connectTimeout: CONNECT_MS,
    ...options.socket,
    host: hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port: Number(port || 6_379),
    // Somebody else makes the next one: here nothing waits in a queue, and nothing is sent twice.
    reconnectStrategy: false as const,
  };
  return createClient({
    ...options,
    ...credentials,
    socket: protocol === 'rediss:' ? { ...socket, tls: true } : { ...socket, tls: false },
    database: Number(pathname.slice(1) || 0),
    RESP: 2,
    maintNotifications: 'disabled',
    disableOfflineQueue: true,
    // Deadlines are the environment's.
    commandOptions: { timeout: 0 },
  });
}
