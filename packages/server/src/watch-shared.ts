import type { Environment } from './environment.ts';
import { ClosedError } from './errors.ts';
import type { Shared } from './log/shared.ts';

/**
 * What instances share, as long as the hub is there; its failures are reported: once, until it works
 * again.
 */
export function watchShared(
  shared: Shared,
  { reportError }: Pick<Environment, 'reportError'>,
  isClosed: () => boolean,
): Shared {
  let isFailing = false;

  async function watch<Result>(work: () => Promise<Result>): Promise<Result> {
    if (isClosed()) throw new ClosedError();
    try {
      const result = await work();
      isFailing = false;
      return result;
    } catch (error) {
      if (!isFailing && !(error instanceof ClosedError)) reportError(error, 'what instances share');
      isFailing = true;
      throw error;
    }
  }

  return {
    write: (...words) => watch(() => shared.write(...words)),
    read: (...words) => watch(() => shared.read(...words)),
    claim: (...words) => watch(() => shared.claim(...words)),
    tell: (...words) => watch(() => shared.tell(...words)),
    hear: (...words) => shared.hear(...words),
  };
}
