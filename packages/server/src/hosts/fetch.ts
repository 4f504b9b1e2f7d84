import type { Admission } from '../admission.ts';
import type { RouteOptions } from '../route.ts';
import { refuse } from '../refusal.ts';
import type { Sink, SinkListener } from '../sink.ts';

/** Bytes that a body keeps for a reader that is slow. */
const HIGH_WATER_MARK = 65_536;

type Controller = ReadableStreamDefaultController<Uint8Array>;

/** A body under way, as a sink. `over`: it has come to its end. */
class BodySink implements Sink {
  readonly isFramed = false;
  readonly #controller: Controller;
  readonly #over: () => void;
  #isEnding = false;
  isOver = false;

  constructor(controller: Controller, over: () => void) {
    this.#controller = controller;
    this.#over = over;
  }

  get #room(): number {
    return this.#controller.desiredSize ?? 0;
  }

  get bufferedBytes(): number {
    return this.isOver ? 0 : HIGH_WATER_MARK - this.#room;
  }

  write(bytes: Uint8Array): boolean {
    if (this.isOver) return false;
    // A copy: readers may take the buffer away from others, and this one is shared.
    this.#controller.enqueue(new Uint8Array(bytes));
    return this.#room > 0;
  }

  /** Who does not read is waited for: as a body that is closed it would be nobody's, and never end. */
  end(): void {
    this.#isEnding = true;
    if (this.#room > 0) this.close();
  }

  destroy(): void {
    if (this.isOver) return;
    this.#controller.error(new Error('The stream was given up'));
    this.leave();
  }

  /** It has room again; `true`: for more. */
  drained(): boolean {
    if (this.#isEnding) this.close();
    return !this.isOver;
  }

  close(): void {
    if (this.isOver) return;
    this.#controller.close();
    this.leave();
  }

  leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#over();
  }
}

/** A body; over as soon as the signal is aborted, which is all that some hosts tell. */
function bodyOf(begin: (sink: Sink) => SinkListener, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  let sink: BodySink | undefined;
  let listener: SinkListener | undefined;
  // Quietly: hosts make noise about a body that fails.
  const abort = (): void => sink?.close();

  function over(): void {
    signal?.removeEventListener('abort', abort);
    listener?.closed();
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        sink = new BodySink(controller, over);
        signal?.addEventListener('abort', abort);
        listener = begin(sink);
        // In the middle of its beginning.
        if (sink.isOver) listener.closed();
      },
      pull() {
        if (sink?.drained()) listener?.drained();
      },
      cancel() {
        sink?.leave();
      },
    },
    { highWaterMark: HIGH_WATER_MARK, size: (bytes) => bytes?.byteLength ?? 0 },
  );
}

/** Deno warns whoever looks at it, and cancels bodies in any case. */
const signalOf = (native: Request): AbortSignal | undefined => ('Deno' in globalThis ? undefined : native.signal);

/** Bun ends a response that is silent for ten seconds, unless the server that it hands along is told. */
function keepOpen(native: Request, host: unknown): void {
  // Other hosts hand along something else, or nothing.
  const { timeout, requestIP }: { timeout?: unknown; requestIP?: unknown } = Object(host);
  if (typeof timeout === 'function' && typeof requestIP === 'function') timeout.call(host, native, 0);
}

/** The handler of one route. `host`: what a host hands along with a request. */
export function fetchHandler(
  admission: Admission,
  route: RouteOptions,
  failed: (error: unknown) => void,
): (request: Request, host?: unknown) => Promise<Response> {
  return async (native, host) => {
    try {
      const { method, headers } = native;
      const signal = signalOf(native);
      keepOpen(native, host);
      const opening = await admission.admit({ method, headers, url: new URL(native.url), native }, route);
      if (opening instanceof Response) return opening;
      if (method === 'HEAD' || signal?.aborted) {
        opening.abandon();
        return new Response(null, { headers: opening.headers });
      }
      return new Response(bodyOf(opening.begin, signal), { headers: opening.headers });
    } catch (error) {
      failed(error);
      return refuse(500, 'Internal Server Error', 'Expected a stream, got a failure');
    }
  };
}
