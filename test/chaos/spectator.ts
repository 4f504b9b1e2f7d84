import { EventClient } from '../../packages/client/src/index.ts';
import { nodeTransport } from '../../packages/client/src/node/index.ts';
import { parseCursor } from '../../packages/server/src/cursor.ts';
import { createWitness, type ResetRule, type Told, type Transcript, type Verdict } from './judge.ts';
import type { Stored } from './ledger.ts';
import type { Transport } from './messages.ts';

/** What a client asks for, and what of the log that is. */
interface Wish {
  readonly path: string;
  wants(entry: Stored): boolean;
}

const everything: Wish = { path: '/events', wants: () => true };
const room = (channel: string): Wish => ({ path: `/stream/${channel}`, wants: (entry) => entry.channel === channel });
const rooms: Wish = { path: '/events?channel=rooms.*', wants: ({ channel }) => channel.startsWith('rooms.') };
const said: Wish = { path: '/events?type=chat.said', wants: ({ type }) => type === 'chat.said' };

/** In turn: of ten clients four get everything, three one channel, two some channels and one some events. */
const wishes = (n: number): Wish => {
  const channels = ['rooms.red', 'rooms.green', 'rooms.blue', 'lobby'];
  if (n % 10 < 4) return everything;
  if (n % 10 < 7) return room(channels[Math.floor(n / 10) % channels.length] ?? '');
  return n % 10 < 9 ? rooms : said;
};

/** One of the crowd: a client as everybody uses it, but that repetitions are not hidden; and who judges it. */
export interface Spectator {
  readonly name: string;
  readonly client: EventClient;
  readonly wants: (entry: Stored) => boolean;
  /** Connections beyond its first; counted anew after each judgement. */
  readonly reconnects: number;
  /** When it had that position, or a reset to one behind it; `undefined`: not yet. */
  reached(epoch: string, seq: number): number | undefined;
  judge(rule: ResetRule | undefined): Verdict;
}

export function createSpectator(
  transcript: Transcript,
  { url, n, transport }: { readonly url: string; readonly n: number; readonly transport: Transport },
): Spectator {
  const wish = wishes(n);
  const witness = createWitness(transcript, wish.wants);
  let told: Told[] = [];
  let connection = 0;
  let reconnects = 0;
  const client = new EventClient(`${url}${wish.path}`, {
    dedupe: false,
    decode: 'json',
    reconnect: { baseDelayMs: 250, maxDelayMs: 1_000 },
    environment: { warn() {} },
    ...(transport === 'node:http' && { transport: nodeTransport() }),
  });
  client.lifecycle.on('open', () => {
    connection += 1;
    if (connection > 1) reconnects += 1;
  });
  client.lifecycle.on('reset', ({ reason, requested, resumedFrom }) => {
    told.push({ kind: 'reset', reason, requested, resumedFrom, connection, at: Date.now() });
  });
  client.on('*', (data, { id }) => {
    told.push({ kind: 'event', id, label: String(data), connection, at: Date.now() });
  });

  return {
    name: `client ${n} (${wish.path}, ${transport})`,
    client,
    wants: wish.wants,
    get reconnects() {
      return reconnects;
    },
    reached(epoch, seq) {
      const isThere = (one: Told | undefined): boolean => {
        const position = one && parseCursor((one.kind === 'event' ? one.id : one.resumedFrom) ?? '');
        return position?.epoch === epoch && position.seq >= seq;
      };
      return isThere(told.at(-1)) ? told.find(isThere)?.at : undefined;
    },
    judge(rule) {
      const verdict = witness.judge(told, rule);
      told = [];
      reconnects = 0;
      return verdict;
    },
  };
}
