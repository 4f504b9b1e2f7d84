import { complete, type Manual, misuse } from 'pushstream-protocol';
import { messageOf, NetworkError } from '../errors.ts';
import { prepare } from '../transport/request.ts';
import { isRefusal, judge } from '../transport/response.ts';
import type { Transport, TransportReport, TransportRequest } from '../transport/transport.ts';
import { withoutQuery } from '../transport/url.ts';
import { hear } from './hear.ts';
import { hostEventSource } from './host.ts';
import type { EventSourceConstructor, EventSourceTransportOptions } from './types.ts';

export type { EventSourceConstructor, EventSourceLike, EventSourceTransportOptions } from './types.ts';

const manual: Manual<{ EventSource: EventSourceConstructor | undefined }> = { EventSource: ['function', undefined] };

/** What npm `eventsource` adds to the event of a failure: a status, and words. */
interface Failure extends Event {
  readonly code?: number;
  readonly message?: string;
}

function verdictOf({ code, message }: Failure, { url, hasOpened, environment }: TransportRequest): TransportReport {
  const verdict = code && judge({ status: code, headers: { get: () => null } }, url, hasOpened, environment.now());
  if (verdict) return verdict;
  const got = message || 'its failure or end, and EventSource does not tell why';
  return { type: 'failed', error: new NetworkError(`Expected a stream from ${withoutQuery(url)}, got: ${got}`) };
}

/** One connection. */
function open(
  Source: EventSourceConstructor,
  request: TransportRequest,
  report: (report: TransportReport) => void,
): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let close = (): void => {};

  /** The last word. */
  function end(told: TransportReport): void {
    if (!signal.aborted) report(told);
    abort();
  }

  async function run(again: boolean): Promise<void> {
    const { url, init, isDynamic } = await prepare(request, signal);
    if (signal.aborted) return;
    if (init.credentials === 'omit') {
      const error = new NetworkError('Expected credentials "same-origin" or "include" for an EventSource, got "omit"');
      end({ type: 'fatal', error });
      return;
    }
    const source = new Source(url, { withCredentials: init.credentials === 'include' });
    close = hear(source, request, report, (failure: Failure) => {
      if (again && isDynamic && isRefusal(failure.code ?? 0)) attempt(false);
      else end(verdictOf(failure, request));
    });
  }

  function attempt(again: boolean): void {
    run(again).catch((cause: unknown) => {
      const why = `Expected an EventSource for ${withoutQuery(request.url)}, got: ${messageOf(cause)}`;
      end({ type: 'failed', error: cause instanceof NetworkError ? cause : new NetworkError(why, { cause }) });
    });
  }

  function abort(): void {
    controller.abort();
    close();
  }

  attempt(true);
  return abort;
}

/**
 * Reaches a server with the host's native `EventSource`, or one that is given, such as that of npm
 * `eventsource`.
 *
 * It hears only the types that somebody listens to by name, and reconnects with the cursor in the
 * query. A native `EventSource` does not tell why it failed: a 204 or a 401 looks like an outage
 * there, and is retried. The origin of events is that of the URL that was asked, redirects or not.
 * `credentials: "omit"`, which an EventSource does not know, closes the client with an error.
 *
 * @throws {TypeError} For an option of the wrong type, and where the host has no `EventSource` and none is given.
 */
export function eventSourceTransport(options: EventSourceTransportOptions = {}): Transport {
  const given = complete('options', options, manual);
  function find(): EventSourceConstructor {
    const found = given.EventSource ?? hostEventSource();
    if (!found) throw misuse('options.EventSource', 'a constructor, as this host has none', 'undefined');
    return found;
  }
  find();
  return {
    cannot: ['patterns', 'comments', 'bytes', 'ids', 'status', 'headers', 'method', 'body', 'redirect', 'resume'],
    open: (request, report) => open(find(), request, report),
  };
}
