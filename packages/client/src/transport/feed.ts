import { createParser } from 'pushstream-protocol';
import { createUtf8Decoder } from './decode-utf8.ts';
import type { TransportReport, TransportRequest } from './transport.ts';

/** A chunk is parsed and dispatched in pieces of so many characters, fewer for slow listeners: it can be interrupted. */
const MAX_PIECE_LENGTH = 32 * 1024;
const MIN_PIECE_LENGTH = 512;
/** Work without a break for the host. */
const SLICE_MS = 8;

/** Takes the next chunk. What it returns is to be awaited before another one: the host has its turn. */
export type Feed = (bytes: Uint8Array) => Promise<void> | undefined;

/** The bytes of one connection as reports of frames, in pieces, with breaks. */
export function createFeed(
  request: TransportRequest,
  report: (report: TransportReport) => void,
  signal: AbortSignal,
): Feed {
  const { monotonicNow, yieldToHost } = request.environment;
  const decoder = createUtf8Decoder();
  const parser = createParser(request);
  let pieceLength = MAX_PIECE_LENGTH;
  let now = monotonicNow();
  let sliceStart = now;

  function work(text: string, from: number): Promise<void> | undefined {
    let at = from;
    // Also what completes no character is a sign of life.
    do {
      const began = now;
      const frames = parser.push(text.slice(at, (at += pieceLength)));
      report({ type: 'frames', frames, hasBegun: parser.hasBegun });
      now = monotonicNow();
      pieceLength = now - began > SLICE_MS / 2 ? Math.max(pieceLength >> 1, MIN_PIECE_LENGTH) : MAX_PIECE_LENGTH;
      if (now - sliceStart > SLICE_MS) return goOn(text, at);
    } while (at < text.length && !signal.aborted);
    return undefined;
  }

  async function goOn(text: string, at: number): Promise<void> {
    await yieldToHost();
    sliceStart = now = monotonicNow();
    if (at < text.length && !signal.aborted) await work(text, at);
  }

  return (bytes) => {
    const waitingSince = now;
    now = monotonicNow();
    // A real wait gave the host its turn; a short one may have been the time that it took to hand the next chunk over.
    if (now - waitingSince > SLICE_MS) sliceStart = now;
    return work(decoder.decode(bytes), 0);
  };
}
