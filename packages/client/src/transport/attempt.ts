import { HttpError, messageOf, NetworkError } from '../errors.ts';
import { createFeed, type Feed } from './feed.ts';
import { fetchSafely, type Init } from './redirect.ts';
import { prepare } from './request.ts';
import { type Answer, isRefusal, judge, release } from './response.ts';
import type { Transport, TransportReport } from './transport.ts';
import { withoutQuery } from './url.ts';

/** How HTTP is spoken: what differs between the transports that see whole responses. */
export interface Http<Body extends NonNullable<Answer['body']>> {
  /** Asks once; follows redirects only where `init.redirect` says so. */
  readonly fetch: (url: string, init: Init) => Promise<Answer & { readonly body: Body | null }>;
  /** Feeds the whole body; after the abort nothing any more. */
  readonly read: (body: Body, feed: Feed, signal: AbortSignal) => Promise<void>;
  /** Where a redirect leads cannot be seen. */
  readonly hidesRedirects: () => boolean;
}

/** A transport: asks for a stream, judges the answer, asks once more after a 401 or 403, and reads. */
export function httpTransport<Body extends NonNullable<Answer['body']>>(http: Http<Body>): Transport {
  return {
    open(wanted, report) {
      const { environment, hasOpened, redirect } = wanted;
      const controller = new AbortController();
      const { signal } = controller;
      const tell = (told: TransportReport): void => {
        if (!signal.aborted) report(told);
      };

      async function run(again = true): Promise<void> {
        const prepared = await prepare(wanted, signal);
        if (signal.aborted) return undefined;
        const answer = await fetchSafely(http.fetch, prepared, redirect, http.hidesRedirects());
        const { body, headers, status } = answer;
        const url = answer.url || wanted.url;
        const verdict = judge(answer, url, hasOpened, environment.now());
        if (verdict || signal.aborted) release(answer);
        if (signal.aborted) return undefined;
        if (verdict) return again && prepared.isDynamic && isRefusal(status) ? run(false) : tell(verdict);
        if (!body)
          throw new NetworkError(`Expected a body from ${withoutQuery(url)}, got none: can this fetch stream?`);
        tell({ type: 'opened', carriesBody: prepared.init.body !== undefined, info: { url, status, headers } });
        if (signal.aborted) return release(answer);
        await http.read(body, createFeed(wanted, tell, signal), signal);
        return tell({ type: 'ended' });
      }

      run().catch((cause: unknown) => {
        const base = environment.baseUrl();
        const hint =
          base && new URL(base).origin !== new URL(wanted.url).origin ? ' (another origin: does it allow CORS?)' : '';
        const why = `Expected a stream from ${withoutQuery(wanted.url)}, got: ${messageOf(cause)}${hint}`;
        if (cause instanceof HttpError) tell({ type: 'fatal', error: cause });
        else tell({ type: 'failed', error: cause instanceof NetworkError ? cause : new NetworkError(why, { cause }) });
      });
      return () => controller.abort();
    },
  };
}
