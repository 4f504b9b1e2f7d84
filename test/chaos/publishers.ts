import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../support/random.ts';

const CHANNELS = ['rooms.red', 'rooms.green', 'rooms.blue', 'lobby'] as const;
const TYPES = ['chat.said', 'chat.seen'] as const;
/** Two for each channel. */
const PUBLISHERS = 8;
/** Longest break between two events of one, in milliseconds: with all of them about forty events a second. */
const PAUSE_MS = 400;
/** How long an answer is waited for: longer than a server may take to find out that its log is silent. */
const PATIENCE_MS = 8_000;
/** How many answers are taken for lost although they came: what is repeated is to be stored once. */
const LOST_ANSWERS = 0.1;
/** Before the next attempt; nobody here is as patient as `Retry-After` asks for. */
const RETRY_MS = 100;

/** Something to be published, until it is. */
interface Publication {
  readonly label: string;
  readonly channel: string;
  readonly type: string;
}

/** A publish that was answered by 202. */
export interface Acknowledged extends Publication {
  readonly id: string;
}

interface Reply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly id: string;
}

/** What publishing was answered, since that was asked last. */
export interface PublishCounts {
  acknowledged: Acknowledged[];
  /** 503 with `Retry-After`. */
  refused: number;
  /** No answer: the connection broke, or took too long. */
  unanswered: number;
  violations: string[];
}

/** Publish through the balancer, each event again under its key until it is acknowledged. */
export interface Publishers {
  /** So far. */
  readonly counts: Readonly<PublishCounts>;
  /** The counts, which begin anew. */
  take(): PublishCounts;
  resume(): void;
  /** Resolves when everything that was begun is acknowledged. */
  pause(): Promise<void>;
  /** One event for each channel and type: with them everybody has been told something. */
  mark(): Promise<readonly Acknowledged[]>;
  /** For good, whatever is on its way. */
  stop(): void;
}

function send(url: string, apiKey: string, { label, channel, type }: Publication): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    // A connection of its own: each goes to the instance whose turn it is.
    const options = { method: 'POST', agent: false, headers, signal: AbortSignal.timeout(PATIENCE_MS) };
    const asking = request(`${url}/publish/${channel}`, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('error', reject);
      answer.on('end', () => {
        const { statusCode: status = 0, headers: given } = answer;
        const { id } = status === 202 ? (JSON.parse(text) as { id: string }) : { id: '' };
        resolve({ status, retryAfter: given['retry-after'], id });
      });
    });
    asking.on('error', reject);
    asking.end(JSON.stringify({ type, data: label, key: label }));
  });
}

const empty = (): PublishCounts => ({ acknowledged: [], refused: 0, unanswered: 0, violations: [] });

/** Begins paused. */
export function createPublishers(url: string, apiKey: string, random: Random): Publishers {
  let counts = empty();
  let isPaused = true;
  let isStopped = false;
  let marks = 0;
  let running: Array<Promise<void>> = [];

  /** `undefined`: this time it was not to be. */
  async function attempt(publication: Publication): Promise<Acknowledged | undefined> {
    const reply = await send(url, apiKey, publication).catch(() => undefined);
    if (!reply) {
      counts.unanswered += 1;
    } else if (reply.status === 202 && random.chance(LOST_ANSWERS)) {
      return undefined;
    } else if (reply.status === 202) {
      const acknowledged = { ...publication, id: reply.id };
      counts.acknowledged.push(acknowledged);
      return acknowledged;
    } else if (reply.status === 503 && Number(reply.retryAfter) >= 1) {
      counts.refused += 1;
    } else {
      counts.violations.push(`publishing was answered by ${reply.status}, Retry-After ${reply.retryAfter}`);
    }
    return undefined;
  }

  async function publish(publication: Publication): Promise<Acknowledged> {
    for (;;) {
      const acknowledged = await attempt(publication);
      if (acknowledged) return acknowledged;
      if (isStopped) throw new Error('Expected to publish, got stopped');
      await wait(RETRY_MS);
    }
  }

  const isGoing = (): boolean => !isPaused && !isStopped;

  const numbers = Array.from({ length: PUBLISHERS }, () => 0);
  async function run(publisher: number): Promise<void> {
    while (isGoing()) {
      const number = (numbers[publisher] ?? 0) + 1;
      numbers[publisher] = number;
      await publish({
        label: `publisher ${publisher}: ${number}`,
        channel: CHANNELS[publisher % CHANNELS.length] ?? 'lobby',
        type: TYPES[number % TYPES.length] ?? 'chat.said',
      });
      // Now and then several come at once.
      if (!random.chance(0.1)) await wait(random.between(0, PAUSE_MS));
    }
  }

  return {
    get counts() {
      return counts;
    },
    take() {
      const taken = counts;
      counts = empty();
      return taken;
    },
    resume() {
      isPaused = false;
      running = numbers.map((_, publisher) => run(publisher).catch(() => {}));
    },
    async pause() {
      isPaused = true;
      await Promise.all(running);
    },
    mark() {
      marks += 1;
      const all = CHANNELS.flatMap((channel) => TYPES.map((type) => ({ channel, type })));
      return Promise.all(all.map((one) => publish({ ...one, label: `mark ${marks} ${one.channel} ${one.type}` })));
    },
    stop() {
      isStopped = true;
    },
  };
}
