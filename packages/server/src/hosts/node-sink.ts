import { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Sink, SinkListener } from '../sink.ts';

const { write } = ServerResponse.prototype;
const nothing = (): void => {};

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
  return typeof flush === 'function' ? () => void flush.call(own) : nothing;
}

/** Thousands are open: none has functions of its own. */
class NodeSink implements Sink {
  readonly #response: ServerResponse | Http2ServerResponse;
  readonly #socket: Socket | undefined;
  readonly #flush: () => void;

  constructor(response: ServerResponse | Http2ServerResponse) {
    this.#response = response;
    this.#socket = ownSocket(response);
    this.#flush = flushOf(response);
  }

  get target(): Writable {
    return this.#socket ?? this.#response;
  }

  get bufferedBytes(): number {
    return this.target.writableLength;
  }

  get isFramed(): boolean {
    return this.#socket !== undefined;
  }

  write(bytes: Uint8Array): boolean {
    // A peer that has said its last word ends the socket before the response knows.
    if (this.#socket) return this.#socket.writable && this.#socket.write(bytes);
    const takesMore = this.target.write(bytes);
    this.#flush();
    return takesMore;
  }

  end(): void {
    this.#response.end();
  }

  destroy(): void {
    this.#response.destroy();
  }
}

/** A response whose headers are sent, as a sink; `listen` has to be called at once. */
export function nodeSink(response: ServerResponse | Http2ServerResponse): {
  readonly sink: Sink;
  listen(listener: SinkListener): void;
} {
  const sink = new NodeSink(response);
  return {
    sink,
    listen(listener) {
      const { target } = sink;
      const drained = (): void => listener.drained();
      target.on('drain', drained);
      // Without a listener an error of the response would end the process; `close` follows.
      response.on('error', nothing);
      response.once('close', () => {
        target.off('drain', drained);
        listener.closed();
      });
      if (response.destroyed) listener.closed();
    },
  };
}
