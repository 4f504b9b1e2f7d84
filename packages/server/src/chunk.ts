import { Buffer } from 'node:buffer';

/** Encoded text that any number of streams write, made once. */
export interface Chunk {
  /** The text's bytes. */
  readonly bytes: Uint8Array;
  /** The same bytes as one chunk of HTTP/1.1: `bytes` is a view into it. */
  readonly framed: Uint8Array;
}

/** @see https://www.rfc-editor.org/rfc/rfc9112#name-chunked-transfer-coding */
export function createChunk(text: string): Chunk {
  const length = Buffer.byteLength(text);
  const head = `${length.toString(16)}\r\n`;
  // One of its own: a slice of a pool would keep the pool alive in slow connections.
  const framed = Buffer.allocUnsafeSlow(head.length + length + 2);
  framed.write(head, 0, 'latin1');
  framed.write(text, head.length);
  framed.write('\r\n', head.length + length, 'latin1');
  return { bytes: framed.subarray(head.length, head.length + length), framed };
}
