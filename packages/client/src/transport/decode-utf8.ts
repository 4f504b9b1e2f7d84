/** The bytes of one connection as text. */
export interface Utf8Decoder {
  /** Text of the next bytes; a sequence cut by the chunk waits for its rest. */
  decode(bytes: Uint8Array): string;
}

/**
 * Decodes UTF-8 chunk by chunk; invalid bytes become U+FFFD. A byte order mark is left alone:
 * the parser is the one layer that strips it.
 *
 * Node's decoder loses its fast path for good once `stream: true` was used on it, so whole chunks
 * take a decoder that never streams. Text in which most characters take several bytes is the
 * exception: there the streaming one is the faster.
 */
export function createUtf8Decoder(): Utf8Decoder {
  const whole = new TextDecoder('utf-8', { ignoreBOM: true });
  const streaming = new TextDecoder('utf-8', { ignoreBOM: true });
  let pending = false;
  let dense = false;
  return {
    decode(bytes) {
      const cut = (bytes[bytes.length - 1] ?? (pending ? 0x80 : 0)) >= 0x80;
      if (pending || cut || dense) {
        pending = cut;
        return streaming.decode(bytes, { stream: true });
      }
      const text = whole.decode(bytes);
      dense = text.length * 2 < bytes.length;
      return text;
    },
  };
}
