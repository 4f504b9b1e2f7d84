import { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
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

/** Middleware that compresses holds back what it was given, and says how it gives that out. */
function flushOf(response: ServerResponse | Http2ServerResponse): () => void {
  const own: { readonly flush?: unknown; readonly writable: boolean } = response;
  // Not an inherited one: that is Node's, for something else.
  const flush = Object.hasOwn(own, 'flush') ? own.flush : undefined;
  return typeof flush === 'function' ? () => void flush.call(own) : () => {};
}

/** How a chunk is written to it. */
function writerOf(response: ServerResponse | Http2ServerResponse, socket: Socket | undefined): Sink['write'] {
  // A peer that has said its last word ends the socket before the response knows.
  if (socket) return ({ framed }) => socket.writable && socket.write(framed);
  const flush = flushOf(response);
  return ({ bytes }) => {
    const takesMore = (response as Writable).write(bytes);
    flush();
    return takesMore;
  };
}

/** A response whose headers are sent, as a sink; `listen` has to be called at once. */
export function nodeSink(response: ServerResponse | Http2ServerResponse): {
  readonly sink: Sink;
  listen(listener: SinkListener): void;
} {
  const socket = ownSocket(response);
  const target: Writable = socket ?? response;

  return {
    sink: {
      write: writerOf(response, socket),
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
