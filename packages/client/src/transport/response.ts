import { isEventStream } from 'pushstream-protocol';
import { ContentTypeError, HttpError } from '../errors.ts';
import { withoutQuery } from './url.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { TransportReport } from './transport.ts';

const RETRIED = [408, 425, 429];

/** As much of a response as a verdict takes: `fetch`'s is one. */
export interface Answer {
  readonly status: number;
  /** As of `fetch`; of other ways to ask: none. */
  readonly type?: string;
  /** Where the answer came from; empty: where it was asked for. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  readonly body: { cancel(): Promise<void> } | null;
}

/** The functions that give credentials are worth a second question. */
export const isRefusal = (status: number): boolean => status === 401 || status === 403;

/**
 * What a response means; `undefined`: a stream to be read.
 *
 * Deviation: the standard fails for good on any status but 200; see docs/standard.md.
 */
export function judge(
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  url: string,
  hasOpened: boolean,
  now: number,
): TransportReport | undefined {
  if (status === 200) {
    const contentType = headers.get('content-type');
    if (isEventStream(contentType)) return undefined;
    return { type: hasOpened ? 'failed' : 'fatal', error: new ContentTypeError(withoutQuery(url), contentType) };
  }
  if (status === 204) return { type: 'fatal', error: null };
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'), now);
  const type = status >= 500 || RETRIED.includes(status) ? 'failed' : 'fatal';
  return { type, error: new HttpError(withoutQuery(url), status, retryAfterMs), retryAfterMs };
}

/** An unread body holds its connection. */
export function release(response: Pick<Answer, 'body'>): void {
  response.body?.cancel().catch(() => {});
}
