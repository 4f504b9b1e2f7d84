import { foreignHost, isLocal } from '../host-name.ts';
import { Problem } from './problem.ts';

/** The `Host` of a request; not every host that speaks Fetch has it as a header. */
export const hostOf = ({ headers, url }: Request): string => headers.get('host') ?? new URL(url).host;

/**
 * Answers to its own names only: those of `hosts`; without them, on a loopback address, names that
 * nobody else can own.
 *
 * @throws {Problem} 421 for another `Host`.
 */
export function refuseForeignHosts(request: Request, hosts: readonly string[] | undefined, incoming: unknown): void {
  const foreign = foreignHost(hostOf(request), hosts, isLocal(incoming));
  if (foreign !== undefined) throw new Problem(421, foreign);
}
