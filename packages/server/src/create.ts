import { check, complete, type Manual } from 'pushstream-protocol';
import { createAdmission } from './admission.ts';
import { atMost } from './at-most.ts';
import { RETRY_MS } from './control.ts';
import { formatCursor } from './cursor.ts';
import { createEphemerals } from './ephemerals.ts';
import { follow } from './follow.ts';
import type { Environment } from './environment.ts';
import type { OutgoingEventOf } from './events.ts';
import { hostEnvironment } from './host.ts';
import { fetchHandler } from './hosts/fetch.ts';
import { nodeHandler } from './hosts/node.ts';
import { Hub } from './hub.ts';
import { createInstance } from './instance.ts';
import { createKilled } from './killed.ts';
import { memoryLog } from './log/memory.ts';
import { createMemoryShared } from './log/memory-shared.ts';
import type { Log } from './log/log.ts';
import type { PushStreamOptions } from './options.ts';
import { checkMethods } from './methods.ts';
import { createPublisher, type Publish } from './publish.ts';
import type { DrainOptions, PushStream, Settings } from './push-stream.ts';
import { createRevoked } from './revoked.ts';
import { checkRoute, type RouteOptions } from './route.ts';
import { type Resolved, resolveSettings } from './resolve-options.ts';
import { runSource, type RunningSource, type SourceOptions } from './source.ts';
import { createStats } from './stats.ts';
import { watchShared } from './watch-shared.ts';

/** How long the last events may take to come out of the log when it closes, and the last words to get in. */
const DELIVERY_MS = 1_000;

const drainOptions: Manual<{ windowMs: number }> = { windowMs: ['0..3600000', 10_000] };

/**
 * Makes a server's hub: publish to it from anywhere, hand its streams to any host.
 *
 * @throws {TypeError | RangeError} For an option that cannot be.
 */
export function createPushStream<Events extends object = Record<string, unknown>>(
  options: PushStreamOptions<Events> = {},
): PushStream<Events> {
  check('options', options, 'object');
  const { log: givenLog, environment: givenEnvironment, ...first } = options;
  const environment: Environment = { ...hostEnvironment, ...givenEnvironment };
  let settings: Resolved = resolveSettings(first, environment);
  /** What was given so far: what is left out later stays. */
  let known: Settings<Events> = first;

  if (givenLog !== undefined) checkMethods('options.log', givenLog, ['publish', 'head', 'read', 'tail', 'close']);
  const log: Log = givenLog ?? memoryLog({}, environment);
  const stats = createStats();
  const killed = createKilled(environment);
  const revoked = createRevoked();
  let isOver = false;
  const shared = watchShared(log.shared ?? createMemoryShared(environment), environment, () => isOver);
  const instance = createInstance({
    log,
    shared,
    isAlone: givenLog?.shared === undefined,
    environment,
    killed,
    presenceTtlMs: () => settings.presenceTtlMs,
    sessions: () => hub.sessions,
    revoked,
    stored: ({ epoch, seq }) => hub.stored(epoch, seq),
  });
  const hub = new Hub({
    log,
    stats,
    environment,
    watcher: instance.watcher,
    bufferedBytes: () => settings.limits.bufferedBytes,
    replays: () => settings.limits.replays,
  });
  const current = (): Resolved => settings;
  const admission = createAdmission({ hub, log, killed, revoked, settings: current });
  const ended = new AbortController();
  const sources: RunningSource[] = [];
  const left = new AbortController();
  const ephemerals = createEphemerals({ hub, shared, environment, instance: instance.name, signal: left.signal });
  const publish = createPublisher({ hub, ephemerals, log, settings: current, isClosed: () => ended.signal.aborted });
  let draining: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  void follow(log, hub, environment, left.signal);

  const failed = (error: unknown): void => environment.reportError(error, 'a stream');

  /** Those that do not go are cut off after a while. */
  async function allGone(): Promise<void> {
    while (hub.sessions.size > 0) await hub.change.wait();
  }

  async function drain(windowMs: number): Promise<void> {
    admission.close();
    // Evenly, each within a part of its own. Who is being let in at this moment is sent away as he begins.
    const timers = [...hub.sessions].map((session, at, { length }) =>
      environment.setTimer(() => session.end('drain', RETRY_MS), (windowMs * (at + environment.random())) / length),
    );
    await allGone();
    for (const cancel of timers) cancel();
  }

  /** What was published here has been handed to the streams; or the log does not tell. */
  async function delivered(): Promise<void> {
    const deadline = environment.monotonicNow() + DELIVERY_MS;
    const cancel = environment.setTimer(() => hub.wake(), DELIVERY_MS);
    while (!hub.isSettled && environment.monotonicNow() < deadline) await hub.change.wait();
    cancel();
  }

  async function close(): Promise<void> {
    admission.close();
    ended.abort();
    await Promise.all(sources.map((source) => source.stop()));
    await delivered();
    left.abort();
    for (const session of hub.sessions) session.end('closed', RETRY_MS);
    hub.wake();
    await allGone();
    // The others hear of it, unless they cannot.
    await atMost(DELIVERY_MS, instance.end(), environment);
    isOver = true;
    await log.close();
  }

  const push: PushStream<Events> = {
    publish: (type, data, publishOptions) => publish(type, data, publishOptions),
    configure(changes) {
      check('settings', changes, 'object');
      const next = { ...known, ...changes, limits: { ...known.limits, ...changes.limits } };
      settings = resolveSettings(next, environment);
      known = next;
      return push;
    },
    source(source, sourceOptions: SourceOptions = {}) {
      check('source', source, 'function');
      const emit = ({ type, data, ...rest }: OutgoingEventOf<Events>): ReturnType<Publish> => publish(type, data, rest);
      const restarted = (): void => void (stats.sourceRestarts += 1);
      const number = sources.length + 1;
      sources.push(runSource(source, sourceOptions, { environment, emit, restarted, number }));
      return push;
    },
    handler: (route: RouteOptions = {}) => nodeHandler(admission, checkRoute(route), failed),
    fetch: fetchHandler(admission, {}, failed),
    fetchHandler: (route: RouteOptions = {}) => fetchHandler(admission, checkRoute(route), failed),
    async cursor() {
      const { epoch, last } = await log.head();
      return formatCursor({ epoch, seq: last });
    },
    sessions: () => [...hub.sessions].map((session) => session.info),
    presence: () => instance.presence(),
    kill: (session) => instance.kill(session),
    killAll: () => instance.killAll(),
    revoke: (who) => instance.revoke(who),
    shared,
    stats: () => structuredClone(stats),
    drain(given: DrainOptions = {}) {
      const { windowMs } = complete<{ windowMs: number }>('options', given, drainOptions);
      return (draining ??= drain(windowMs));
    },
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => push.close(),
  };
  return push;
}
