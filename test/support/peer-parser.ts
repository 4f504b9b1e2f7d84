import { createParser as createPeer } from 'eventsource-parser';

import type { Frame } from '../../packages/protocol/src/index.ts';

/**
 * What eventsource-parser 4 says of these chunks, in our words. It follows the standard closely; where it has
 * other words for the same thing, they are put into ours here:
 *
 * - no type is `undefined`, ours is the standard's `message`;
 * - `onId` comes before each event that has an id, ours has a frame only for a block with an id and no data;
 * - `onError` for unknown fields and bad `retry` values: the standard ignores them, and so do we.
 */
export function peerParse(chunks: readonly string[]): Frame[] {
  const frames: Frame[] = [];
  const peer = createPeer({
    onEvent({ data, event, id }) {
      if (id !== undefined) frames.pop();
      frames.push({ kind: 'event', type: event ?? 'message', data, id });
    },
    onId: (id) => void frames.push({ kind: 'id', id }),
    onRetry: (retryMs) => void frames.push({ kind: 'retry', retryMs }),
    onComment: (text) => void frames.push({ kind: 'comment', text }),
  });
  for (const chunk of chunks) peer.feed(chunk);
  return frames;
}

/**
 * Whether eventsource-parser is known to read this stream in another way than the standard. One case is left:
 * it takes U+00EF U+00BB U+00BF, the three bytes of a BOM decoded as Latin-1, for a BOM. We are given text
 * that was decoded as UTF-8, where these are the three letters ï»¿.
 */
export function peerDiffers(stream: string): boolean {
  return stream.startsWith('\u00EF\u00BB\u00BF');
}
