import { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Chunk } from '../chunk.ts';
import type { Sink, SinkListener } from '../sink.ts';

const { write } = ServerResponse.prototype;

/**
 * The socket, where its bytes are ours alone: then a chunk that is framed already goes straight to
 * it, which saves a quarter of what a delivery costs. Not where somebody has taken over `write`
 * (compression does), encodes the body, or runs `node:http` on something else than Node.
 */
function ownSocket(response: ServerResponse | Http2ServerResponse): Socket | undefined {
  if (!(response instanceof ServerResponse) || response.write !== write) return undefined;
  const { chunkedEncoding, socket } = response;
  const isNode = process.versions['bun'] === undefined && process.versions['deno'] === undefined;
  const isPlain = chunkedEncoding && !response.hasHeader('content-encoding');
  return isNode && isPlain && socket instanceof Socket && response.headersSent ? socket : undefined;
}

/** A response whose headers are sent, as a sink; `listen` has to be called at once. */
export function nodeSink(response: ServerResponse | Http2ServerResponse): {
  readonly sink: Sink;
  listen(listener: SinkListener): void;
} {
  const socket = ownSocket(response);
  const target: Writable = socket ?? response;
  const take = ({ bytes, framed }: Chunk): boolean => target.write(socket ? framed : bytes);

  return {
    sink: {
      write: take,
      get bufferedBytes() {
        return target.writableLength;
      },
      end() {
        response.end();
      },
      destroy() {
        response.destroy();
      },
    },
    listen(listener) {
      const drained = (): void => listener.drained();
      target.on('drain', drained);
      // Without a listener an error of the response would end the process; `close` follows.
      response.on('error', () => {});
      response.once('close', () => {
        target.off('drain', drained);
        listener.closed();
      });
      if (response.destroyed) listener.closed();
    },
  };
}
