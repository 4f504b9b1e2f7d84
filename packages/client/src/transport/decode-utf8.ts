/** The bytes of one connection as text. */
export interface Utf8Decoder {
  /** Text of the next bytes; a sequence cut by the chunk waits for its rest. */
  decode(bytes: Uint8Array): string;
}

/**
 * Decodes UTF-8 chunk by chunk; invalid bytes become U+FFFD. A byte order mark is left alone:
 * the parser is the one layer that strips it.
 *
 * Before 24.14, and in 20 and 22, Node's decoder loses its fast path for good once `stream: true`
 * was used on it; a chunk of ASCII therefore takes a decoder that never streams.
 */
export function createUtf8Decoder(): Utf8Decoder {
  const whole = new TextDecoder('utf-8', { ignoreBOM: true });
  const streaming = new TextDecoder('utf-8', { ignoreBOM: true });
  let pending = false;
  /** The last chunk was more than ASCII: there the streaming decoder is the faster. */
  let mixed = false;
  return {
    decode(bytes) {
      const streams = pending || mixed || (bytes[bytes.length - 1] ?? 0) >= 0x80;
      // An empty chunk leaves a cut sequence waiting.
      if (bytes.length > 0) pending = (bytes[bytes.length - 1] ?? 0) >= 0x80;
      const text = streams ? streaming.decode(bytes, { stream: true }) : whole.decode(bytes);
      mixed = text.length !== bytes.length;
      return text;
    },
  };
}
