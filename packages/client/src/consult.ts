import { check } from 'pushstream-protocol';
import type { Report } from './connection/state.ts';
import type { ResolvedOptions } from './resolve-options.ts';

/** The user's word on a failure counts more than ours. */
export function consult(report: Report, { shouldRetry, environment }: ResolvedOptions): Report {
  const error = 'error' in report && report.error;
  if (!error) return report;
  try {
    const retried: unknown = shouldRetry?.(error);
    if (retried === undefined) return report;
    check('options.reconnect.shouldRetry()', retried, 'true | false | undefined');
    const told = 'retryAfterMs' in report ? report.retryAfterMs : undefined;
    const retryAfterMs = told ?? ('retryAfterMs' in error ? error.retryAfterMs : undefined);
    return { type: retried ? 'failed' : 'fatal', error, retryAfterMs };
  } catch (thrown) {
    environment.reportError(thrown);
    return report;
  }
}
