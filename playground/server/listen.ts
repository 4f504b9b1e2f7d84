import type { AddressInfo, Server } from 'node:net';

/** Nobody else's machine reaches it. */
export const HOST = '127.0.0.1';

/** Listens on this machine alone; gives the port. `orNext`: the next free one where that one is in use. */
export function listen(server: Server, port: number, orNext: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE' && orNext) listen(server, port + 1, port < 65_534).then(resolve, reject);
      else reject(error);
    };
    server.once('error', failed);
    server.listen(port, HOST, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
