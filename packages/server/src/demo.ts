import { check } from 'pushstream-protocol';
import type { Environment } from './environment.ts';
import { ClosedError } from './errors.ts';
import { createMessage, type MessageEvents } from './messages.ts';
import type { PushStream } from './push-stream.ts';

/** How a demo runs. */
export interface DemoOptions {
  /** Between two events, in seconds; 1 to 60. @default 5 */
  readonly intervalSeconds?: number | undefined;
}

/** What a demo does. */
export interface DemoStatus {
  /** Whether it sends. */
  readonly running: boolean;
  /** Between two events, in seconds; `null` while it does not run. */
  readonly intervalSeconds: number | null;
  /** Events so far; forgotten when nobody has asked for more for a day. */
  readonly sent: number;
}

/**
 * Events that nobody needs, for those who build something to see them. It is one demo for all instances
 * on a log: any may be asked, one of them sends, and another one when that is gone.
 */
export interface Demo {
  /**
   * Sends one event per interval: a notification, an alert, a data update, a heartbeat, and again.
   * While it runs, only the interval changes.
   *
   * @throws {TypeError | RangeError} For an interval that cannot be.
   * @throws {LogUnavailableError} When the instances cannot be told.
   */
  start(options?: DemoOptions): Promise<DemoStatus>;
  /** Sends nothing more, until it is started again. @throws {LogUnavailableError} As `start`. */
  stop(): Promise<DemoStatus>;
  /** How it is now. @throws {LogUnavailableError} When nobody can tell. */
  status(): Promise<DemoStatus>;
  /** This instance has no part in it any more. */
  leave(): Promise<void>;
}

type Step = readonly [type: keyof MessageEvents, parts: (count: number) => object];

const steps: readonly [Step, ...Step[]] = [
  ['notification', (count) => ({ message: `Demo notification #${count}`, severity: 'info' })],
  ['alert', (count) => ({ message: `Demo alert #${count}`, severity: 'medium', category: 'demo' })],
  [
    'dataUpdate',
    (count) => ({ entityId: `demo-${count}`, entityType: 'demo', changes: { counter: count, status: 'updated' } }),
  ],
  ['heartbeat', () => ({})],
];

/** The board, and its only page. */
const NAME = 'demo';
/** How often each instance looks what it has to do. */
const LOOK_MS = 1_000;
/** How long who sends may say nothing before another one does. */
const CLAIM_MS = 3_000;
/** How long it goes on when there is nobody to send; then how long it is known what was. */
const RUNNING_MS = 60_000;
const STOPPED_MS = 86_400_000;

/** What is on the page: `undefined`, where there is none. */
interface Setting {
  readonly intervalSeconds: number | undefined;
  readonly sent: number;
}

const statusOf = ({ intervalSeconds, sent }: Setting): DemoStatus => ({
  running: intervalSeconds !== undefined,
  intervalSeconds: intervalSeconds ?? null,
  sent,
});

/** A demo on what instances share; it begins with `start()` on any of them. */
export function createDemo<Events extends object>(
  push: Pick<PushStream<Events>, 'publish' | 'shared'>,
  environment: Environment,
): Demo {
  // Its events are its own: what types the hub has is of no importance to it, schemas check them.
  const hub = push as unknown as Pick<PushStream, 'publish'>;
  const { shared } = push;
  const owner = environment.token();
  /** Since when it waits for the next event, if it is the one who sends, and what was to be done. */
  let sending: { readonly since: number; readonly setting: Setting } | undefined;
  let looking: Promise<void> | undefined;
  /** Something is new since it began to look. */
  let isAsked = false;
  let cancel: () => void = () => {};
  let isOver = false;

  async function read(): Promise<Setting | undefined> {
    const page = (await shared.read(NAME)).get(NAME);
    if (!page) return undefined;
    const [intervalSeconds = 0, sent = 0] = ['intervalSeconds', 'sent'].map((name) => Number(page.get(name) ?? 0));
    return { intervalSeconds: intervalSeconds > 0 ? intervalSeconds : undefined, sent };
  }

  const write = (changes: Partial<Record<keyof Setting, number>>, ttlMs: number): Promise<boolean> =>
    shared.write(NAME, NAME, new Map(Object.entries(changes).map(([name, value]) => [name, String(value)])), ttlMs);

  async function send(count: number): Promise<void> {
    const [type, parts] = steps[(count - 1) % steps.length] ?? steps[0];
    const message = createMessage(type, parts(count), environment);
    await hub.publish(type, message, { ephemeral: type === 'heartbeat' });
  }

  /** Sends where it is this one's turn; what was lost, and nobody has stopped, it writes again. */
  async function look(): Promise<void> {
    const setting = (await read()) ?? sending?.setting;
    const { intervalSeconds } = setting ?? {};
    const isMine = intervalSeconds !== undefined && (await shared.claim(NAME, owner, CLAIM_MS));
    if (!setting || intervalSeconds === undefined || !isMine) {
      sending = undefined;
      return;
    }
    const now = environment.monotonicNow();
    const isDue = sending !== undefined && now >= sending.since + intervalSeconds * 1_000;
    const sent = setting.sent + (isDue ? 1 : 0);
    sending = { since: isDue || !sending ? now : sending.since, setting: { intervalSeconds, sent } };
    // Only what was lost: somebody may be stopping it.
    if (!(await write({ sent }, RUNNING_MS))) await write({ intervalSeconds, sent }, RUNNING_MS);
    if (isDue) await send(sent).catch((error: unknown) => environment.reportError(error, NAME));
  }

  /** How long until it has to look again. */
  function pause(): number {
    if (!sending) return LOOK_MS;
    const { since, setting } = sending;
    const dueMs = since + (setting.intervalSeconds ?? 0) * 1_000 - environment.monotonicNow();
    return Math.max(0, Math.min(LOOK_MS, dueMs));
  }

  async function turn(): Promise<void> {
    let waitMs = LOOK_MS;
    isAsked = false;
    try {
      await look();
      waitMs = isAsked ? 0 : pause();
    } catch (error) {
      // Who looks after what is shared has reported it; here it is tried again.
      isOver ||= error instanceof ClosedError;
    }
    looking = undefined;
    if (!isOver) cancel = environment.setTimer(next, waitMs);
  }

  /** One look at a time: one that hangs does not pile them up. */
  function next(): void {
    isAsked = true;
    if (looking || isOver) return;
    cancel();
    looking = turn();
  }

  async function status(): Promise<DemoStatus> {
    return statusOf((await read()) ?? { intervalSeconds: undefined, sent: 0 });
  }

  next();
  return {
    async start({ intervalSeconds = 5 } = {}) {
      check('intervalSeconds', intervalSeconds, '1..60');
      await write({ intervalSeconds }, RUNNING_MS);
      next();
      return status();
    },
    async stop() {
      await write({ intervalSeconds: 0 }, STOPPED_MS);
      return status();
    },
    status,
    async leave() {
      isOver = true;
      cancel();
      // What it takes last is given back, too.
      await looking;
      if (sending) await shared.claim(NAME, owner, 0);
    },
  };
}
