import type { IncomingMessage, ServerResponse } from 'node:http';

import { type Channel, createChannel, createSession } from 'better-sse';

import { createPushStream } from '../../packages/server/src/index.ts';
import type { SlowConsumerStrategy } from '../../packages/server/src/index.ts';
import { TYPE } from './event.ts';

/** What readers get who ask for no other. */
const CHANNEL = 'default';

/** A server of event streams on `node:http`. */
export interface Contestant {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Its turn of the event loop may be over before anything is written. */
  publish(data: object, channel?: string): void;
  /** Events that were written, over all readers. */
  delivered(): number;
  /** What waits for the reader who was told apart by `?session=silent`, in bytes; `undefined`: it is gone. */
  silentBytes(): number | undefined;
  /** Streams that ended, by reason, as far as it counts them. */
  counts(): { readonly ended: Readonly<Record<string, number>> };
  /** The cursor behind everything so far. */
  cursor(): Promise<string>;
}

export interface ContestantOptions {
  /** `false`: none within a measurement. */
  readonly heartbeatMs: number | false;
  readonly slowConsumer?: SlowConsumerStrategy;
}

const LONG_MS = 600_000;
const SILENT = 'silent';

function pushStream({ heartbeatMs, slowConsumer = 'spill' }: ContestantOptions): Contestant {
  const push = createPushStream({ heartbeatMs: heartbeatMs === false ? LONG_MS : heartbeatMs, slowConsumer });
  return {
    handle: push.handler(),
    publish: (data, channel = CHANNEL) => void push.publish(TYPE, data, { channel }),
    delivered: () => push.stats().delivered,
    silentBytes: () => push.sessions().find(({ session }) => session === SILENT)?.bufferedBytes,
    counts: () => push.stats(),
    cursor: () => push.cursor(),
  };
}

const channelsOf = ({ searchParams }: URL): string[] => {
  const asked = searchParams.getAll('channel');
  return asked.length === 0 ? [CHANNEL] : asked;
};

function betterSse({ heartbeatMs }: ContestantOptions): Contestant {
  const channels = new Map<string, Channel>();
  let delivered = 0;
  let silent: ServerResponse | undefined;
  const channelOf = (name: string): Channel => {
    const channel = channels.get(name) ?? createChannel();
    channels.set(name, channel);
    return channel;
  };
  return {
    handle(request, response) {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (url.searchParams.get('session') === SILENT) silent = response;
      void createSession(request, response, { keepAlive: heartbeatMs === false ? null : heartbeatMs }).then(
        (session) => {
          for (const name of channelsOf(url)) channelOf(name).register(session);
        },
      );
    },
    publish(data, name = CHANNEL) {
      const channel = channelOf(name);
      channel.broadcast(data, TYPE);
      delivered += channel.sessionCount;
    },
    delivered: () => delivered,
    silentBytes: () => (silent && !silent.destroyed ? silent.writableLength : undefined),
    counts: () => ({ ended: {} }),
    cursor: () => Promise.resolve(''),
  };
}

/** What a server without any duties would do: one text, made once, to every response. */
function bareNode(): Contestant {
  const open = new Set<ServerResponse>();
  let events = 0;
  let delivered = 0;
  return {
    handle(_request, response) {
      response.socket?.setNoDelay(true);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(':\n');
      open.add(response);
      response.once('close', () => open.delete(response));
    },
    publish(data) {
      events += 1;
      const text = `event: ${TYPE}\ndata: ${JSON.stringify(data)}\nid: 0123456789abcdefghij.${events}\n\n`;
      const block = Buffer.from(text);
      for (const response of open) response.write(block);
      delivered += open.size;
    },
    delivered: () => delivered,
    silentBytes: () => undefined,
    counts: () => ({ ended: {} }),
    cursor: () => Promise.resolve(''),
  };
}

export const OURS = 'pushstream';
export const PEER = 'better-sse';
export const BARE = 'one Buffer, response.write';

export const contestants: ReadonlyMap<string, (options: ContestantOptions) => Contestant> = new Map([
  [OURS, pushStream],
  [PEER, betterSse],
  [BARE, bareNode],
]);
