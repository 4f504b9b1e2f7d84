/** Clients in a process of their own, which judges them too: what thousands of events say travels as a few numbers. */
import { setTimeout as wait } from 'node:timers/promises';
import { createTranscript, emptyVerdict, merge } from './judge.ts';
import type { Call, CallName, CrowdCalls } from './messages.ts';
import { createSpectator, type Spectator } from './spectator.ts';

/** How long the first connections may take. */
const OPENING_MS = 20_000;
/** Violations of one client that are told. */
const MOST_WORDS = 3;

const transcript = createTranscript();
const spectators: Spectator[] = [];
let away: Spectator[] = [];

type Handlers = { [Name in CallName]: (asked: CrowdCalls[Name]['asked']) => Promise<CrowdCalls[Name]['answer']> };

const handlers: Handlers = {
  async open({ url, count, transport }) {
    for (let n = 0; n < count; n += 1) spectators.push(createSpectator(transcript, { url, n, transport }));
    for (const { client } of spectators) client.connect();
    const deadline = Date.now() + OPENING_MS;
    while (!spectators.every(({ client }) => client.status === 'open' && client.lastEventId !== '')) {
      if (Date.now() > deadline) throw new Error(`Expected ${count} clients to be open within ${OPENING_MS} ms`);
      await wait(10);
    }
    return null;
  },

  async reach({ markers, timeoutMs }) {
    const deadline = Date.now() + timeoutMs;
    const times: number[] = [];
    let waiting = spectators.map((spectator) => {
      const wanted = markers.filter(spectator.wants);
      return { spectator, epoch: wanted[0]?.epoch ?? '', seq: Math.max(...wanted.map(({ seq }) => seq)) };
    });
    for (;;) {
      waiting = waiting.filter(({ spectator, epoch, seq }) => {
        const at = spectator.reached(epoch, seq);
        if (at !== undefined) times.push(at);
        return at === undefined;
      });
      if (waiting.length === 0 || Date.now() > deadline) break;
      await wait(15);
    }
    const stragglers = waiting.map(({ spectator: { name, client }, epoch, seq }) => {
      const { error } = client.snapshot.value;
      return `${name} is ${client.status} at ${client.lastEventId}, not at ${epoch}.${seq}: ${error?.message ?? ''}`;
    });
    return { times, stragglers };
  },

  leave({ share }) {
    away = spectators.filter((_, n) => n % Math.round(1 / share) === 0);
    for (const { client } of away) client.pause('chaos');
    return Promise.resolve(null);
  },

  come() {
    for (const { client } of away) client.resume('chaos');
    return Promise.resolve(null);
  },

  judge({ entries, rule }) {
    transcript.append(entries);
    const all = emptyVerdict();
    let reconnects = 0;
    for (const spectator of spectators) {
      reconnects += spectator.reconnects;
      const verdict = spectator.judge(rule ?? undefined);
      const words = verdict.violations.slice(0, MOST_WORDS).map((text) => `${spectator.name}: ${text}`);
      merge(all, { ...verdict, violations: words });
    }
    return Promise.resolve({ verdict: all, reconnects });
  },
};

async function perform<Name extends CallName>({ number, name, asked }: Call<Name>): Promise<void> {
  try {
    process.send?.({ number, answer: await handlers[name](asked) });
  } catch (error) {
    process.send?.({ number, problem: String(error) });
  }
}

process.on('message', (call: Call) => void perform(call));
process.on('disconnect', () => process.exit());
