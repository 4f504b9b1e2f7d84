import { httpTransport } from './attempt.ts';
import type { Feed } from './feed.ts';
import type { Transport } from './transport.ts';

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One `read()` is always outstanding: WebKit withholds bytes that arrive while none is. */
async function read(body: ReadableStream<Uint8Array>, feed: Feed, signal: AbortSignal): Promise<void> {
  const reader = body.getReader();
  signal.addEventListener('abort', () => void reader.cancel().catch(() => {}));
  let chunk = reader.read();
  for (;;) {
    const { done, value } = await chunk;
    if (done || signal.aborted) return;
    chunk = reader.read();
    // Its failure is met where it is awaited; until then it must not count as unhandled.
    chunk.catch(() => {});
    await feed(value);
    if (signal.aborted) return;
  }
}

/** Reaches a server with `fetch`: the default, in every host that streams response bodies. */
export function fetchTransport(fetch: Fetch, hidesRedirects: () => boolean): Transport {
  return httpTransport({ fetch, read, hidesRedirects });
}
