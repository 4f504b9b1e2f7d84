import { quote } from '../grammar.ts';
import { Problem } from './problem.ts';

const LOOPBACK_NAME = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const LOOPBACK_ADDRESS = /^(localhost$|127\.|::1$|::ffff:127\.)/;

/** Whether only programs of this machine reach that address. */
export const isLoopback = (address: string | undefined): boolean => LOOPBACK_ADDRESS.test(address ?? '');

/** The `Host` of a request; not every host that speaks Fetch has it as a header. */
export const hostOf = ({ headers, url }: Request): string => headers.get('host') ?? new URL(url).host;

/**
 * Answers to its own names only: those of `hosts`; without them, on a loopback address, names that
 * nobody else can own, because a foreign page may have its own name lead there.
 *
 * @throws {Problem} 421 for another `Host`.
 */
export function refuseForeignHosts(
  host: string | undefined,
  hosts: readonly string[] | undefined,
  localAddress: string | undefined,
): void {
  const name = (host ?? '').replace(/:\d*$/, '').toLowerCase();
  const isOurs = hosts ? hosts.includes(name) : !isLoopback(localAddress) || LOOPBACK_NAME.test(name);
  if (!isOurs) throw new Problem(421, `host: expected one of those that are served here, got ${quote(name)}`);
}
