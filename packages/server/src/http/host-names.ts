import { foreignHost } from '../host-name.ts';
import { Problem } from './problem.ts';

/** Whether only programs of this machine reach that address. */
export const isLoopback = (address: string): boolean => /^(localhost$|127\.|::1$|::ffff:127\.)/.test(address);

/** The `Host` of a request; not every host that speaks Fetch has it as a header. */
export const hostOf = ({ headers, url }: Request): string => headers.get('host') ?? new URL(url).host;

/** A request's server is Node's, and listens on a loopback address and no other. */
function isLocal(incoming: unknown): boolean {
  const { socket }: { socket?: unknown } = Object(incoming);
  // It is there, though not in Node's types.
  const { server }: { server?: { address?: () => unknown } } = Object(socket);
  const { address }: { address?: unknown } = Object(server?.address?.());
  return typeof address === 'string' && isLoopback(address);
}

/**
 * Answers to its own names only: those of `hosts`; without them, on a loopback address, names that
 * nobody else can own, because a foreign page may have its own name lead there.
 *
 * @throws {Problem} 421 for another `Host`.
 */
export function refuseForeignHosts(request: Request, hosts: readonly string[] | undefined, incoming: unknown): void {
  const foreign = foreignHost(hostOf(request), hosts, isLocal(incoming));
  if (foreign !== undefined) throw new Problem(421, foreign);
}
