import type {
  ConnectionPolicy,
  ConnectionState,
  Input,
  Moment,
  PhaseName,
  Transition,
} from '../../packages/client/src/connection/state.ts';
import { initialState, transition } from '../../packages/client/src/connection/transition.ts';
import { NetworkError } from '../../packages/client/src/errors.ts';

const defaultPolicy: ConnectionPolicy = {
  baseDelayMs: 1_000,
  maxDelayMs: 30_000,
  factor: 2,
  maxAttempts: Infinity,
  healthyAfterMs: 10_000,
  connectTimeoutMs: 15_000,
  heartbeatTimeoutMs: 'auto',
  resend: false,
};

/** An input without the moment that the runner adds. */
export type Said = Input extends infer One
  ? One extends Input
    ? Omit<One, keyof Moment | 'connectionId'>
    : never
  : never;

const OF_A_CONNECTION = new Set(['opened', 'frames', 'ended', 'failed', 'fatal', 'heartbeat', 'closing']);

const info = {
  url: 'http://server.test/events',
  status: 200,
  headers: { get: (): string | null => null },
};
export const opened = { type: 'opened', carriesBody: false, info } as const;
export const failed = { type: 'failed', error: new NetworkError('down') } as const;

/** A machine with its clocks in the test's hand. */
export class Machine {
  state: ConnectionState = initialState;
  effects: Transition[1] = [];
  now = 1_000;
  wallNow = 1_700_000_000_000;
  random = 0.5;
  hasCursor = false;
  readonly policy: ConnectionPolicy;

  constructor(policy: Partial<ConnectionPolicy> = {}) {
    this.policy = { ...defaultPolicy, ...policy };
  }

  send(said: Said, connectionId = this.state.connectionId): this {
    const { now, wallNow, random, hasCursor } = this;
    const moment = { now, wallNow, random, hasCursor };
    const input = { ...said, ...(OF_A_CONNECTION.has(said.type) ? { connectionId } : {}), ...moment };
    [this.state, this.effects] = transition(this.state, input as Input, this.policy);
    return this;
  }

  /** Both clocks go on; nothing fires. */
  pass(ms: number): this {
    this.now += ms;
    this.wallNow += ms;
    return this;
  }

  /** Time goes on to the timer, which fires. */
  fire(): this {
    return this.pass(Math.max(0, (this.state.dueAt ?? this.now) - this.now)).send({ type: 'timer' });
  }

  to(phase: PhaseName): this {
    switch (phase) {
      case 'idle':
        return this;
      case 'connecting':
        return this.send({ type: 'connect' });
      case 'open':
        return this.to('connecting').send(opened);
      case 'waiting':
        return this.to('connecting').send(failed);
      case 'paused':
        return this.to('open').send({ type: 'pause', reason: 'test' });
      case 'closed':
        return this.to('open').send({ type: 'disconnect' });
    }
  }

  /** Names of what was announced in the last step. */
  get announced(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'announce' ? [effect.name] : []));
  }
}
