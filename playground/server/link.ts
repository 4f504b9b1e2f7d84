import { connect, type Socket } from 'node:net';
import { createEventBlocks, firstEvent, lastEvent } from './event-blocks.ts';
import { createAnswerReader, LAST_CHUNK, type Part, toChunk } from './http-framing.ts';
import { createValve, type Narrowness } from './valve.ts';

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One connection through the proxy. */
export interface Link {
  /** An event stream is on its way. */
  readonly isStreaming: boolean;
  /** Ends the event stream as a server would: behind a whole event. */
  end(): void;
  /** Drops the connection within the next event: `share` of its bytes are sent, never its last one. */
  tear(share: number): void;
  /** Sends the last event once more. */
  repeat(): void;
  /** Half-open for a while: nothing comes, nothing ends. */
  stall(ms: number): void;
  /** How long it stays half-open, in milliseconds. */
  readonly stalledMs: number;
  /** Drops the connection. */
  reset(): void;
}

/** How long an event is waited for that can be torn. */
const TEAR_MS = 1_000;

const REQUEST_LINE = /^([A-Z]+) \S+ HTTP\/1\.1\r\n/gm;
/** Of a longer line the beginning tells the method. */
const MAX_LINE = 16_384;

export interface LinkParts {
  readonly client: Socket;
  readonly to: Address;
  readonly narrowness: () => Narrowness | undefined;
  /** Called when it is over. */
  readonly left: (link: Link) => void;
}

export function createLink({ client, to, narrowness, left }: LinkParts): Link {
  const upstream = connect(to.port, to.host);
  const reader = createAnswerReader();
  const valve = createValve(upstream, client, narrowness);
  let blocks = createEventBlocks();
  let isStreaming = false;
  /** Nothing more is passed on. */
  let isOver = false;
  let last: Buffer | undefined;
  /** What the client has said of a line that is not complete. */
  let line = '';
  let torn: { readonly share: number; readonly deadline: NodeJS.Timeout } | undefined;

  /** What was passed on goes first. */
  function leave(goodbye: () => void): void {
    if (isOver) return;
    isOver = true;
    isStreaming = false;
    upstream.destroy();
    valve.flush(goodbye);
  }

  function reset(): void {
    isOver = true;
    client.resetAndDestroy();
  }

  /** Up to a part of the first event. `false`: there is none. */
  function tearIn(whole: Buffer, share: number): boolean {
    const event = firstEvent(whole);
    if (!event) return false;
    const length = event.to - event.from;
    const sent = event.from + Math.min(Math.floor(length * share), length - 1);
    // The chunk is announced whole: whoever reads it waits for the rest.
    const chunk = toChunk(whole);
    valve.pour(chunk.subarray(0, chunk.length - 2 - whole.length + sent));
    leave(reset);
    return true;
  }

  function passBody(bytes: Buffer): void {
    const whole = blocks.push(bytes);
    if (whole.length === 0 || (torn && tearIn(whole, torn.share))) return;
    const event = lastEvent(whole);
    if (event) last = whole.subarray(event.from, event.to);
    valve.pour(toChunk(whole));
  }

  function pass(part: Part): void {
    if (part.kind === 'body') {
      isStreaming = true;
      passBody(part.bytes);
    } else if (part.kind === 'bytes') {
      valve.pour(part.bytes);
    } else {
      if (blocks.rest.length > 0) valve.pour(toChunk(blocks.rest));
      valve.pour(LAST_CHUNK);
      blocks = createEventBlocks();
      last = undefined;
      isStreaming = false;
    }
  }

  function read(bytes: Buffer): void {
    try {
      for (const part of reader.read(bytes)) if (!isOver) pass(part);
    } catch {
      reset();
    }
  }

  const link: Link = {
    get isStreaming() {
      return isStreaming;
    },
    end() {
      if (!isStreaming) return;
      valve.pour(LAST_CHUNK);
      leave(() => client.end());
    },
    tear(share) {
      if (!isStreaming || torn) return;
      torn = { share, deadline: setTimeout(reset, TEAR_MS) };
    },
    repeat() {
      if (isStreaming && last && !torn && valve.heldMs === 0) valve.pour(toChunk(last));
    },
    stall: (ms) => valve.hold(ms),
    get stalledMs() {
      return valve.heldMs;
    },
    reset,
  };

  for (const socket of [client, upstream]) socket.setNoDelay(true);
  client.on('data', (bytes) => {
    const said = line + bytes.toString('latin1');
    for (const [, method = ''] of said.matchAll(REQUEST_LINE)) reader.asked(method);
    line = said.slice(said.lastIndexOf('\n') + 1).slice(0, MAX_LINE);
    upstream.write(bytes);
  });
  client.on('error', () => {});
  client.on('close', () => {
    isOver = true;
    isStreaming = false;
    clearTimeout(torn?.deadline);
    valve.close();
    upstream.destroy();
    left(link);
  });
  upstream.on('data', read);
  upstream.on('error', () => isOver || reset());
  upstream.on('close', () => leave(() => client.end()));
  return link;
}
