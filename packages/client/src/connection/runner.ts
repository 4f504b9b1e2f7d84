import type { Frame } from 'pushstream-protocol';
import type { Environment } from '../environment.ts';
import { NetworkError } from '../errors.ts';
import { MAX_TIMER_MS } from './backoff.ts';
import { createClock } from './clock.ts';
import type { Announcement, Command, ConnectionPolicy, ConnectionState, Effect, Report } from './state.ts';
import { initialState, transition } from './transition.ts';

/** An input without the moment, which the runner adds. */
export type RunnerInput = Command | { readonly type: 'timer' } | (Report & { readonly connectionId: number });

/** What the machine's effects reach. */
export interface RunnerHost {
  /** Whether a reconnection could resume. */
  hasCursor(): boolean;
  /** Starts a connection; returns what aborts it. */
  open(report: (report: Report) => void): () => void;
  /** Takes the frames of one chunk; stops as soon as they are no longer `wanted`. */
  deliver(frames: readonly Frame[], wanted: () => boolean): void;
  announce(announcement: Announcement): void;
  /** The state was committed; called before its effects are performed. */
  committed(state: ConnectionState): void;
  /** What was decided, at once: before any effect, and while other effects may still be under way. */
  decided(input: RunnerInput, was: ConnectionState, is: ConnectionState): void;
}

/** The machine's motor: one state, one queue of effects, one abort handle, one timer. */
export interface Runner {
  readonly state: ConnectionState;
  send(input: RunnerInput): void;
}

/** Runs the machine. An input is decided on at once, even from inside a listener; effects keep their order. */
export function createRunner(environment: Environment, policy: ConnectionPolicy, host: RunnerHost): Runner {
  const clock = createClock(environment);
  const queue: (() => void)[] = [];
  /** What connections say while effects are performed: it is heard when they are done. */
  const heard: (() => void)[] = [];
  let performing = false;
  let state = initialState;
  let abort: (() => void) | undefined;
  let armedFor: number | null = null;
  let disarm: (() => void) | undefined;

  function send(input: RunnerInput): void {
    const now = clock();
    const moment = { now, wallNow: environment.now(), random: environment.random(), hasCursor: host.hasCursor() };
    const was = state;
    const [next, effects] = transition(was, { ...input, ...moment }, policy);
    if (next !== was) {
      state = next;
      keepTime(now);
      queue.push(() => host.committed(next));
      for (const effect of effects) queue.push(() => perform(effect, next));
    }
    // Who is told may send the next input: by now this one is behind us, and its effects come first.
    host.decided(input, was, next);
    if (!performing) drain();
  }

  function drain(): void {
    performing = true;
    for (let task = queue.shift(); task; task = queue.shift() ?? heard.shift()) {
      try {
        task();
      } catch (error) {
        environment.reportError(error);
      }
    }
    performing = false;
  }

  function keepTime(now: number): void {
    const { dueAt } = state;
    if (dueAt === armedFor) return;
    disarm?.();
    armedFor = dueAt;
    // A timer that is too long for the host fires at once: a shorter one looks again.
    disarm = dueAt === null ? undefined : environment.setTimer(wake, Math.min(MAX_TIMER_MS, Math.max(0, dueAt - now)));
  }

  function wake(): void {
    armedFor = null;
    disarm = undefined;
    send({ type: 'timer' });
  }

  function open(connectionId: number): void {
    try {
      abort = host.open((report) => {
        const say = (): void => send({ ...report, connectionId });
        if (performing) heard.push(say);
        else say();
      });
    } catch (cause) {
      send({
        type: 'failed',
        connectionId,
        error: new NetworkError('Expected the transport to open, got a throw', { cause }),
      });
    }
  }

  /** What a listener has made obsolete meanwhile is left out; an error is still told, except after `disconnect`. */
  function perform(effect: Effect, { connectionId, phase, retry }: ConnectionState): void {
    const lasts = (): boolean => state.connectionId === connectionId && state.phase === phase && state.retry === retry;
    const isError = effect.type === 'announce' && effect.name === 'error' && state.phase !== 'closed';
    if (effect.type === 'abort') abort?.();
    else if (effect.type === 'announce' && effect.name === 'close') host.announce(effect);
    else if (!lasts() && !isError) return;
    else if (effect.type === 'announce') host.announce(effect);
    else if (effect.type === 'open') open(connectionId);
    else host.deliver(effect.frames, lasts);
  }

  return {
    get state() {
      return state;
    },
    send,
  };
}
