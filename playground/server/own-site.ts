import { Refusal } from './problem.ts';

/** Names of this machine that nobody else can own: a foreign page may have its own name lead here. */
const OWN_NAME = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Keeps other sites' pages out: the buttons break things, and behind them is a key that may do everything.
 *
 * @throws {Refusal} 421 for a foreign `Host`, 403 for a page of another site.
 */
export function requireOwnSite({ headers }: Request): void {
  const host = headers.get('host') ?? '';
  if (!OWN_NAME.test(host)) throw new Refusal(421, 'Expected a Host that is this machine, got another');
  const site = headers.get('sec-fetch-site') ?? 'none';
  const origin = headers.get('origin');
  // Programs that are no browsers send neither.
  const isOwn = origin === null || origin === `http://${host}`;
  if (!isOwn || !['same-origin', 'none'].includes(site)) {
    throw new Refusal(403, 'Expected a request of the playground itself, got one of another site');
  }
}
