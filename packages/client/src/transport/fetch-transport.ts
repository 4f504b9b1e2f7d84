import { createParser } from 'pushstream-protocol';
import type { Environment } from '../environment.ts';
import { HttpError, messageOf, NetworkError } from '../errors.ts';
import { withoutQuery } from './url.ts';
import { createUtf8Decoder } from './decode-utf8.ts';
import { fetchSafely } from './redirect.ts';
import { prepare } from './request.ts';
import { judge, release } from './response.ts';
import type { Transport, TransportReport } from './transport.ts';

/** A chunk is parsed and dispatched in pieces of so many characters, fewer for slow listeners: it can be interrupted. */
const MAX_PIECE_LENGTH = 32 * 1024;
const MIN_PIECE_LENGTH = 512;
/** Work without a break for the host. */
const SLICE_MS = 8;

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One `read()` is always outstanding: WebKit withholds bytes that arrive while none is. */
async function read(
  body: ReadableStream<Uint8Array>,
  take: (text: string) => void,
  { monotonicNow, yieldToHost }: Environment,
  signal: AbortSignal,
): Promise<void> {
  const reader = body.getReader();
  signal.addEventListener('abort', () => void reader.cancel().catch(() => {}));
  const decoder = createUtf8Decoder();
  let pieceLength = MAX_PIECE_LENGTH;
  let sliceStart = monotonicNow();
  let waitingSince = sliceStart;
  let chunk = reader.read();
  for (;;) {
    const { done, value } = await chunk;
    if (done || signal.aborted) return;
    chunk = reader.read();
    // Its failure is met where it is awaited; until then it must not count as unhandled.
    chunk.catch(() => {});
    // A real wait gave the host its turn.
    let now = monotonicNow();
    if (now - waitingSince > 1) sliceStart = now;
    const text = decoder.decode(value);
    for (let at = 0; at === 0 || at < text.length;) {
      const began = now;
      take(text.slice(at, (at += pieceLength)));
      now = monotonicNow();
      pieceLength = now - began > SLICE_MS / 2 ? Math.max(pieceLength >> 1, MIN_PIECE_LENGTH) : MAX_PIECE_LENGTH;
      if (now - sliceStart > SLICE_MS) {
        await yieldToHost();
        sliceStart = now = monotonicNow();
      }
      if (signal.aborted) return;
    }
    waitingSince = now;
  }
}

/** Reaches a server with `fetch`: the default, in every host that streams response bodies. */
export function fetchTransport(fetch: Fetch, environment: Environment, hidesRedirects: () => boolean): Transport {
  return {
    open(wanted, report) {
      const controller = new AbortController();
      const { signal } = controller;
      const tell = (told: TransportReport): void => {
        if (!signal.aborted) report(told);
      };

      async function run(again = true): Promise<void> {
        const prepared = await prepare(wanted, signal);
        if (signal.aborted) return undefined;
        const response = await fetchSafely(fetch, prepared, wanted.redirect, hidesRedirects());
        const { body, headers, status } = response;
        const url = response.url || wanted.url;
        const verdict = judge(response, url, wanted.hasOpened, environment.now());
        if (verdict || signal.aborted) release(response);
        if (signal.aborted) return undefined;
        // After a 401 or 403 the functions that give credentials are asked once more.
        const refused = status === 401 || status === 403;
        if (verdict) return again && refused && prepared.isDynamic ? run(false) : tell(verdict);
        if (!body)
          throw new NetworkError(`Expected a body from ${withoutQuery(url)}, got none: can this fetch stream?`);
        tell({ type: 'opened', carriesBody: prepared.init.body !== undefined, info: { url, status, headers } });
        if (signal.aborted) return release(response);
        const parser = createParser(wanted);
        const take = (text: string): void =>
          tell({ type: 'frames', frames: parser.push(text), hasBegun: parser.hasBegun });
        await read(body, take, environment, signal);
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
