/** Names that lead to the machine itself and that nobody else can own. */
const LOOPBACK_NAME = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The name of a `Host`, without its port. */
const nameOf = (host: string): string => host.replace(/:\d*$/, '').toLowerCase();

/** Whether only programs of this machine reach that address. */
export const isLoopback = (address: string): boolean => /^(localhost$|127\.|::1$|::ffff:127\.)/.test(address);

/** Whether a request came to a server of Node that listens on a loopback address, and no other. */
export function isLocal(incoming: unknown): boolean {
  const { socket }: { socket?: unknown } = Object(incoming);
  // It is there, though not in Node's types.
  const { server }: { server?: { address?: () => unknown } } = Object(socket);
  const { address }: { address?: unknown } = Object(server?.address?.());
  return typeof address === 'string' && isLoopback(address);
}

/**
 * What is wrong with a `Host`; `undefined`: nothing. Without `hosts`, a server that only programs of
 * its machine reach answers to loopback names alone: a foreign page may have its own name lead there.
 */
export function foreignHost(host: string, hosts: readonly string[] | undefined, isHere: boolean): string | undefined {
  const name = nameOf(host);
  if (hosts ? hosts.some((own) => own.toLowerCase() === name) : !isHere || LOOPBACK_NAME.test(name)) return undefined;
  const where = hosts ? 'those that are served here' : '"localhost", "127.0.0.1", "[::1]" or those of the option hosts';
  return `Expected as Host one of ${where}, got ${JSON.stringify(name)}`;
}
