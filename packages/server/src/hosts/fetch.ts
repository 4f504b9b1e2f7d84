import type { Admission } from '../admission.ts';
import type { RouteOptions } from '../route.ts';
import { refuse } from '../refusal.ts';
import type { Sink, SinkListener } from '../sink.ts';

/** Bytes that a body keeps for a reader that is slow. */
const HIGH_WATER_MARK = 65_536;

type Controller = ReadableStreamDefaultController<Uint8Array>;

/** A body that is under way, as a sink. `over`: it has come to its end. */
function sinkOf(controller: Controller, isOver: () => boolean, over: () => void): Sink {
  return {
    write({ bytes }) {
      if (isOver()) return false;
      // A copy: readers may take the buffer away from others, and this one is shared.
      controller.enqueue(new Uint8Array(bytes));
      return (controller.desiredSize ?? 0) > 0;
    },
    get bufferedBytes() {
      return isOver() ? 0 : HIGH_WATER_MARK - (controller.desiredSize ?? HIGH_WATER_MARK);
    },
    end() {
      if (isOver()) return;
      controller.close();
      over();
    },
    destroy() {
      if (isOver()) return;
      controller.error(new Error('The stream was given up'));
      over();
    },
  };
}

/** A body; over as soon as the signal is aborted, which is all that some hosts tell. */
function bodyOf(begin: (sink: Sink) => SinkListener, signal: AbortSignal): ReadableStream<Uint8Array> {
  let listener: SinkListener | undefined;
  let isOver = false;
  let give = (): void => {};

  function over(): void {
    isOver = true;
    signal.removeEventListener('abort', give);
    listener?.closed();
  }

  function start(controller: Controller): void {
    const sink = sinkOf(controller, () => isOver, over);
    // Quietly: hosts make noise about a body that fails.
    give = sink.end;
    signal.addEventListener('abort', give);
    listener = begin(sink);
    // In the middle of its beginning.
    if (isOver) listener.closed();
  }

  return new ReadableStream<Uint8Array>(
    { start, pull: () => listener?.drained(), cancel: over },
    { highWaterMark: HIGH_WATER_MARK, size: (bytes) => bytes?.byteLength ?? 0 },
  );
}

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
      const { method, headers, signal } = native;
      keepOpen(native, host);
      const opening = await admission.admit({ method, headers, url: new URL(native.url), native }, route);
      if (opening instanceof Response) return opening;
      if (method === 'HEAD' || signal.aborted) {
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
