import type { Admission } from '../admission.ts';
import type { RouteOptions } from '../route.ts';
import { refuse } from '../refusal.ts';
import type { Sink, SinkListener } from '../sink.ts';

/** Bytes that a body keeps for a reader that is slow. */
const HIGH_WATER_MARK = 65_536;

/** A body, as a sink. */
function bodyOf(begin: (sink: Sink) => SinkListener): ReadableStream<Uint8Array> {
  let listener: SinkListener | undefined;
  let isOver = false;
  function over(): void {
    isOver = true;
    listener?.closed();
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const buffered = (): number => HIGH_WATER_MARK - (controller.desiredSize ?? HIGH_WATER_MARK);
        listener = begin({
          write({ bytes }) {
            if (isOver) return false;
            // Readers may take the buffer away from others, and this one is shared.
            controller.enqueue(bytes.slice());
            return (controller.desiredSize ?? 0) > 0;
          },
          get bufferedBytes() {
            return isOver ? 0 : buffered();
          },
          end() {
            if (isOver) return;
            controller.close();
            over();
          },
          destroy() {
            if (isOver) return;
            controller.error(new Error('The stream was given up'));
            over();
          },
        });
      },
      pull() {
        listener?.drained();
      },
      cancel: over,
    },
    { highWaterMark: HIGH_WATER_MARK, size: (bytes) => bytes?.byteLength ?? 0 },
  );
}

/** The handler of one route. */
export function fetchHandler(
  admission: Admission,
  route: RouteOptions,
  failed: (error: unknown) => void,
): (request: Request) => Promise<Response> {
  return async (native) => {
    try {
      const { method, headers, signal } = native;
      const opening = await admission.admit({ method, headers, url: new URL(native.url), native }, route);
      if (opening instanceof Response) return opening;
      if (method === 'HEAD' || signal.aborted) {
        opening.abandon();
        return new Response(null, { headers: opening.headers });
      }
      let give: (() => void) | undefined;
      const body = bodyOf((sink) => {
        const listener = opening.begin(sink);
        // Some hosts tell it here only.
        give = () => sink.destroy();
        return listener;
      });
      if (give) signal.addEventListener('abort', give, { once: true });
      return new Response(body, { headers: opening.headers });
    } catch (error) {
      failed(error);
      return refuse(500, 'Internal Server Error', 'Expected a stream, got a failure');
    }
  };
}
